#include <natscreds/access/client.h>

#include <utility>

namespace natscreds::access {
namespace {

/// Nobody serves vouched requests here, or these credentials may not make them.
bool try_directly(const base::Result<bus::Message>& reply) {
    if (reply) return false;
    return reply.error().code == bus::Errc::no_responders ||
           reply.error().code == bus::Errc::permission_denied;
}

base::Result<bus::Message> ask(bus::Connection& connection, const Question& question,
                               const std::string& body) {
    if (question.requester) {
        const std::string vouched = question.subject + "." + question.requester->text();
        base::Result<bus::Message> reply = connection.request(
            {.subject = vouched, .reply = {}, .body = body, .headers = {}}, question.timeout);
        if (!try_directly(reply)) return reply;
    }
    return connection.request({.subject = question.subject, .reply = {}, .body = body, .headers = {}},
                              question.timeout);
}

}  // namespace

base::Result<Granted> request_access(bus::Connection& connection, const Question& question,
                                     const base::Clock& clock, base::Random& random) {
    base::Result<nkeys::SigningKey> key = nkeys::SigningKey::generate(nkeys::Kind::user, random);
    if (!key) return key.error();
    const RequestOrigin origin{.audience = question.subject, .now = clock.now()};
    const base::Result<bus::Message> reply =
        ask(connection, question, encode_request(question.wish, *key, origin, random));
    if (!reply) return reply.error();
    base::Result<Grant> grant = parse_reply(reply->body);
    if (!grant) return grant.error();
    base::Result<jwt::Decoded<jwt::UserClaims>> user = verify(*grant, {.key = key->public_key(),
                                                                       .name = question.wish.name,
                                                                       .account = question.expected_account,
                                                                       .now = clock.now()});
    if (!user) return user.error();
    base::Result<jwt::Credentials> credentials = jwt::Credentials::create(std::move(*user), std::move(*key));
    if (!credentials) return credentials.error();
    return Granted{.grant = std::move(*grant), .credentials = std::move(*credentials)};
}

}  // namespace natscreds::access
