#include <natscreds/access/reply.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <natscreds/base/date.h>
#include <natscreds/base/json_writer.h>
#include <natscreds/base/time_at.h>

namespace natscreds::access {
namespace {

using Json = nlohmann::json;

std::int64_t seconds_of(base::Time time) {
    return time.time_since_epoch().count();
}

std::string text_of(const Json& json, const char* name) {
    const auto field = json.find(name);
    return field != json.end() && field->is_string() ? field->get<std::string>() : std::string();
}

std::int64_t number_of(const Json& json, const char* name) {
    const auto field = json.find(name);
    return field != json.end() && field->is_number_integer() ? field->get<std::int64_t>() : 0;
}

/// A service's sentence on one printable line, whoever the service is.
std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return text;
}

base::Error reason_given(const Json& error) {
    const std::string reason = text_of(error, "reason");
    const std::string message = printable(text_of(error, "message"));
    const std::optional<Reason> known = reason_named(reason);
    if (known) return {*known, message};
    return {Errc::refused, message + " (" + printable(reason) + ")"};
}

/// A number of seconds that a service might mean: anything else would overflow what is computed with it.
std::optional<std::chrono::seconds> seconds_in(const Json& json, const char* name) {
    const std::int64_t number = number_of(json, name);
    if (number <= 0 || !base::time_at(number)) return std::nullopt;
    return std::chrono::seconds(number);
}

std::optional<base::Time> time_in(const Json& json, const char* name) {
    const auto seconds = seconds_in(json, name);
    return seconds ? std::optional(base::Time(*seconds)) : std::nullopt;
}

Refusal read_refusal(const Json& error) {
    return {.error = reason_given(error),
            .retry_after = seconds_in(error, "retry_after"),
            .now = time_in(error, "now")};
}

Refusal plain_refusal(std::string_view body) {
    std::string_view text = body.substr(4);
    while (!text.empty() && (text.front() == ' ' || text.front() == '\''))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == '\'' || text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return {.error = {Errc::refused, printable(std::string(text))}, .retry_after = {}, .now = {}};
}

Grant read_grant(const Json& json) {
    Grant grant{.jwt = text_of(json, "jwt"),
                .name = text_of(json, "name"),
                .role = text_of(json, "role"),
                .subject = text_of(json, "subject"),
                .account = text_of(json, "account"),
                .issuers = {},
                .expires = base::Time(seconds_in(json, "expires").value_or(std::chrono::seconds(0))),
                .renew_after = time_in(json, "renew_after"),
                .server_id = text_of(json, "server_id"),
                .generation = number_of(json, "generation"),
                .superseded_until = time_in(json, "superseded_until")};
    const auto issuers = json.find("issuers");
    if (issuers == json.end() || !issuers->is_array()) return grant;
    for (const Json& issuer : *issuers) {
        if (issuer.is_string()) grant.issuers.push_back(issuer.get<std::string>());
    }
    return grant;
}

/// The account that a user JWT is for: its own issuer, unless a signing key says for whom it signed.
std::string named_account(const jwt::Decoded<jwt::UserClaims>& user) {
    return user.claims().issuer_account.empty() ? user.issuer.text() : user.claims().issuer_account;
}

}  // namespace

bool is_final(const Refusal& refusal) noexcept {
    const std::optional<Reason> reason = reason_of(refusal.error.code);
    return reason && !refusal.retry_after && !may_pass(*reason);
}

std::string encode_grant(const Grant& grant) {
    base::JsonWriter json;
    json.begin_object();
    json.field("jwt", grant.jwt);
    json.field("name", grant.name);
    json.field("role", grant.role);
    json.field("subject", grant.subject);
    json.field("account", grant.account);
    json.key("issuers");
    json.begin_array();
    for (const std::string& issuer : grant.issuers)
        json.string(issuer);
    json.end_array();
    json.field("expires", seconds_of(grant.expires));
    if (grant.renew_after) json.field("renew_after", seconds_of(*grant.renew_after));
    json.field("server_id", grant.server_id);
    json.field("generation", grant.generation);
    if (grant.superseded_until) json.field("superseded_until", seconds_of(*grant.superseded_until));
    json.end_object();
    return json.take();
}

std::string encode_refusal(const Refusal& refusal) {
    const Reason reason = reason_of(refusal.error.code).value_or(Reason::malformed);
    base::JsonWriter json;
    json.begin_object();
    json.key("error");
    json.begin_object();
    json.field("code", number(reason));
    json.field("reason", name(reason));
    json.field("message", refusal.error.detail);
    if (refusal.retry_after) json.field("retry_after", refusal.retry_after->count());
    if (refusal.now) json.field("now", seconds_of(*refusal.now));
    json.end_object();
    json.end_object();
    return json.take();
}

std::string encode_plain_refusal(const base::Error& error) {
    return "-ERR '" + error.detail + "'";
}

base::Result<Reply> parse_reply(std::string_view body) {
    if (body.starts_with("-ERR")) return Reply(plain_refusal(body));
    const Json json = Json::parse(body, nullptr, false);
    if (!json.is_object()) return base::Error{Errc::not_a_reply, ""};
    const auto error = json.find("error");
    if (error != json.end() && error->is_object()) return Reply(read_refusal(*error));
    if (!json.contains("jwt")) return base::Error{Errc::not_a_reply, ""};
    return Reply(read_grant(json));
}

std::vector<nkeys::PublicKey> issuers_of(const Grant& grant) {
    std::vector<nkeys::PublicKey> issuers;
    for (const std::string& text : grant.issuers) {
        if (const auto issuer = nkeys::PublicKey::parse(text, nkeys::Kind::account))
            issuers.push_back(*issuer);
    }
    return issuers;
}

base::Result<jwt::Decoded<jwt::UserClaims>> verify(const Grant& grant, const Expectation& expected) {
    base::Result<jwt::Decoded<jwt::UserClaims>> user = jwt::decode<jwt::UserClaims>(grant.jwt);
    if (!user) return user.error().within("the reply's JWT");
    if (user->content.subject != expected.key.text())
        return base::Error{Errc::other_key, user->content.subject};
    if (!expected.name.empty() && user->content.name != expected.name)
        return base::Error{Errc::other_name, printable(user->content.name)};
    const std::string account = named_account(*user);
    const bool as_expected = !expected.account || account == expected.account->text();
    if (!as_expected || account != grant.account) return base::Error{Errc::other_account, account};
    const bool named = std::ranges::find(grant.issuers, user->issuer.text()) != grant.issuers.end();
    if (!named) return base::Error{Errc::other_issuer, user->issuer.text()};
    if (user->expired(expected.now) || user->too_early(expected.now))
        return base::Error{Errc::not_in_time,
                           "the reply's JWT " + base::why_not_valid(user->validity(), expected.now)};
    if (user->content.expires != grant.expires) return base::Error{Errc::other_expiry, ""};
    return user;
}

}  // namespace natscreds::access
