#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/bus/errc.h>
#include <natscreds/bus/settings.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::bus {
namespace {

constexpr std::size_t longest_password = 4096;

std::string value_of(const Settings& settings, Key key) {
    const Setting* const setting = settings.find(key);
    return setting != nullptr ? setting->value : "";
}

base::Result<std::vector<std::string>> split_servers(const std::string& list) {
    std::vector<std::string> servers;
    std::string_view rest = list;
    while (true) {
        const std::size_t comma = rest.find(',');
        const std::string_view server = rest.substr(0, comma);
        if (server.empty() || server.find_first_of(" \t\r\n") != std::string_view::npos)
            return base::Error{Errc::bad_option,
                               "'" + without_password(std::string(server)) + "' is not a server"};
        servers.emplace_back(server);
        if (comma == std::string_view::npos) return servers;
        rest.remove_prefix(comma + 1);
    }
}

base::Result<base::Secret> load_password(const std::string& file) {
    base::Result<base::Secret> content = base::read_secret_file(file, longest_password);
    if (!content) return content;
    std::string_view text = base::as_text(content->expose());
    // An editor ends the line; the password does not.
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return base::Secret::copy_of(base::as_bytes(text));
}

base::Status load_keys(const Settings& settings, ConnectionOptions& options) {
    if (const std::string file = value_of(settings, Key::creds); !file.empty()) {
        base::Result<jwt::Credentials> credentials = jwt::Credentials::load(file);
        if (!credentials) return credentials.error();
        options.credentials = *std::move(credentials);
        options.credentials_file = file;
    }
    if (const std::string file = value_of(settings, Key::nkey); !file.empty()) {
        base::Result<nkeys::SigningKey> key = nkeys::load_seed(file);
        if (!key) return key.error();
        options.nkey = *std::move(key);
    }
    return {};
}

base::Status load_user(const Settings& settings, ConnectionOptions& options) {
    options.user = value_of(settings, Key::user);
    if (const std::string file = value_of(settings, Key::password_file); !file.empty()) {
        base::Result<base::Secret> password = load_password(file);
        if (!password) return password.error();
        options.password = *std::move(password);
    }
    if (options.user.empty() && !options.password.empty())
        return base::Error{Errc::bad_option, "a password without --user"};
    return {};
}

base::Status load_tls(const Settings& settings, ConnectionOptions& options) {
    options.tls_cert = value_of(settings, Key::tls_cert);
    options.tls_key = value_of(settings, Key::tls_key);
    options.tls_ca = value_of(settings, Key::tls_ca);
    if (options.tls_cert.empty() != options.tls_key.empty())
        return base::Error{Errc::bad_option, "--tlscert and --tlskey go together"};
    return {};
}

}  // namespace

base::Result<ConnectionOptions> Settings::load() const {
    ConnectionOptions options;
    base::Result<std::vector<std::string>> servers = split_servers(value_of(*this, Key::server));
    if (!servers) return servers.error();
    options.servers = *std::move(servers);
    const base::Result<std::chrono::milliseconds> timeout = parse_duration(value_of(*this, Key::timeout));
    if (!timeout) return timeout.error().within("--timeout");
    options.timeout = *timeout;
    options.inbox_prefix = value_of(*this, Key::inbox_prefix);
    if (!options.inbox_prefix.empty() && !jwt::literal_subject(options.inbox_prefix))
        return base::Error{Errc::bad_option, "--inbox-prefix " + options.inbox_prefix};
    options.password = base::Secret::copy_of(password_.expose());
    options.token = base::Secret::copy_of(token_.expose());
    if (const base::Status loaded = load_keys(*this, options); !loaded) return loaded.error();
    if (const base::Status loaded = load_user(*this, options); !loaded) return loaded.error();
    if (const base::Status loaded = load_tls(*this, options); !loaded) return loaded.error();
    return options;
}

}  // namespace natscreds::bus
