#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/secret.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::bus {

/// How to reach a NATS server and as whom: everything that Connection::open needs, already in memory.
///
/// Holds:   at most one of `credentials` and `nkey` (Connection::open refuses both). `user` and `password`, or
///          a `token`, may stand beside `credentials`, as servers with an auth callout want it.
struct ConnectionOptions {
    /// URLs ("nats://host:4222", "tls://host"), or "host" or "host:port"; tried in this order. See wants_tls().
    std::vector<std::string> servers{"nats://127.0.0.1:4222"};
    std::string name;  ///< what the server's list of connections shows

    std::optional<jwt::Credentials> credentials;
    /// Where the credentials are from. It is read again at each attempt to connect, and used if its JWT was issued
    /// later than the one in hand: somebody may have renewed them. Empty: never.
    std::filesystem::path credentials_file;
    std::optional<nkeys::SigningKey> nkey;
    std::string user;
    base::Secret password;
    base::Secret token;

    std::filesystem::path tls_cert;  ///< the client's certificate chain and key: both or neither
    std::filesystem::path tls_key;
    std::filesystem::path tls_ca;  ///< whom to believe; empty: the system's list
    bool tls_first = false;        ///< TLS before the server says anything (its `handshake_first`)

    std::chrono::milliseconds timeout{5000};  ///< for connecting to one server
    std::string inbox_prefix;                 ///< empty: private_inbox_prefix()
};

/// The prefix of the subjects that replies come to: `_INBOX_.USERKEY` where the credentials allow that
/// their holder alone listens there, `_INBOX` otherwise.
///
/// They allow it when the JWT's own permissions cover `_INBOX_.USERKEY.>`. A JWT without permissions of
/// its own allows everything, or leaves it to the scope of its signing key, which is expected to allow it.
[[nodiscard]] std::string private_inbox_prefix(const ConnectionOptions& options);

/// Whether nothing is said to any server without TLS, nor to those that a server tells of: where one URL begins with
/// tls://, or authorities or a certificate are named, or TLS is to come first. Otherwise it is the server that decides.
[[nodiscard]] bool wants_tls(const ConnectionOptions& options);

/// Whether the client library can do `tls_first`. Where it cannot, Connection::open refuses it with Errc::bad_option
/// before anything is sent.
[[nodiscard]] bool can_begin_with_tls() noexcept;

/// "host" and "host:port" with the scheme put before them; a scheme that is there, in small letters.
[[nodiscard]] std::string server_url(const std::string& server);

/// The URL with a password or token in it replaced by "***", for messages to people.
[[nodiscard]] std::string without_password(const std::string& url);

}  // namespace natscreds::bus
