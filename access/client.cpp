#include <natscreds/access/client.h>

#include <string>
#include <utility>

#include <natscreds/access/renewal.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::access {
namespace {

using Sent = base::Result<bus::Message>;

/// Nobody serves vouched requests here, or these credentials may not make them.
bool try_directly(const Sent& vouched) {
    if (vouched) return false;
    return vouched.error().code == bus::Errc::no_responders ||
           vouched.error().code == bus::Errc::permission_denied;
}

/// That nobody answers tells more than that the other way is not allowed, which is as it should be.
Sent more_telling(Sent vouched, Sent direct) {
    const bool forbidden = !direct && direct.error().code == bus::Errc::permission_denied;
    const bool nobody = !vouched && vouched.error().code == bus::Errc::no_responders;
    return forbidden && nobody ? std::move(vouched) : std::move(direct);
}

Sent send(const Service& service, std::string subject, const std::string& body) {
    bus::Message request;
    request.subject = std::move(subject);
    request.body = body;
    return service.requests.request(request, service.timeout);
}

struct Asked {
    Endpoint endpoint;
    std::optional<nkeys::PublicKey> requester;
    std::string body;
};

Sent send(const Service& service, const Asked& asked) {
    const std::string direct = service.subjects.direct(asked.endpoint);
    if (!asked.requester) return send(service, direct, asked.body);
    Sent vouched = send(service, service.subjects.vouched(asked.endpoint, *asked.requester), asked.body);
    if (!try_directly(vouched)) return vouched;
    return more_telling(std::move(vouched), send(service, direct, asked.body));
}

base::Result<Reply> ask(const Service& service, const Asked& asked) {
    const Sent reply = send(service, asked);
    if (!reply) return reply.error();
    return parse_reply(reply->body);
}

base::Result<Reply> ask_for(const Service& service, const AccessQuery& query, const nkeys::SigningKey& key) {
    const std::string audience = service.subjects.direct(Endpoint::access);
    const std::string body = encode_request(
        query.options, key, {.audience = audience, .now = service.clock.now()}, service.random);
    return ask(service, {.endpoint = Endpoint::access, .requester = query.requester, .body = body});
}

/// Whether the service may have answered all the same.
bool is_lost(const base::Result<Reply>& reply) {
    if (reply) return false;
    return reply.error().code == bus::Errc::timeout || reply.error().code == bus::Errc::disconnected;
}

/// What a reply to `key` is worth.
base::Result<Answer> verified(Reply reply, nkeys::SigningKey key, const Expectation& expected) {
    if (auto* const refusal = std::get_if<Refusal>(&reply)) return Answer(std::move(*refusal));
    Grant& grant = std::get<Grant>(reply);
    base::Result<jwt::Decoded<jwt::UserClaims>> user = verify(grant, expected);
    if (!user) return user.error();
    base::Result<jwt::Credentials> credentials = jwt::Credentials::create(std::move(*user), std::move(key));
    if (!credentials) return credentials.error();
    return Answer(Granted{.grant = std::move(grant), .credentials = std::move(*credentials)});
}

}  // namespace

base::Result<Answer> request_access(const Service& service, const AccessQuery& query) {
    base::Result<nkeys::SigningKey> key =
        query.key != nullptr ? nkeys::find_seed(query.key->seed_text())
                             : nkeys::SigningKey::generate(nkeys::Kind::user, service.random);
    if (!key) return key.error();
    base::Result<Reply> reply = ask_for(service, query, *key);
    for (unsigned attempt = 1; attempt < query.attempts && is_lost(reply); ++attempt)
        reply = ask_for(service, query, *key);
    if (!reply) return reply.error();
    const Expectation expected{.key = key->public_key(),
                               .name = query.options.name,
                               .account = query.expected_account,
                               .now = service.clock.now()};
    return verified(std::move(*reply), std::move(*key), expected);
}

base::Result<Answer> request_renewal(const Service& service, const jwt::Credentials& current,
                                     const std::optional<Identity>& identity) {
    const nkeys::SigningKey& key = current.key();
    const base::Result<nkeys::PublicKey> account = account_of(current.user());
    if (!account) return account.error();
    const std::string audience = service.subjects.direct(Endpoint::renew);
    const std::string body =
        encode_renewal({.current = current.user().token, .identity = identity ? &*identity : nullptr}, key,
                       {.audience = audience, .now = service.clock.now()}, service.random);
    base::Result<Reply> reply =
        ask(service, {.endpoint = Endpoint::renew, .requester = key.public_key(), .body = body});
    if (!reply) return reply.error();
    base::Result<nkeys::SigningKey> same_key = nkeys::find_seed(key.seed_text());
    if (!same_key) return same_key.error();
    const Expectation expected{.key = key.public_key(),
                               .name = current.user().content.name,
                               .account = *account,
                               .now = service.clock.now()};
    return verified(std::move(*reply), std::move(*same_key), expected);
}

base::Result<nkeys::PublicKey> account_of(const jwt::Decoded<jwt::UserClaims>& user) {
    const std::string& named = user.claims().issuer_account;
    if (named.empty()) return user.issuer;
    return nkeys::PublicKey::parse(named, nkeys::Kind::account);
}

}  // namespace natscreds::access
