#include "client_options.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <nats/nats.h>

#include <natscreds/bus/backoff.h>
#include <natscreds/bus/errc.h>

#include "client_error.h"

namespace natscreds::bus {
namespace {

/// The client library frees with free() what its callbacks return.
natsStatus give_jwt(char** jwt, char** error, void* closure) noexcept {
    Login& login = *static_cast<Login*>(closure);
    login.identity->refresh();
    // The signature that is asked for next has to be by the same key, whatever is renewed meanwhile.
    login.shown = login.identity->credentials();
    *error = nullptr;
    *jwt = strdup(login.shown->user().token.text().c_str());
    return *jwt != nullptr ? NATS_OK : NATS_NO_MEMORY;
}

natsStatus give_signature(char** error, unsigned char** signature, int* length, const char* nonce,
                          void* closure) noexcept {
    Login& login = *static_cast<Login*>(closure);
    *error = nullptr;
    *signature = nullptr;
    *length = 0;
    // A server that asks nobody who he is sends no nonce, and there is nothing to sign.
    if (nonce == nullptr || *nonce == '\0') return NATS_OK;
    const std::optional<nkeys::SigningKey>& nkey = login.identity->nkey();
    const nkeys::SigningKey& key = nkey ? *nkey : login.shown->key();
    const nkeys::Signature made = key.sign(base::as_bytes(nonce));
    // nats.c takes a signature that begins with a zero byte for an empty one and sends none, which the server
    // calls an authorization violation. Failing here makes it go on to the next server.
    if (made[0] == 0) {
        login.unsendable_signature = true;
        return NATS_ERR;
    }
    *length = static_cast<int>(made.size());
    *signature = static_cast<unsigned char*>(std::malloc(made.size()));
    if (*signature == nullptr) return NATS_NO_MEMORY;
    std::memcpy(*signature, made.data(), made.size());
    return NATS_OK;
}

/// Asked after each fruitless round through all servers; the first round is number 1.
std::int64_t reconnect_delay(ClientConnection*, int rounds, void* closure) noexcept {
    const Login& login = *static_cast<const Login*>(closure);
    const unsigned failures = rounds > 0 ? static_cast<unsigned>(rounds) - 1 : 0;
    return reconnect_backoff.delay(failures, login.jitter).count();
}

/// Calls the library's setters one after the other, and remembers the first that failed.
class Setter {
  public:
    explicit Setter(OptionsHandle& options) : options_(options) {}

    template <class Set, class... Values>
    void operator()(const char* what, Set set, Values... values) {
        if (failed_) return;
        const natsStatus status = set(options_.get(), values...);
        if (status != NATS_OK) failed_ = client_error(status, what);
    }

    [[nodiscard]] const std::optional<base::Error>& failed() const { return failed_; }

