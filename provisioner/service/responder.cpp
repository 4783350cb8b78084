#include <natscreds/provisioner/service/responder.h>

#include <algorithm>

#include <natscreds/access/reply.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;

constexpr std::size_t most_bytes = 8 * 1024;

/// As the request came over the wire: "NATS/1.0\r\n", a line for each header, and an empty one.
std::size_t wire_size(const bus::Message& message) {
    std::size_t size = message.body.size();
    for (const bus::Header& header : message.headers)
        size += header.name.size() + header.value.size() + 4;
    return message.headers.empty() ? size : size + 12;
}

base::Status check_size(const bus::Message& request) {
    if (request.malformed_headers)
        return base::Error{Reason::malformed, "the request's headers cannot be read"};
    if (wire_size(request) > most_bytes) {
        return base::Error{Reason::too_large,
                           "a request has at most " + std::to_string(most_bytes) + " bytes"};
    }
    return {};
}

std::vector<bus::Header> refusal_headers(const base::Error& error) {
    const Reason reason = access::reason_of(error.code).value_or(Reason::malformed);
    return {{std::string(access::error_code_header), std::to_string(access::number(reason))},
            {std::string(access::error_header), error.detail}};
}

access::Refusal refusal_at(const base::Error& error, base::Time now) {
    access::Refusal refusal{.error = error, .retry_after = {}, .now = {}};
    if (error.code == Reason::stale) refusal.now = now;
    return refusal;
}

Answer refuse(const base::Error& error, std::string body) {
    return {.headers = refusal_headers(error),
            .body = std::move(body),
            .outcome = error.code,
            .name = {},
            .key = {}};
}

/// Whoever sends two dots may read JSON; whoever sends a name is a script that looks for -ERR.
bool speaks_json(const bus::Message& request) {
    return std::ranges::count(request.body, '.') == 2;
}

/// The creds file, then who made it, as the tutorial's provisioner says it.
base::Secret with_comments(const base::Secret& creds, const std::string& server_id) {
    const std::string comments = "# Provisioned by natscreds\n# Server ID/LOC: \"" + server_id + "\"\n";
    return base::Secret::filled(creds.size() + comments.size(), [&](std::span<std::uint8_t> out) {
        const auto at = std::ranges::copy(creds.expose(), out.begin()).out;
        std::ranges::copy(base::as_bytes(comments), at);
    });
}

}  // namespace

std::optional<Answer> Responder::respond(const bus::Message& request) const {
    if (!usable(request.reply)) return std::nullopt;
    const base::Time now = parts_.clock.now();
    const auto refusal = [&](const base::Error& error) {
        return refuse(error, speaks_json(request) ? access::encode_refusal(refusal_at(error, now))
                                                  : access::encode_plain_refusal(error));
    };
    const base::Status size_ok = check_size(request);
    if (!size_ok) return refusal(size_ok.error());
    const auto parsed = access::parse_request(request.body, {.audience = settings_.subject, .now = now});
    if (!parsed) {
        base::Result<Answer> answer = answer_plain(request.body, now);
        if (answer) return std::move(*answer);
        return refuse(answer.error(), access::encode_plain_refusal(answer.error()));
    }
    if (!*parsed) return refusal(parsed->error());
    base::Result<Answer> answer = answer_key_bound(**parsed, now);
    if (answer) return std::move(*answer);
    return refusal(answer.error());
}

bool Responder::usable(std::string_view reply) const {
    return std::ranges::any_of(settings_.reply_prefixes, [&](std::string_view prefix) {
        return reply == prefix || (reply.starts_with(prefix) && reply[prefix.size()] == '.');
    });
}

base::Result<Answer> Responder::answer_key_bound(const access::AccessRequest& request, base::Time now) const {
    const std::string& role = parts_.issuer.role().name;
    if (!request.wish.role.empty() && request.wish.role != role) {
        return base::Error{Reason::unknown_role, "there is no such role here; there is " + role};
    }
    const base::Result<base::Time> expires = parts_.issuer.expiry(request.wish.ttl, now);
    if (!expires) return expires.error();
    const base::Result<Name> name = Name::parse(request.wish.name);
    if (!name) return name.error();
    const Wanted wanted{.name = *name, .key = request.key, .form = Form::key_bound, .expires = *expires};
    const base::Result<Issued> issued = issue(wanted, now);
    if (!issued) return issued.error();
    const access::Grant grant{.jwt = issued->token.text(),
                              .name = name->text(),
                              .role = role,
                              .subject = request.key.text(),
                              .account = parts_.issuer.account(),
                              .issuers = parts_.issuer.issuers(),
                              .expires = *expires,
                              .renew_after = std::nullopt,
                              .server_id = settings_.server_id,
                              .generation = issued->generation};
    return Answer{.headers = {},
                  .body = access::encode_grant(grant),
                  .outcome = {},
                  .name = name->text(),
                  .key = request.key.text()};
}

base::Result<Answer> Responder::answer_plain(std::string_view body, base::Time now) const {
    if (settings_.plain_names == PlainNames::refused) {
        return base::Error{Reason::plain_disabled,
                           "the request is not signed by a key, and names alone are not answered here"};
    }
    const base::Result<Name> name = Name::fold(body);
    if (!name) return name.error();
    const base::Result<base::Time> expires = parts_.issuer.expiry(std::nullopt, now);
    if (!expires) return expires.error();
    base::Result<nkeys::SigningKey> key = nkeys::SigningKey::generate(nkeys::Kind::user, parts_.random);
    if (!key) return key.error();
    const std::string public_key = key->public_key().text();
    const Wanted wanted{.name = *name, .key = key->public_key(), .form = Form::plain, .expires = *expires};
    const base::Result<Issued> issued = issue(wanted, now);
    if (!issued) return issued.error();
    base::Result<jwt::Decoded<jwt::UserClaims>> user = jwt::decode<jwt::UserClaims>(issued->token.text());
    if (!user) return user.error();
    const base::Result<jwt::Credentials> credentials =
        jwt::Credentials::create(std::move(*user), std::move(*key));
    if (!credentials) return credentials.error();
    return Answer{.headers = {},
                  .body = with_comments(credentials->text(), settings_.server_id),
                  .outcome = {},
                  .name = name->text(),
                  .key = public_key};
}

base::Result<Responder::Issued> Responder::issue(const Wanted& wanted, base::Time now) const {
    const Claim claim{.name = wanted.name.text(),
                      .key = wanted.key,
                      .form = wanted.form,
                      .role = parts_.issuer.role().name,
                      .expires = wanted.expires};
    const base::Result<NameRecord> record = parts_.ledger.claim(claim, now);
    if (!record) return record.error();
    const Order order{
        .name = wanted.name, .key = wanted.key, .expires = wanted.expires, .generation = record->generation};
    base::Result<jwt::Token> token = parts_.issuer.issue(order, now);
    if (!token) return token.error();
    return Issued{.token = std::move(*token), .generation = record->generation};
}

}  // namespace natscreds::provisioner
