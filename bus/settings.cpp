#include <natscreds/bus/settings.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <utility>

#include <natscreds/bus/errc.h>

#include "context_file.h"

namespace natscreds::bus {
namespace {

// clang-format off
constexpr std::array<SettingSpec, 13> specs{{
    {Key::server, "server", "s", "NATS_URL", "url", "nats://127.0.0.1:4222", "URL[,URL]", "servers to connect to"},
    {Key::creds, "creds", "", "NATS_CREDS", "creds", "", "FILE", "credentials: a user JWT and its seed"},
    {Key::nkey, "nkey", "", "", "nkey", "", "FILE", "seed of a user that the server knows by its key"},
    {Key::user, "user", "", "", "user", "", "NAME", "user name"},
    {Key::password, "password", "", "", "password", "", "TEXT", "password; others can see it, rather use the next"},
    {Key::password_file, "password-file", "", "", "", "", "FILE", "file with the password"},
    {Key::token, "", "", "", "token", "", "", ""},
    {Key::tls_cert, "tlscert", "", "NATS_CERT", "cert", "", "FILE", "certificate to show to the server"},
    {Key::tls_key, "tlskey", "", "NATS_KEY", "key", "", "FILE", "its private key"},
    {Key::tls_ca, "tlsca", "", "NATS_CA", "ca", "", "FILE", "authorities to believe"},
    {Key::timeout, "timeout", "", "", "", "5s", "TIME", "how long to wait to connect, and for replies (5s)"},
    {Key::context, "context", "", "NATS_CONTEXT", "", "", "NAME", "context of the nats tool"},
    {Key::inbox_prefix, "inbox-prefix", "", "", "inbox_prefix", "", "SUBJECT", "where replies come to"},
}};
// clang-format on

using Found = std::map<Key, Setting>;

void add_given(Found& found, GivenOptions given) {
    for (const SettingSpec& spec : specs) {
        const auto option = given.find(spec.key);
        if (option == given.end()) continue;
        found[spec.key] = {std::move(option->second), Origin::option, "--" + std::string(spec.option)};
    }
}

/// An empty variable is no value.
std::optional<std::string> variable(const Environment& environment, std::string_view name) {
    std::optional<std::string> value = environment(name);
    return value && !value->empty() ? value : std::nullopt;
}

void add_environment(Found& found, const Environment& environment) {
    for (const SettingSpec& spec : specs) {
        if (spec.variable.empty() || found.count(spec.key) != 0) continue;
        if (std::optional<std::string> value = variable(environment, spec.variable))
            found[spec.key] = {std::move(*value), Origin::environment, std::string(spec.variable)};
    }
}

base::Result<std::filesystem::path> context_path(const std::string& name, const Environment& environment) {
    if (name.empty() || name.find('/') != std::string::npos || name[0] == '.')
        return base::Error{Errc::bad_option, "'" + name + "' is not the name of a context"};
    std::filesystem::path folder = variable(environment, "XDG_CONFIG_HOME").value_or("");
    if (folder.empty())
        folder = std::filesystem::path(variable(environment, "HOME").value_or("")) / ".config";
    return folder / "nats" / "context" / (name + ".json");
}

/// The `nats` tool lets files in its contexts begin with "~/".
std::string with_home(const std::string& value, const Environment& environment) {
    if (value.substr(0, 2) != "~/") return value;
    return variable(environment, "HOME").value_or("~") + value.substr(1);
}

base::Status add_context(Found& found, const Environment& environment) {
    const auto context = found.find(Key::context);
    if (context == found.end()) return {};
    const std::string name = context->second.value;
    const base::Result<std::filesystem::path> path = context_path(name, environment);
    if (!path) return path.error();
    const auto fields = read_context(*path);
    if (!fields) return base::Error{Errc::bad_option, "context " + name + ": " + fields.error().message()};
    for (const SettingSpec& spec : specs) {
        const auto field = fields->find(std::string(spec.context_field));
        if (field == fields->end() || found.count(spec.key) != 0) continue;
        found[spec.key] = {with_home(field->second, environment), Origin::context, "context " + name};
    }
    return {};
}

void add_defaults(Found& found) {
    for (const SettingSpec& spec : specs) {
        if (spec.default_value.empty() || found.count(spec.key) != 0) continue;
        found[spec.key] = {std::string(spec.default_value), Origin::default_, "default"};
    }
}

constexpr std::array<Key, 6> identity_keys{Key::creds,    Key::nkey,          Key::user,
                                           Key::password, Key::password_file, Key::token};

/// Who one is comes from one place: NATS_CREDS must not creep in beside --nkey.
void keep_strongest_identity(Found& found) {
    Origin strongest = Origin::default_;
    for (const Key key : identity_keys) {
        const auto setting = found.find(key);
        if (setting != found.end()) strongest = std::min(strongest, setting->second.origin);
    }
    for (const Key key : identity_keys) {
        const auto setting = found.find(key);
        if (setting != found.end() && setting->second.origin != strongest) found.erase(setting);
    }
}

base::Status refuse_both(const Found& found, Key one, Key other) {
    const auto first = found.find(one);
    const auto second = found.find(other);
    if (first == found.end() || second == found.end()) return {};
    return base::Error{Errc::bad_option,
                       first->second.source + " and " + second->second.source + " together"};
}

std::string shown(const SettingSpec& spec, const Setting& setting) {
    if (spec.key != Key::server) return setting.value;
    std::string list;
    std::string_view rest = setting.value;
    while (true) {
        const std::size_t comma = rest.find(',');
        list += without_password(std::string(rest.substr(0, comma)));
        if (comma == std::string_view::npos) return list;
        list += ',';
        rest.remove_prefix(comma + 1);
    }
}

}  // namespace

std::span<const SettingSpec> setting_specs() noexcept {
    return specs;
}

base::Result<Settings> Settings::resolve(GivenOptions given, const Environment& environment) {
    Settings settings;
    Found& found = settings.settings_;
    add_given(found, std::move(given));
    add_environment(found, environment);
    if (const base::Status read = add_context(found, environment); !read) return read.error();
    add_defaults(found);
    settings.password_ = settings.take_secret(Key::password);
    settings.token_ = settings.take_secret(Key::token);
    keep_strongest_identity(found);
    if (found.count(Key::password) == 0) settings.password_ = base::Secret();
    if (found.count(Key::token) == 0) settings.token_ = base::Secret();
    if (const base::Status one = refuse_both(found, Key::creds, Key::nkey); !one) return one.error();
    if (const base::Status one = refuse_both(found, Key::password, Key::password_file); !one)
        return one.error();
    return settings;
}

base::Secret Settings::take_secret(Key key) {
    const auto found = settings_.find(key);
    if (found == settings_.end()) return {};
    std::string& text = found->second.value;
    base::Secret secret = base::Secret::take({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    text = "***";
    return secret;
}

const Setting* Settings::find(Key key) const noexcept {
    const auto found = settings_.find(key);
    return found != settings_.end() ? &found->second : nullptr;
}

std::string Settings::describe() const {
    std::string text;
    for (const SettingSpec& spec : specs) {
        const Setting* const setting = find(spec.key);
        if (setting == nullptr) continue;
        const std::string_view name = spec.option.empty() ? spec.context_field : spec.option;
        text.append(name).append(14 - std::min<std::size_t>(name.size(), 13), ' ');
        text.append(shown(spec, *setting)).append("  (").append(setting->source).append(")\n");
    }
    return text;
}

}  // namespace natscreds::bus
