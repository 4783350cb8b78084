#include <optional>
#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/base/letters.h>
#include <natscreds/bus/errc.h>
#include <natscreds/bus/settings.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/nkeys/key_file.h>

#include "server_address.h"

namespace natscreds::bus {
namespace {

constexpr std::size_t max_password_bytes = 4096;

std::string value_of(const Settings& settings, Key key) {
    const Setting* const setting = settings.find(key);
    return setting != nullptr ? setting->value : "";
}

base::Result<base::Secret> load_password(const std::string& file) {
    base::Result<base::Secret> content = base::read_secret_file(file, max_password_bytes);
    if (!content) return content;
    std::string_view text = base::as_text(content->expose());
    // An editor ends the line; the password does not.
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return base::Secret::copy_of(base::as_bytes(text));
}

base::Result<jwt::Credentials> load_credentials(const Setting& setting, const base::Secret* content) {
    if (content == nullptr) return jwt::Credentials::load(setting.value);
    base::Result<jwt::Credentials> credentials = jwt::Credentials::parse(*content);
    if (!credentials) return credentials.error().within(setting.source);
    return credentials;
}

base::Result<nkeys::SigningKey> load_nkey(const Setting& setting, const base::Secret* content) {
    if (content == nullptr) return nkeys::load_seed(setting.value);
    base::Result<nkeys::SigningKey> key = nkeys::find_seed(*content);
    if (!key) return key.error().within(setting.source);
    return key;
}

/// What stands before the '@' of a server is nearer than what is said beside. One connection has one user.
base::Status load_servers(const std::string& list, ConnectionOptions& options) {
    const base::Result<std::vector<std::string>> servers = parse_servers(list);
    if (!servers) return servers.error();
    options.servers.clear();
    std::optional<std::string_view> user_of_all;
    for (const std::string& server : *servers) {
        base::Result<ServerAddress> address = ServerAddress::parse(server);
        if (!address) return address.error();
        options.servers.push_back(address->url);
        if (!address->says_who()) continue;
        const auto user = user_part(server);
        if (user_of_all && user != user_of_all)
            return base::Error{Errc::bad_option, "servers with different users; a connection has one"};
        user_of_all = user;
        options.user = std::move(address->user);
        options.password = std::move(address->password);
        options.token = std::move(address->token);
    }
    return {};
}

base::Status load_tls(const Settings& settings, ConnectionOptions& options) {
    options.tls_cert = value_of(settings, Key::tls_cert);
    options.tls_key = value_of(settings, Key::tls_key);
    options.tls_ca = value_of(settings, Key::tls_ca);
    if (options.tls_cert.empty() != options.tls_key.empty())
        return base::Error{Errc::bad_option, "--tlscert and --tlskey go together"};
    options.tls_first = !value_of(settings, Key::tls_first).empty();
    return {};
}

}  // namespace

base::Result<std::vector<std::string>> parse_servers(std::string_view list) {
    std::vector<std::string> servers;
    while (true) {
        const std::size_t comma = list.find(',');
        // The `nats` tool lets blanks stand around a comma.
        const std::string_view server = base::trimmed(list.substr(0, comma));
        if (server.empty() || server.find_first_of(" \t\r\n") != std::string_view::npos)
            return base::Error{Errc::bad_option,
                               "'" + without_password(std::string(server)) + "' is not a server"};
        servers.emplace_back(server);
        if (comma == std::string_view::npos) return servers;
        list.remove_prefix(comma + 1);
    }
}

base::Status Settings::load_keys(ConnectionOptions& options) const {
    if (const Setting* const creds = find(Key::creds); creds != nullptr && !creds->value.empty()) {
        base::Result<jwt::Credentials> credentials = load_credentials(*creds, secret(Key::creds));
        if (!credentials) return credentials.error();
        options.credentials = *std::move(credentials);
        options.credentials_file = creds->file();
    }
    if (const Setting* const nkey = find(Key::nkey); nkey != nullptr && !nkey->value.empty()) {
        base::Result<nkeys::SigningKey> key = load_nkey(*nkey, secret(Key::nkey));
        if (!key) return key.error();
        options.nkey = *std::move(key);
    }
    return {};
}

/// Nothing of it where a server's URL says it.
base::Status Settings::load_user(ConnectionOptions& options) const {
    if (!options.user.empty() || !options.token.empty()) return {};
    options.user = value_of(*this, Key::user);
    if (const base::Secret* const password = secret(Key::password); password != nullptr)
        options.password = base::Secret::copy_of(password->expose());
    if (const base::Secret* const token = secret(Key::token); token != nullptr)
        options.token = base::Secret::copy_of(token->expose());
    if (const std::string file = value_of(*this, Key::password_file); !file.empty()) {
        base::Result<base::Secret> password = load_password(file);
        if (!password) return password.error();
        options.password = *std::move(password);
    }
    if (options.user.empty() && !options.password.empty())
        return base::Error{Errc::bad_option, "a password without --user"};
    return {};
}

base::Result<ConnectionOptions> Settings::load_servers_and_tls() const {
    ConnectionOptions options;
    if (const base::Status loaded = load_servers(value_of(*this, Key::server), options); !loaded)
        return loaded.error();
    const base::Result<std::chrono::milliseconds> timeout = parse_duration(value_of(*this, Key::timeout));
    if (!timeout) return timeout.error().within("--timeout");
    options.timeout = *timeout;
    if (const base::Status loaded = load_tls(*this, options); !loaded) return loaded.error();
    return options;
}

base::Result<ConnectionOptions> Settings::load() const {
    base::Result<ConnectionOptions> options = load_servers_and_tls();
    if (!options) return options;
    options->inbox_prefix = value_of(*this, Key::inbox_prefix);
    if (!options->inbox_prefix.empty() && !jwt::literal_subject(options->inbox_prefix))
        return base::Error{Errc::bad_option, "--inbox-prefix " + options->inbox_prefix};
    if (const base::Status loaded = load_keys(*options); !loaded) return loaded.error();
    if (const base::Status loaded = load_user(*options); !loaded) return loaded.error();
    return options;
}

base::Result<ConnectionOptions> Settings::load_as(jwt::Credentials credentials) const {
    base::Result<ConnectionOptions> options = load_servers_and_tls();
    if (!options) return options;
    options->user.clear();
    options->password = {};
    options->token = {};
    options->credentials = std::move(credentials);
    return options;
}

}  // namespace natscreds::bus
