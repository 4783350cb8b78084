#pragma once

#include <concepts>
#include <type_traits>

#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/jwt/claims.h>

/// Each claim's fields, once, in the order in which Go writes them. A visitor is a writer or a reader:
///
///   visitor.field(name, value)     left out when empty (Go's omitempty)
///   visitor.always(name, value)    written even when empty
///   visitor.name(...)              the few fields with a shape of their own
///   visitor.rest(extra)            whatever else the object holds
///
/// Source: the struct tags of nats-io/jwt v2.
namespace natscreds::jwt {

template <class T, class C>
concept Of = std::same_as<std::remove_const_t<T>, C>;

template <class V>
void describe(V& v, Of<Permission> auto& c) {
    v.field("allow", c.allow);
    v.field("deny", c.deny);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<ResponsePermission> auto& c) {
    v.always("max", c.max);
    v.always("ttl", c.ttl);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<TimeRange> auto& c) {
    v.field("start", c.start);
    v.field("end", c.end);
    v.rest(c.extra);
}

/// Permissions and limits stand in the object of their owner, so they have no rest of their own.
template <class V>
void describe_permissions(V& v, auto& c) {
    v.always("pub", c.pub);
    v.always("sub", c.sub);
    v.field("resp", c.resp);
}

template <class V>
void describe_user_permissions(V& v, auto& c) {
    describe_permissions(v, c);
    v.comma_list("src", c.src);
    v.field("times", c.times);
    v.field("times_location", c.times_location);
    v.field("subs", c.subs);
    v.field("data", c.data);
    v.field("payload", c.payload);
    v.field("bearer_token", c.bearer_token);
    v.field("proxy_required", c.proxy_required);
    v.field("allowed_connection_types", c.allowed_connection_types);
}

template <class V>
void describe(V& v, Of<UserClaims> auto& c) {
    describe_user_permissions(v, c);
    v.field("issuer_account", c.issuer_account);
    v.field("tags", c.tags);
    v.type_and_version("user");
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<OperatorClaims> auto& c) {
    v.field("signing_keys", c.signing_keys);
    v.field("account_server_url", c.account_server_url);
    v.field("operator_service_urls", c.operator_service_urls);
    v.field("system_account", c.system_account);
    v.field("assert_server_version", c.assert_server_version);
    v.field("strict_signing_key_usage", c.strict_signing_key_usage);
    v.field("tags", c.tags);
    v.type_and_version("operator");
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<ActivationClaims> auto& c) {
    v.field("subject", c.subject);
    v.field("kind", c.kind);
    v.field("issuer_account", c.issuer_account);
    v.field("tags", c.tags);
    v.type_and_version("activation");
    v.rest(c.extra);
}

template <class V>
void describe_jetstream(V& v, auto& c) {
    v.field("mem_storage", c.mem_storage);
    v.field("disk_storage", c.disk_storage);
    v.field("streams", c.streams);
    v.field("consumer", c.consumer);
    v.field("max_ack_pending", c.max_ack_pending);
    v.field("mem_max_stream_bytes", c.mem_max_stream_bytes);
    v.field("disk_max_stream_bytes", c.disk_max_stream_bytes);
    v.field("max_bytes_required", c.max_bytes_required);
}

template <class V>
void describe(V& v, Of<JetStreamLimits> auto& c) {
    describe_jetstream(v, c);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<AccountLimits> auto& c) {
    v.field("subs", c.subs);
    v.field("data", c.data);
    v.field("payload", c.payload);
    v.field("imports", c.imports);
    v.field("exports", c.exports);
    v.field("wildcards", c.wildcards);
    v.field("disallow_bearer", c.disallow_bearer);
    v.field("conn", c.conn);
    v.field("leaf", c.leaf);
    describe_jetstream(v, c.jetstream);
    v.field("tiered_limits", c.tiered_limits);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<UserPermissionLimits> auto& c) {
    describe_user_permissions(v, c);
}

template <class V>
void describe(V& v, Of<Import> auto& c) {
    v.field("name", c.name);
    v.field("subject", c.subject);
    v.field("account", c.account);
    v.field("token", c.token);
    v.field("to", c.to);
    v.field("local_subject", c.local_subject);
    v.field("type", c.type);
    v.field("share", c.share);
    v.field("allow_trace", c.allow_trace);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<ServiceLatency> auto& c) {
    v.sampling("sampling", c.sampling);
    v.always("results", c.results);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<Export> auto& c) {
    v.field("name", c.name);
    v.field("subject", c.subject);
    v.field("type", c.type);
    v.field("token_req", c.token_req);
    v.field("revocations", c.revocations);
    v.field("response_type", c.response_type);
    v.field("response_threshold", c.response_threshold);
    v.field("service_latency", c.service_latency);
    v.field("account_token_position", c.account_token_position);
    v.field("advertise", c.advertise);
    v.field("allow_trace", c.allow_trace);
    v.field("description", c.description);
    v.field("info_url", c.info_url);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<WeightedMapping> auto& c) {
    v.always("subject", c.subject);
    v.field("weight", c.weight);
    v.field("cluster", c.cluster);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<ExternalAuthorization> auto& c) {
    v.field("auth_users", c.auth_users);
    v.field("allowed_accounts", c.allowed_accounts);
    v.field("xkey", c.xkey);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<MessageTrace> auto& c) {
    v.field("dest", c.dest);
    v.field("sampling", c.sampling);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<AccountClaims> auto& c) {
    v.by_subject("imports", c.imports);
    v.by_subject("exports", c.exports);
    v.always("limits", c.limits);
    v.signing_keys("signing_keys", c.signing_keys);
    v.field("revocations", c.revocations);
    v.default_permissions("default_permissions", c);
    v.field("mappings", c.mappings);
    v.always("authorization", c.authorization);
    v.field("trace", c.trace);
    v.field("cluster_traffic", c.cluster_traffic);
    v.field("description", c.description);
    v.field("info_url", c.info_url);
    v.field("tags", c.tags);
    v.type_and_version("account");
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<ServerIdentity> auto& c) {
    v.always("name", c.name);
    v.always("host", c.host);
    v.always("id", c.id);
    v.field("version", c.version);
    v.field("cluster", c.cluster);
    v.field("tags", c.tags);
    v.field("xkey", c.xkey);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<ClientInformation> auto& c) {
    v.field("host", c.host);
    v.field("id", c.id);
    v.field("user", c.user);
    v.field("name", c.name);
    v.field("tags", c.tags);
    v.field("name_tag", c.name_tag);
    v.field("kind", c.kind);
    v.field("type", c.type);
    v.field("mqtt_id", c.mqtt_id);
    v.field("nonce", c.nonce);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<ConnectOptions> auto& c) {
    v.field("jwt", c.jwt);
    v.field("nkey", c.nkey);
    v.field("sig", c.sig);
    v.field("auth_token", c.auth_token);
    v.field("user", c.user);
    v.field("pass", c.pass);
    v.field("name", c.name);
    v.field("lang", c.lang);
    v.field("version", c.version);
    v.always("protocol", c.protocol);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<ClientTls> auto& c) {
    v.field("version", c.version);
    v.field("cipher", c.cipher);
    v.field("certs", c.certs);
    v.field("verified_chains", c.verified_chains);
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<AuthorizationRequestClaims> auto& c) {
    v.always("server_id", c.server);
    v.always("user_nkey", c.user_nkey);
    v.always("client_info", c.client);
    v.always("connect_opts", c.connect);
    v.field("client_tls", c.tls);
    v.field("request_nonce", c.request_nonce);
    v.field("tags", c.tags);
    v.type_and_version("authorization_request");
    v.rest(c.extra);
}

template <class V>
void describe(V& v, Of<AuthorizationResponseClaims> auto& c) {
    v.field("jwt", c.jwt);
    v.field("error", c.error);
    v.field("issuer_account", c.issuer_account);
    v.field("tags", c.tags);
    v.type_and_version("authorization_response");
    v.rest(c.extra);
}

}  // namespace natscreds::jwt
