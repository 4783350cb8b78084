#include <natscreds/bus/settings.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/masked.h>
#include <natscreds/bus/errc.h>

#include "context_file.h"
#include "nsc_profile.h"
#include "reference.h"

namespace natscreds::bus {
namespace {

// clang-format off
constexpr std::array<SettingSpec, 14> specs{{
    {Key::server, "server", "s", "NATS_URL", "url", "nats://127.0.0.1:4222", "URL[,URL]", "servers to connect to"},
    {Key::creds, "creds", "", "NATS_CREDS", "creds", "", "FILE", "credentials: a user JWT and its seed"},
    {Key::nkey, "nkey", "", "NATS_NKEY", "nkey", "", "FILE", "seed of a user that the server knows by its key"},
    {Key::user, "user", "", "NATS_USER", "user", "", "NAME", "user name, or a token where there is no password"},
    {Key::password, "password", "", "NATS_PASSWORD", "password", "", "TEXT", "password; others can see it, rather use the next"},
    {Key::password_file, "password-file", "", "", "", "", "FILE", "file with the password"},
    {Key::token, "", "", "NATS_TOKEN", "token", "", "", ""},
    {Key::tls_cert, "tlscert", "", "NATS_CERT", "cert", "", "FILE", "certificate to show to the server"},
    {Key::tls_key, "tlskey", "", "NATS_KEY", "key", "", "FILE", "its private key"},
    {Key::tls_ca, "tlsca", "", "NATS_CA", "ca", "", "FILE", "authorities to believe"},
    {Key::tls_first, "tlsfirst", "", "", "tls_first", "", "", "TLS before the server says anything"},
    {Key::timeout, "timeout", "", "NATS_TIMEOUT", "", "5s", "TIME", "how long to wait to connect, and for replies (5s)"},
    {Key::context, "context", "", "NATS_CONTEXT", "", "", "NAME", "context of the nats tool (the selected one)"},
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

/// Where the `nats` tool keeps its contexts.
std::filesystem::path nats_folder(const Environment& environment) {
    std::filesystem::path folder = variable(environment, "XDG_CONFIG_HOME").value_or("");
    if (folder.empty())
        folder = std::filesystem::path(variable(environment, "HOME").value_or("")) / ".config";
    return folder / "nats";
}

base::Result<std::filesystem::path> context_path(const std::string& name, const Environment& environment) {
    if (name.empty() || name.find('/') != std::string::npos || name[0] == '.')
        return base::Error{Errc::bad_option, "'" + name + "' is not the name of a context"};
    return nats_folder(environment) / "context" / (name + ".json");
}

/// What `nats context select` wrote: the context where none is named.
void add_selected_context(Found& found, const Environment& environment) {
    constexpr std::size_t max_name_bytes = 4096;
    if (found.count(Key::context) != 0) return;
    if (!variable(environment, "XDG_CONFIG_HOME") && !variable(environment, "HOME")) return;
    const auto text = base::read_file(nats_folder(environment) / "context.txt", max_name_bytes);
    const std::string_view name = text ? base::trimmed(*text) : std::string_view();
    if (name.empty()) return;
    found[Key::context] = {std::string(name), Origin::context, "nats context select"};
}

/// What is said around it has the code's sentence already.
std::string why(const base::Error& error) {
    return error.code == make_error_code(Errc::bad_option) ? error.detail : error.message();
}

/// The text of the credentials that a context has in two fields; empty where it has neither.
base::Result<std::string> joined_user(const std::map<std::string, std::string>& fields,
                                      const Environment& environment) {
    const auto jwt = fields.find("user_jwt");
    const auto seed = fields.find("user_seed");
    if (jwt == fields.end() && seed == fields.end()) return std::string();
    if (jwt == fields.end() || seed == fields.end())
        return base::Error{Errc::bad_option, "its \"user_jwt\" and \"user_seed\" go together"};
    const base::Result<std::string> token = referred_text(jwt->second, environment);
    if (!token) return base::Error{Errc::bad_option, "its \"user_jwt\": " + why(token.error())};
    const base::Result<std::string> key = referred_text(seed->second, environment);
    if (!key) return base::Error{Errc::bad_option, "its \"user_seed\": " + why(key.error())};
    return "-----BEGIN NATS USER JWT-----\n" + *token +
           "\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n" + *key +
           "\n------END USER NKEY SEED------\n";
}

constexpr std::array<Key, 6> identity_keys{Key::creds,    Key::nkey,          Key::user,
                                           Key::password, Key::password_file, Key::token};

/// A context's "nsc": the user's creds, and the operator's servers, where nothing else says who and where to. It is
/// not asked where both are known.
base::Status add_nsc(Found& found, const std::string& reference, const std::string& source,
                     const Environment& environment) {
    const bool has_identity =
        std::ranges::any_of(identity_keys, [&](Key key) { return found.count(key) != 0; });
    if (has_identity && found.count(Key::server) != 0) return {};
    base::Result<NscProfile> profile = nsc_profile(reference, environment);
    if (!profile) return base::Error{Errc::bad_option, source + ": its \"nsc\": " + profile.error().detail};
    if (!profile->servers.empty())
        found.try_emplace(Key::server, Setting{std::move(profile->servers), Origin::context, source});
    if (!has_identity && !profile->creds.empty())
        found[Key::creds] = {std::move(profile->creds), Origin::context, source, false, true};
    return {};
}

base::Status add_context(Found& found, const Environment& environment) {
    const auto context = found.find(Key::context);
    if (context == found.end()) return {};
    if (context->second.value.empty()) {
        found.erase(context);
        return {};
    }
    const std::string source = "context " + context->second.value;
    const base::Result<std::filesystem::path> path = context_path(context->second.value, environment);
    if (!path) return path.error();
    const auto fields = read_context(*path);
    if (!fields) return base::Error{Errc::bad_option, source + ": " + why(fields.error())};
    base::Result<std::string> user = joined_user(*fields, environment);
    if (!user) return base::Error{Errc::bad_option, source + ": " + user.error().detail};
    for (const SettingSpec& spec : specs) {
        const auto field = fields->find(std::string(spec.context_field));
        if (field == fields->end() || found.count(spec.key) != 0) continue;
        found[spec.key] = {field->second, Origin::context, source};
    }
    if (!user->empty())
        found.try_emplace(Key::creds, Setting{*std::move(user), Origin::context, source, true});
    const auto nsc = fields->find("nsc");
    return nsc != fields->end() ? add_nsc(found, nsc->second, source, environment) : base::Status();
}

void add_defaults(Found& found) {
    for (const SettingSpec& spec : specs) {
        if (spec.default_value.empty() || found.count(spec.key) != 0) continue;
        found[spec.key] = {std::string(spec.default_value), Origin::default_, "default"};
    }
}

constexpr std::array<Key, 6> file_keys{Key::creds,    Key::nkey,    Key::password_file,
                                       Key::tls_cert, Key::tls_key, Key::tls_ca};

/// Who one is comes from one place: NATS_CREDS must not creep in beside --nkey.
void keep_strongest_identity(Found& found) {
    Origin strongest = Origin::default_;
    for (const Key key : identity_keys) {
        const auto setting = found.find(key);
        if (setting != found.end()) strongest = std::min(strongest, setting->second.origin);
    }
    for (const Key key : identity_keys) {
        const auto setting = found.find(key);
        if (setting == found.end() || setting->second.origin == strongest) continue;
        base::wipe(setting->second.value);
        found.erase(setting);
    }
}

/// As `nats` has it: who names a user without a password, other than in a context, names a token.
void take_user_for_token(Found& found) {
    const auto user = found.find(Key::user);
    if (user == found.end() || user->second.origin == Origin::context) return;
    for (const Key key : {Key::password, Key::password_file, Key::token}) {
        if (found.count(key) != 0) return;
    }
    found[Key::token] = std::move(user->second);
    found.erase(user);
}

base::Status refuse_both(const Found& found, Key one, Key other) {
    const auto first = found.find(one);
    const auto second = found.find(other);
    if (first == found.end() || second == found.end()) return {};
    return base::Error{Errc::bad_option,
                       first->second.source + " and " + second->second.source + " together"};
}

/// Its text is wiped.
base::Secret taken(std::string& text) {
    return base::Secret::take({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

base::Error refused(Key key, const Setting& setting, const base::Error& error) {
    const auto spec = std::ranges::find(specs, key, &SettingSpec::key);
    const std::string where =
        setting.origin == Origin::context ? ": its \"" + std::string(spec->context_field) + "\"" : "";
    return {Errc::bad_option, setting.source + where + ": " + why(error)};
}

std::string shown(const SettingSpec& spec, const Setting& setting) {
    if (spec.key != Key::server) return base::masked(setting.value);
    std::string list;
    std::string_view rest = setting.value;
    while (true) {
        const std::size_t comma = rest.find(',');
        list += without_password(std::string(rest.substr(0, comma)));
        if (comma == std::string_view::npos) return base::masked(list);
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
    add_selected_context(found, environment);
    if (const base::Status read = add_context(found, environment); !read) return read.error();
    add_defaults(found);
    keep_strongest_identity(found);
    take_user_for_token(found);
    for (const auto& [one, other] :
         {std::pair(Key::creds, Key::nkey), std::pair(Key::password, Key::password_file)}) {
        if (const base::Status alone = refuse_both(found, one, other); !alone) return alone.error();
    }
    for (const Key key : {Key::password, Key::token}) {
        if (const base::Status taken = settings.take_secret(key, environment); !taken) return taken.error();
    }
    for (const Key key : file_keys) {
        if (const base::Status taken = settings.take_file(key, environment); !taken) return taken.error();
    }
    return settings;
}

base::Status Settings::take_secret(Key key, const Environment& environment) {
    const auto found = settings_.find(key);
    if (found == settings_.end()) return {};
    base::Result<std::string> text = referred_text(found->second.value, environment);
    if (!text) return refused(key, found->second, text.error());
    secrets_[key] = taken(*text);
    base::wipe(found->second.value);
    found->second.value = "***";
    return {};
}

base::Status Settings::take_file(Key key, const Environment& environment) {
    const auto found = settings_.find(key);
    if (found == settings_.end()) return {};
    Setting& setting = found->second;
    if (setting.is_path) return {};
    const bool may_be_content = key == Key::creds || key == Key::nkey;
    if (may_be_content && is_nsc_reference(setting.value)) {
        base::Result<NscProfile> profile = nsc_profile(setting.value, environment);
        if (!profile) return refused(key, setting, profile.error());
        if (profile->creds.empty())
            return refused(key, setting, {Errc::bad_option, setting.value + " names no user"});
        setting.value = std::move(profile->creds);
        setting.is_path = true;
        return {};
    }
    if (setting.is_content || (may_be_content && refers_to_content(setting.value))) {
        setting.is_content = true;
        return take_secret(key, environment);
    }
    if (base::holds_secret(setting.value)) {
        return base::Error{Errc::bad_option,
                           setting.source + " is the content of a file, where its name is asked for" +
                               (may_be_content ? "; env://NAME takes the content of a variable" : "")};
    }
    base::Result<std::string> path = referred_path(setting.value, environment);
    if (!path) return refused(key, setting, path.error());
    setting.value = *std::move(path);
    return {};
}

const base::Secret* Settings::secret(Key key) const {
    const auto found = secrets_.find(key);
    return found != secrets_.end() ? &found->second : nullptr;
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
