#include <natscreds/access/client.h>

#include <string>
#include <utility>

#include <natscreds/access/renewal.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::access {
namespace {

/// Nobody serves vouched requests here, or these credentials may not make them.
bool try_directly(const base::Result<bus::Message>& reply) {
    if (reply) return false;
    return reply.error().code == bus::Errc::no_responders ||
           reply.error().code == bus::Errc::permission_denied;
}

base::Result<bus::Message> send(const Service& service, std::string subject, const std::string& body) {
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

base::Result<Reply> ask(const Service& service, const Asked& asked) {
    const Subjects& subjects = service.subjects;
    base::Result<bus::Message> reply = base::Error{bus::Errc::no_responders, ""};
    if (asked.requester) {
        reply = send(service, subjects.vouched(asked.endpoint, *asked.requester), asked.body);
    }
    if (try_directly(reply)) reply = send(service, subjects.direct(asked.endpoint), asked.body);
    if (!reply) return reply.error();
    return parse_reply(reply->body);
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

base::Result<Answer> request_access(const Service& service, const Question& question) {
    base::Result<nkeys::SigningKey> key = nkeys::SigningKey::generate(nkeys::Kind::user, service.random);
    if (!key) return key.error();
    const std::string audience = service.subjects.direct(Endpoint::access);
    const std::string body = encode_request(
        question.wish, *key, {.audience = audience, .now = service.clock.now()}, service.random);
    base::Result<Reply> reply =
        ask(service, {.endpoint = Endpoint::access, .requester = question.requester, .body = body});
    if (!reply) return reply.error();
    const Expectation expected{.key = key->public_key(),
                               .name = question.wish.name,
                               .account = question.expected_account,
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