  private:
    OptionsHandle& options_;
    std::optional<base::Error> failed_;
};

void set_servers(Setter& set, const ConnectionOptions& options, const std::string& first) {
    std::vector<std::string> urls;
    if (!first.empty()) urls.push_back(first);
    for (const std::string& server : options.servers) {
        if (server_url(server) != first) urls.push_back(server_url(server));
    }
    std::vector<const char*> list;
    for (const std::string& url : urls)
        list.push_back(url.c_str());
    set("servers", natsOptions_SetServers, list.data(), static_cast<int>(list.size()));
    set("servers", natsOptions_SetNoRandomize, true);
}

/// For a library that wants its texts to end in a zero, and copies them.
base::Secret terminated(const base::Secret& secret) {
    const base::ByteView text = secret.expose();
    return base::Secret::filled(text.size() + 1, [text](std::span<std::uint8_t> to) {
        *std::copy(text.begin(), text.end(), to.begin()) = 0;
    });
}

const char* text_of(const base::Secret& terminated_text) {
    return reinterpret_cast<const char*>(terminated_text.expose().data());
}

void set_identity(Setter& set, const ConnectionOptions& options, Login& login) {
    if (login.identity->credentials() != nullptr) {
        set("creds", natsOptions_SetUserCredentialsCallbacks, give_jwt, &login, give_signature, &login);
    }
    if (login.identity->nkey()) {
        const std::string key = login.identity->nkey()->public_key().text();
        set("nkey", natsOptions_SetNKey, key.c_str(), give_signature, &login);
    }
    if (!options.token.empty()) set("token", natsOptions_SetToken, text_of(terminated(options.token)));
    if (options.user.empty()) return;
    const base::Secret password = terminated(options.password);
    set("user", natsOptions_SetUserInfo, options.user.c_str(), text_of(password));
}

void set_tls(Setter& set, const ConnectionOptions& options) {
    if (!wants_tls(options)) return;
    // For all servers, those that are learned of later too: nats.c leaves one that offers no TLS before it has
    // said anything. It believes the system's authorities by itself.
    set("TLS", natsOptions_SetSecure, true);
    const char* authorities = options.tls_ca.c_str();
    const char* certificate = options.tls_cert.c_str();
    const char* key = options.tls_key.c_str();
#ifdef NATSCREDS_HAS_TLS_FIRST
    if (options.tls_first) set("--tlsfirst", natsOptions_TLSHandshakeFirst);
#endif
    if (!options.tls_ca.empty()) set("--tlsca", natsOptions_LoadCATrustedCertificates, authorities);
    if (!options.tls_cert.empty()) set("--tlscert", natsOptions_LoadCertificatesChain, certificate, key);
}

void set_behaviour(Setter& set, const ConnectionOptions& options, Login& login) {
    constexpr int for_ever = -1;
    constexpr std::int64_t ping_milliseconds = 10'000;
    constexpr int max_unanswered_pings = 2;
    set("timeout", natsOptions_SetTimeout, static_cast<int64_t>(options.timeout.count()));
    // A server that hangs closes nothing: by the library's own interval that is noticed after six minutes.
    set("pings", natsOptions_SetPingInterval, ping_milliseconds);
    set("pings", natsOptions_SetMaxPingsOut, max_unanswered_pings);
    set("reconnecting", natsOptions_SetMaxReconnect, for_ever);
    set("reconnecting", natsOptions_SetCustomReconnectDelay, reconnect_delay, &login);
    // Without it a message waits for the library's flusher thread: 2 ms instead of 50 us a request.
    set("sending", natsOptions_SetSendAsap, true);
    // JetStream's requests: whether they were carried out is not known then, and waiting would not tell.
    set("failing at once", natsOptions_SetFailRequestsOnDisconnect, true);
    if (!options.name.empty()) set("name", natsOptions_SetName, options.name.c_str());
}

base::Status check(const ConnectionOptions& options, const LoginIdentity& identity) {
    if (identity.nkey() && identity.credentials() != nullptr)
        return base::Error{Errc::bad_option, "creds and nkey together"};
    if (options.tls_first && !can_begin_with_tls())
        return base::Error{Errc::bad_option, std::string("TLS first: the client library, nats.c ") +
                                                 nats_GetVersion() + ", cannot do it; 3.9 can"};
    if (options.servers.empty()) return base::Error{Errc::bad_option, "no server"};
    if (options.tls_cert.empty() != options.tls_key.empty())
        return base::Error{Errc::bad_option, "a TLS certificate and its key go together"};
    for (const std::string& server : options.servers) {
        const std::string url = server_url(server);
        const std::string scheme = url.substr(0, url.find("://"));
        if (scheme == "ws" || scheme == "wss")
            return base::Error{Errc::bad_option,
                               without_password(server) + ": the client library, nats.c " +
                                   nats_GetVersion() +
                                   ", has no WebSocket; use the server's nats:// or tls:// port"};
        if (scheme != "nats" && scheme != "tls")
            return base::Error{Errc::bad_option,
                               without_password(server) + ": the scheme is not nats:// or tls://"};
    }
    return {};
}

}  // namespace

LoginIdentity::LoginIdentity(ConnectionOptions& options)
    : nkey_(std::exchange(options.nkey, std::nullopt)), file_(options.credentials_file) {
    if (options.credentials) replace(*std::exchange(options.credentials, std::nullopt));
}

void LoginIdentity::refresh() {
    if (file_.empty()) return;
    base::Result<jwt::Credentials> found = jwt::Credentials::load(file_);
    if (found && found->user().issued_at > credentials()->user().issued_at) replace(*std::move(found));
}

void LoginIdentity::replace(jwt::Credentials credentials) {
    auto newest = std::make_shared<const jwt::Credentials>(std::move(credentials));
    const std::lock_guard lock(mutex_);
    credentials_ = std::move(newest);
}

std::shared_ptr<const jwt::Credentials> LoginIdentity::credentials() const {
    const std::lock_guard lock(mutex_);
    return credentials_;
}

void DestroyOptions::operator()(ClientOptions* options) const noexcept {
    natsOptions_Destroy(options);
}

base::Result<OptionsHandle> client_options(const ConnectionOptions& options, const LinkOptions& link,
                                           Login& login) {
    if (const base::Status sound = check(options, *login.identity); !sound) return sound.error();
    ClientOptions* created = nullptr;
    if (const natsStatus status = natsOptions_Create(&created); status != NATS_OK)
        return client_error(status, "options");
    OptionsHandle handle(created);
    Setter set(handle);
    set_servers(set, options, link.first_server);
    set_behaviour(set, options, login);
    set("inbox prefix", natsOptions_SetCustomInboxPrefix, link.inbox_prefix.c_str());
    set_identity(set, options, login);
    set_tls(set, options);
    if (set.failed()) return base::Error{Errc::bad_option, set.failed()->detail};
    return handle;
}

bool can_begin_with_tls() noexcept {
#ifdef NATSCREDS_HAS_TLS_FIRST
    return true;
#else
    return false;
#endif
}

std::string server_list(const ConnectionOptions& options) {
    std::string list;
    for (const std::string& server : options.servers) {
        if (!list.empty()) list += ", ";
        list += without_password(server_url(server));
    }
    return list;
}

}  // namespace natscreds::bus
