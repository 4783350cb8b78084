#include "toml_section.h"

namespace natscreds::provisioner {
namespace {

bool names_a_file(bus::Key key) {
    using bus::Key;
    return key == Key::creds || key == Key::nkey || key == Key::password_file || key == Key::tls_cert ||
           key == Key::tls_key || key == Key::tls_ca;
}

}  // namespace

void Document::object(ConfigurationErrc code, std::uint32_t line, const std::string& what) {
    if (first_error) return;
    first_error = base::Error{code, file.string() + ":" + std::to_string(line) + ": " + what};
}

const toml::node* TomlSection::find(std::string_view key) {
    read_.insert(std::string(key));
    return table_.get(key);
}

std::string TomlSection::dotted(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
}

template <class T>
T TomlSection::exactly(std::string_view key, T fallback, const char* expected) {
    const toml::node* const node = find(key);
    if (node == nullptr) return fallback;
    const auto value = node->value_exact<T>();
    if (!value) object(ConfigurationErrc::wrong_type, key, expected);
    return value.value_or(std::move(fallback));
}

std::string TomlSection::text(std::string_view key, std::string fallback) {
    return exactly<std::string>(key, std::move(fallback), "a text");
}

bool TomlSection::flag(std::string_view key) {
    return exactly<bool>(key, false, "true or false");
}

std::int64_t TomlSection::number(std::string_view key, std::int64_t fallback) {
    const auto found = exactly<std::int64_t>(key, fallback, "a whole number");
    if (found >= 0 || found == fallback) return found;
    object(ConfigurationErrc::bad_value, key, "a number not below zero");
    return fallback;
}

std::chrono::seconds TomlSection::duration(std::string_view key, std::chrono::seconds fallback) {
    if (find(key) == nullptr) return fallback;
    const auto parsed = bus::parse_duration(text(key));
    const bool whole = parsed && *parsed % std::chrono::seconds(1) == std::chrono::seconds(0);
    if (whole) return std::chrono::duration_cast<std::chrono::seconds>(*parsed);
    object(ConfigurationErrc::bad_value, key, R"(a time such as "90s", "15m" or "24h")");
    return fallback;
}

std::vector<std::string> TomlSection::texts(std::string_view key, std::vector<std::string> fallback) {
    const toml::node* const node = find(key);
    if (node == nullptr) return fallback;
    const toml::array* const array = node->as_array();
    const bool all_text = array != nullptr && (array->empty() || array->is_homogeneous<std::string>());
    if (!all_text) {
        object(ConfigurationErrc::wrong_type, key, "a list of texts");
        return fallback;
    }
    std::vector<std::string> found;
    for (const toml::node& entry : *array)
        found.push_back(entry.value_or(std::string()));
    return found;
}

std::vector<nkeys::PublicKey> TomlSection::keys(std::string_view key, nkeys::Kind kind) {
    std::vector<nkeys::PublicKey> parsed;
    for (const std::string& one : texts(key)) {
        const auto public_key = nkeys::PublicKey::parse(one, kind);
        if (public_key) {
            parsed.push_back(*public_key);
        } else {
            object(ConfigurationErrc::bad_value, key, "public keys of the kind " + std::string(name(kind)));
        }
    }
    return parsed;
}

std::filesystem::path TomlSection::path(std::string_view key) {
    return beside_file(text(key));
}

std::filesystem::path TomlSection::beside_file(const std::string& name) const {
    return name.empty() ? std::filesystem::path() : document_.file.parent_path() / name;
}

TomlSection TomlSection::section(std::string_view key) {
    static const toml::table nothing;
    const toml::node* const node = find(key);
    const toml::table* const inner = node != nullptr ? node->as_table() : &nothing;
    if (inner == nullptr) object(ConfigurationErrc::wrong_type, key, "a table");
    return TomlSection(inner != nullptr ? *inner : nothing, document_, dotted(key));
}

std::vector<std::pair<std::string, TomlSection>> TomlSection::sections() {
    std::vector<std::pair<std::string, TomlSection>> found;
    for (const auto& [key, node] : table_)
        found.emplace_back(key.str(), section(key.str()));
    return found;
}

bus::GivenOptions TomlSection::connection(std::string_view key) {
    TomlSection settings = section(key);
    bus::GivenOptions given;
    for (const bus::SettingSpec& spec : bus::setting_specs()) {
        if (spec.key == bus::Key::password) continue;
        const std::string found = settings.text(spec.option);
        if (found.empty()) continue;
        given[spec.key] = names_a_file(spec.key) ? beside_file(found).string() : found;
    }
    settings.nothing_else();
    return given;
}

void TomlSection::require(std::string_view key) {
    if (find(key) == nullptr) object(ConfigurationErrc::missing_key, key, "");
}

void TomlSection::nothing_else() {
    for (const auto& [key, node] : table_) {
        if (!read_.contains(key.str())) object(ConfigurationErrc::unknown_key, key.str(), "");
    }
}

void TomlSection::object(ConfigurationErrc code, std::string_view key, const std::string& expected) {
    const toml::node* const node = table_.get(key);
    const toml::source_region& place = node != nullptr ? node->source() : table_.source();
    document_.object(code, place.begin.line,
                     dotted(key) + (expected.empty() ? "" : ", expected " + expected));
}

}  // namespace natscreds::provisioner
