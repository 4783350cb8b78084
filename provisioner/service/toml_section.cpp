#include "toml_section.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace natscreds::provisioner {
namespace {

/// More than anybody counts, and little enough that a day's worth of a rate is no overflow.
constexpr std::int64_t largest_number = 1'000'000'000'000;

bool names_a_file(bus::Key key) {
    using bus::Key;
    return key == Key::creds || key == Key::nkey || key == Key::password_file || key == Key::tls_cert ||
           key == Key::tls_key || key == Key::tls_ca;
}

std::string in_lines(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts)
        all.append(text).append(1, '\n');
    return all;
}

/// Whether the key is the other one, or lies below it.
bool within(std::string_view key, std::string_view other) {
    return key == other || (key.starts_with(other) && key[other.size()] == '.');
}

/// How many letters have to be changed, added or taken away. Source: Levenshtein's distance, row by row.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + static_cast<std::size_t>(from[i] != to[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

/// Empty where none is near.
std::string nearest(std::string_view key, const std::set<std::string, std::less<>>& known) {
    constexpr std::size_t max_letters = 2;
    constexpr std::size_t max_key_bytes = 64;
    std::string found;
    std::size_t least = std::min(max_letters + 1, std::min(key.size(), max_key_bytes) / 2 + 1);
    for (const std::string& candidate : known) {
        if (key.size() > max_key_bytes) break;
        const std::size_t letters = distance(key, candidate);
        if (letters < least) found = candidate;
        least = std::min(least, letters);
    }
    return found;
}

}  // namespace

void Document::object(Mistake mistake) {
    const auto covers = [&](const Mistake& other) { return within(mistake.key, other.key); };
    if (std::ranges::none_of(mistakes_, covers)) mistakes_.push_back(std::move(mistake));
}

bool Document::sound(const std::string& key) const {
    const auto covers = [&](const std::string& other) { return within(key, other); };
    return std::ranges::none_of(mistakes_, covers, &Mistake::key) && std::ranges::none_of(suspects_, covers);
}

std::vector<base::Error> Document::mistakes() const {
    std::vector<Mistake> sorted = mistakes_;
    std::ranges::stable_sort(sorted, {}, &Mistake::line);
    std::vector<base::Error> errors;
    for (const Mistake& mistake : sorted) {
        const std::string place = file.string() + ":" + std::to_string(mistake.line);
        errors.push_back({mistake.code, place + ": " + mistake.words});
    }
    return errors;
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
    std::string found = exactly<std::string>(key, std::move(fallback), "a text");
    note(key, found);
    return found;
}

bool TomlSection::flag(std::string_view key) {
    const bool found = exactly<bool>(key, false, "true or false");
    note(key, found ? "true" : "false");
    return found;
}

std::int64_t TomlSection::number(std::string_view key, std::int64_t fallback) {
    const auto found = exactly<std::int64_t>(key, fallback, "a whole number");
    note(key, std::to_string(found));
    if ((found >= 0 && found <= largest_number) || found == fallback) return found;
    object(ConfigurationErrc::bad_value, key, "a number not below zero, and at most 10^12");
    return fallback;
}

std::chrono::seconds TomlSection::duration(std::string_view key, std::chrono::seconds fallback) {
    if (find(key) == nullptr) {
        note(key, std::to_string(fallback.count()));
        return fallback;
    }
    const auto parsed = bus::parse_duration(text(key));
    const bool whole = parsed && *parsed % std::chrono::seconds(1) == std::chrono::seconds(0);
    if (whole) {
        const auto found = std::chrono::duration_cast<std::chrono::seconds>(*parsed);
        note(key, std::to_string(found.count()));
        return found;
    }
    object(ConfigurationErrc::bad_value, key, R"(a time such as "90s", "15m" or "24h")");
    return fallback;
}

std::vector<std::string> TomlSection::texts(std::string_view key, std::vector<std::string> fallback) {
    const toml::node* const node = find(key);
    if (node == nullptr) {
        note(key, in_lines(fallback));
        return fallback;
    }
    const toml::array* const array = node->as_array();
    const bool all_text = array != nullptr && (array->empty() || array->is_homogeneous<std::string>());
    if (!all_text) {
        object(ConfigurationErrc::wrong_type, key, "a list of texts");
        return fallback;
    }
    std::vector<std::string> found;
    for (const toml::node& entry : *array)
        found.push_back(entry.value_or(std::string()));
    note(key, in_lines(found));
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

std::vector<TomlSection> TomlSection::list(std::string_view key) {
    const toml::node* const node = find(key);
    if (node == nullptr) return {};
    const toml::array* const array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>()) {
        object(ConfigurationErrc::wrong_type, key, "tables, as [[" + dotted(key) + "]]");
        return {};
    }
    std::vector<TomlSection> found;
    for (const toml::node& entry : *array)
        found.emplace_back(*entry.as_table(), document_,
                           dotted(key) + "." + std::to_string(found.size() + 1));
    return found;
}

std::vector<std::string> TomlSection::one_or_more(std::string_view key) {
    const toml::node* const node = find(key);
    if (node == nullptr || !node->is_string()) return texts(key);
    return {text(key)};
}

std::vector<std::pair<std::string, std::vector<std::string>>> TomlSection::all_texts() {
    std::vector<std::pair<std::string, std::vector<std::string>>> found;
    for (const auto& [toml_key, node] : table_) {
        const std::string key(toml_key.str());
        if (!node.is_table()) {
            found.emplace_back(key, one_or_more(key));
            continue;
        }
        for (auto& [inner, texts] : section(key).all_texts())
            found.emplace_back(key + "." + inner, std::move(texts));
    }
    return found;
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
        if (spec.is_flag()) {
            if (settings.flag(spec.option)) given[spec.key] = "true";
            continue;
        }
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
    for (const auto& [toml_key, node] : table_) {
        const std::string key(toml_key.str());
        if (read_.contains(key)) continue;
        const std::string meant = nearest(key, read_);
        if (!meant.empty()) document_.suspect(dotted(meant));
        document_.object({.code = ConfigurationErrc::unknown_key,
                          .line = line_of(key),
                          .key = dotted(key),
                          .words = dotted(key) + (meant.empty() ? "" : ", did you mean " + meant + "?")});
    }
}

std::string TomlSection::one_of(const std::vector<std::string_view>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
        text.append("\"").append(words[i]).append("\"");
    }
    return text;
}

std::uint32_t TomlSection::line_of(std::string_view key) const {
    const toml::node* const node = table_.get(key);
    return (node != nullptr ? node->source() : table_.source()).begin.line;
}

void TomlSection::object(ConfigurationErrc code, std::string_view key, const std::string& expected) {
    document_.object({.code = code,
                      .line = line_of(key),
                      .key = dotted(key),
                      .words = dotted(key) + (expected.empty() ? "" : ", expected " + expected)});
}

bool TomlSection::sound(std::initializer_list<std::string_view> keys) const {
    return std::ranges::all_of(keys, [&](std::string_view key) { return document_.sound(dotted(key)); });
}

}  // namespace natscreds::provisioner
