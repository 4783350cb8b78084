#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/jwt/extra.h>

namespace natscreds::jwt {

/// The server that asks whether a client may connect.
struct ServerIdentity {
    std::string name;
    std::string host;
    std::string id;  ///< public key ("N...")
    std::string version;
    std::string cluster;
    std::vector<std::string> tags;
    std::string xkey;  ///< public curve key to seal the answer for; empty: it is not sealed
    Extra extra;

    bool operator==(const ServerIdentity&) const = default;
};

/// The client that wants to connect, as the server sees it.
struct ClientInformation {
    std::string host;
    std::int64_t id = 0;
    std::string user;
    std::string name;
    std::vector<std::string> tags;
    std::string name_tag;
    std::string kind;
    std::string type;
    std::string mqtt_id;
    std::string nonce;  ///< only where the client has signed it
    Extra extra;

    bool operator==(const ClientInformation&) const = default;
};

/// What the client said in its CONNECT: `auth_token` and `pass` are secrets of the client's.
struct ConnectOptions {
    std::string jwt;
    std::string nkey;
    std::string sig;  ///< of the nonce, in base64url
    std::string auth_token;
    std::string user;
    std::string pass;
    std::string name;
    std::string lang;
    std::string version;
    std::int64_t protocol = 0;
    Extra extra;

    bool operator==(const ConnectOptions&) const = default;
};

/// The client's TLS connection; certificates as PEM.
struct ClientTls {
    std::string version;
    std::string cipher;
    std::vector<std::string> certs;                         ///< not verified
    std::vector<std::vector<std::string>> verified_chains;  ///< the client's own certificate first
    Extra extra;

    bool operator==(const ClientTls&) const = default;
};

/// A server's question to an auth callout: may this client connect, and as whom? Signed by the server's own key;
/// who trusts that key has to know it from elsewhere.
/// Source: nats-io/jwt v2 authorization_claims.go.
struct AuthorizationRequestClaims {
    ServerIdentity server;
    std::string
        user_nkey;  ///< made by the server for this connection: the subject of the user JWT to be given
    ClientInformation client;
    ConnectOptions connect;
    std::optional<ClientTls> tls;
    std::string request_nonce;
    std::vector<std::string> tags;
    Extra extra;

    bool operator==(const AuthorizationRequestClaims&) const = default;
};

/// The answer: a user JWT, or why there is none. Subject: the request's user_nkey. Audience: the server's id.
/// Signed by the callout's account, or by one of its signing keys.
/// Source: nats-io/jwt v2 authorization_claims.go.
struct AuthorizationResponseClaims {
    std::string jwt;
    std::string error;  ///< for the server's log; the client does not see it
    std::string issuer_account;
    std::vector<std::string> tags;
    Extra extra;

    bool operator==(const AuthorizationResponseClaims&) const = default;
};

}  // namespace natscreds::jwt
