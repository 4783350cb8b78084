#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/jwt/permissions.h>

namespace natscreds::jwt {

/// Limits of JetStream; 0 disables storage, no_limit lifts the limit.
struct JetStreamLimits {
    std::int64_t mem_storage = 0;
    std::int64_t disk_storage = 0;
    std::int64_t streams = 0;
    std::int64_t consumer = 0;
    std::int64_t max_ack_pending = 0;
    std::int64_t mem_max_stream_bytes = 0;
    std::int64_t disk_max_stream_bytes = 0;
    bool max_bytes_required = false;
    Extra extra;

    bool operator==(const JetStreamLimits&) const = default;
};

struct AccountLimits {
    std::int64_t subs = no_limit;
    std::int64_t data = no_limit;
    std::int64_t payload = no_limit;
    std::int64_t imports = no_limit;
    std::int64_t exports = no_limit;
    bool wildcards = true;  ///< exports may have wildcards
    bool disallow_bearer = false;
    std::int64_t conn = no_limit;
    std::int64_t leaf = no_limit;
    JetStreamLimits jetstream;  ///< its `extra` stays empty here: all these stand in one JSON object
    std::map<std::string, JetStreamLimits> tiered_limits;
    Extra extra;

    bool operator==(const AccountLimits&) const = default;
};

/// The scope of a signing key: what every user signed with it may do. A limit of 0 cannot be said here: it is
/// not written, and what is missing is read as no_limit.
struct UserScope {
    std::string role;
    UserPermissionLimits permissions;  ///< the JSON's `template`
    Extra permissions_extra;
    std::string description;
    Extra extra;

    bool operator==(const UserScope&) const = default;
};

struct Import {
    std::string name;
    std::string subject;
    std::string account;
    std::string token;  ///< an activation JWT
    std::string to;     ///< deprecated form of local_subject
    std::string local_subject;
    std::string type;  ///< "stream" or "service"
    bool share = false;
    bool allow_trace = false;
    Extra extra;

    bool operator==(const Import&) const = default;
};

struct ServiceLatency {
    std::int64_t sampling = 0;  ///< percent; 0 stands for "headers"
    std::string results;
    Extra extra;

    bool operator==(const ServiceLatency&) const = default;
};

/// Public keys, or "*" for all, and the moment (seconds since 1970) up to which their tokens are void.
using Revocations = std::map<std::string, std::int64_t>;

struct Export {
    std::string name;
    std::string subject;
    std::string type;  ///< "stream" or "service"
    bool token_req = false;
    Revocations revocations;
    std::string response_type;  ///< "Singleton", "Stream" or "Chunked"
    std::chrono::nanoseconds response_threshold{0};
    std::optional<ServiceLatency> service_latency;
    std::int64_t account_token_position = 0;
    bool advertise = false;
    bool allow_trace = false;
    std::string description;
    std::string info_url;
    Extra extra;

    bool operator==(const Export&) const = default;
};

struct WeightedMapping {
    std::string subject;
    std::int64_t weight = 0;  ///< percent; 0 means 100
    std::string cluster;
    Extra extra;

    bool operator==(const WeightedMapping&) const = default;
};

struct ExternalAuthorization {
    std::vector<std::string> auth_users;
    std::vector<std::string> allowed_accounts;
    std::string xkey;
    Extra extra;

    bool operator==(const ExternalAuthorization&) const = default;
};

struct MessageTrace {
    std::string dest;
    std::int64_t sampling = 0;
    Extra extra;

    bool operator==(const MessageTrace&) const = default;
};

/// What an account JWT says. Subject: the account's public key. Signed by the operator or by one of its
/// signing keys, or by the account itself until an operator has signed it.
/// Source: nats-io/jwt v2 account_claims.go.
struct AccountClaims {
    std::vector<Import> imports;  ///< written sorted by subject, as are exports
    std::vector<Export> exports;
    AccountLimits limits;
    std::map<std::string, std::optional<UserScope>> signing_keys;  ///< with a scope, or plain
    Revocations revocations;
    Permissions default_permissions;
    Extra default_permissions_extra;
    std::map<std::string, std::vector<WeightedMapping>> mappings;
    ExternalAuthorization authorization;
    std::optional<MessageTrace> trace;
    std::string cluster_traffic;
    std::string description;
    std::string info_url;
    std::vector<std::string> tags;
    Extra extra;

    bool operator==(const AccountClaims&) const = default;
};

}  // namespace natscreds::jwt
