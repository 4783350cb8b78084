#include "servers/live_connection.h"

#include <chrono>
#include <optional>
#include <utility>

#include <natscreds/accounts/servers/push.h>
#include <natscreds/bus/settings.h>

#include "errors.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

base::Result<Strings> urls_of(const Session& session, const jwt::OperatorClaims& owner) {
    const std::string& url = owner.account_server_url;
    const bool over_nats = url.starts_with("nats") || url.starts_with("tls") || url.starts_with("ws");
    if (over_nats) return Strings{url};
    if (url.empty() && !owner.operator_service_urls.empty()) return owner.operator_service_urls;
    const std::string named = session.world().surroundings.variable("NATS_URL").value_or("");
    if (url.empty() && !named.empty()) return bus::parse_servers(named);
    return base::Error{Errc::no_server, url};
}

base::Result<std::optional<accounts::Name>> named(const std::string& text) {
    if (text.empty()) return std::optional<accounts::Name>();
    const auto name = accounts::Name::parse(text);
    if (!name) return name.error();
    return std::optional(*name);
}

base::Result<jwt::Credentials> system_user(const Session& session, const accounts::Store& store,
                                           const LiveOptions& options) {
    const auto account = named(options.system_account);
    if (!account) return account.error();
    const auto user = named(options.system_user);
    if (!user) return user.error();
    return accounts::pushing_user(session.tree(store), {*account, *user});
}

}  // namespace

console::OptionList LiveOptions::options() {
    return console::joined(
        {{{"--system-account", &system_account, "system account (default: the operator's)"},
          {"--system-user", &system_user, "its user (default: one made for this)"},
          {"--timeout", &timeout, "seconds to wait for a server, 1 to 60 (default 1)"}},
         tls_options()});
}

console::OptionList LiveOptions::tls_options() {
    return {{"--ca-cert", &ca_cert, "file: whom to believe (NATS_CA)", console::Takes::file},
            {"--client-cert", &client_cert, "file: our certificate (NATS_CERT)", console::Takes::file},
            {"--client-key", &client_key, "file: its key (NATS_KEY)", console::Takes::file},
            {"--tls-first", &tls_first, "TLS before the server says anything"}};
}

bus::ConnectionOptions connection_to(const Session& session, Strings urls, const LiveOptions& options) {
    const auto file = [&](const std::string& given, const char* variable) {
        return given.empty() ? session.world().surroundings.variable(variable).value_or("") : given;
    };
    bus::ConnectionOptions connection;
    connection.servers = std::move(urls);
    connection.name = "nsctl";
    connection.tls_ca = file(options.ca_cert, "NATS_CA");
    connection.tls_cert = file(options.client_cert, "NATS_CERT");
    connection.tls_key = file(options.client_key, "NATS_KEY");
    connection.tls_first = options.tls_first;
    return connection;
}

base::Result<Strings> live_urls(const Session& session, const accounts::Store& store,
                                const LiveOptions& options) {
    if (!options.urls.empty()) return options.urls;
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    return urls_of(session, owner->claims());
}

base::Result<bus::Connection> connect_as(const Session& session, const accounts::Store& store,
                                         const PassingUser& user, const LiveOptions& options) {
    auto credentials = accounts::passing_user(session.tree(store), user.account, user.name, user.permissions);
    if (!credentials) return credentials.error();
    auto urls = live_urls(session, store, options);
    if (!urls) return urls.error();
    bus::ConnectionOptions connection = connection_to(session, *std::move(urls), options);
    connection.credentials = *std::move(credentials);
    return bus::Connection::open(std::move(connection));
}

base::Result<accounts::LiveSystem> connect_live(const Session& session, const accounts::Store& store,
                                                const LiveOptions& options) {
    if (options.timeout < 1 || options.timeout > 60) return base::Error{Errc::bad_timeout, "--timeout"};
    auto urls = live_urls(session, store, options);
    if (!urls) return urls.error();
    auto user = system_user(session, store, options);
    if (!user) return user.error();
    bus::ConnectionOptions connection = connection_to(session, *std::move(urls), options);
    connection.credentials = *std::move(user);
    return accounts::LiveSystem::connect(std::move(connection), std::chrono::seconds(options.timeout));
}

}  // namespace natscreds::nsctl
