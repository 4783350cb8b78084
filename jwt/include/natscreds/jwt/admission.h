#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/jwt/server_release.h>
#include <natscreds/jwt/token.h>

/// What a server checks when somebody connects with a user JWT, replayed: it tells the client "Authorization
/// Violation" whatever it was.
namespace natscreds::jwt {

/// In the order of the server.
enum class Check {
    connect_line,     ///< CONNECT is no longer than the server reads
    token,            ///< the JWT is one
    proxy,            ///< it comes through a proxy, where it has to
    claims,           ///< the JWT is valid, and has not expired
    pinned_accounts,  ///< the account is one of those that the server may serve
    account,          ///< the account is known, and its JWT is valid
    operator_,        ///< a trusted operator signed the account
    issuer,           ///< the account, or a signing key of it, signed the user
    scope,            ///< permissions come from the user or from the signing key's scope, not from both
    bearer,           ///< the account takes bearer tokens
    connection_type,
    key,  ///< the client signs with the key that the JWT is for
    revocation,
    source,       ///< the client's address
    time_of_day,  ///< the times at which the user may be connected
    connections,  ///< how many the account may have
    jetstream,    ///< MQTT needs it
    callout,      ///< the account has an auth callout, which decides
};

/// "revocation", "source network"
[[nodiscard]] std::string_view name_of(Check check) noexcept;

enum class ConnectionType { standard, websocket, leafnode, mqtt };

/// As a user's allowed connection types name it: "STANDARD".
[[nodiscard]] std::string_view name_of(ConnectionType type) noexcept;

/// What a server learns of who connects.
struct Arrival {
    std::string token;                         ///< the user's JWT
    std::optional<nkeys::PublicKey> key = {};  ///< that the client signs with; none: not known
    std::string address = {};                  ///< IPv4 or IPv6; empty: not known
    ConnectionType type = ConnectionType::standard;
    std::optional<bool> by_trusted_proxy = {};  ///< none: not known
};

/// What the server knows.
struct ServerKnowledge {
    /// Nothing, where the server has no such account. Fails: as decode(), for one whose JWT is not sound.
    using FindAccount =
        std::function<base::Result<std::optional<Decoded<AccountClaims>>>(const std::string& key)>;
    /// Seconds since midnight in an IANA time zone; an empty name is the server's own.
    using TimeOfDay =
        std::function<std::optional<std::chrono::seconds>(const std::string& zone, base::Time now)>;

    base::Time now;
    ServerRelease release = newest_release;
    std::vector<Decoded<OperatorClaims>> operators = {};  ///< that it trusts; empty: not known
    FindAccount find_account = {};                        ///< none: no account is known
    std::optional<std::vector<std::string>> pinned_accounts = {};
    TimeOfDay time_of_day = {};            ///< none: not known
    std::size_t max_connect_bytes = 4096;  ///< max_control_line
};

enum class Verdict {
    passed,
    refused,
    open,  ///< what would decide is not known here
};

/// What one check found.
struct CheckedStep {
    Check check;
    Verdict verdict;
    std::string found;
    std::string advice = {};  ///< what to do, where there is something
};

struct Admission {
    std::vector<CheckedStep> steps;  ///< up to the first that refuses
    std::optional<Decoded<UserClaims>> user = {};
    std::optional<Decoded<AccountClaims>> account = {};
    /// What the user may do; none where it is refused before, or its account is not known.
    std::optional<UserPermissionLimits> permissions = {};

    /// Refused by one of the steps; let in by all; or not known.
    [[nodiscard]] Verdict verdict() const noexcept;
};

/// Source: nats-server auth.go; tried with 2.9.10, 2.10.27 and 2.15.1.
[[nodiscard]] Admission admit(const Arrival& arrival, const ServerKnowledge& server);

}  // namespace natscreds::jwt
