#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/jwt/token.h>
#include <support/key_of.h>

using namespace natscreds;
using jwt::Errc;
using nkeys::Kind;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};
constexpr std::string_view good_header = R"({"typ":"JWT","alg":"ed25519-nkey"})";

using support::key_of;

jwt::Draft<jwt::UserClaims> user_draft() {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key_of(Kind::user).public_key().text();
    draft.name = "wallyqs";
    return draft;
}

/// A token with any header and payload, rightly signed over its text.
std::string token_of(std::string_view header, std::string_view payload, const nkeys::SigningKey& key) {
    std::string text = base::base64url_encode(base::as_bytes(header)) + "." +
                       base::base64url_encode(base::as_bytes(payload));
    const nkeys::Signature signature = key.sign(base::as_bytes(text));
    return text + "." + base::base64url_encode(signature);
}

std::string user_payload(const std::string& nats) {
    return R"({"iss":")" + key_of(Kind::account).public_key().text() + R"(","sub":")" +
           key_of(Kind::user).public_key().text() + R"(","nats":)" + nats + "}";
}

std::error_code decoding_user(std::string_view text) {
    const auto decoded = jwt::decode<jwt::UserClaims>(text);
    return decoded ? std::error_code() : decoded.error().code;
}

}  // namespace

TEST_CASE("Token: what was signed is what is decoded") {
    jwt::Draft<jwt::UserClaims> draft = user_draft();
    draft.expires = noon + std::chrono::hours(1);
    draft.claims.pub.allow = {"a.>", "b & <c>"};
    draft.claims.resp = jwt::ResponsePermission{.max = 3, .ttl = std::chrono::seconds(5), .extra = {}};
    const auto token = jwt::sign(draft, key_of(Kind::account), noon);
    REQUIRE(token);
    const auto decoded = jwt::decode<jwt::UserClaims>(token->text());
    REQUIRE(decoded);
    CHECK(decoded->claims() == draft.claims);
    CHECK(decoded->content.name == "wallyqs");
    CHECK(decoded->content.expires == draft.expires);
    CHECK(decoded->issued_at == noon);
    CHECK(decoded->issuer == key_of(Kind::account).public_key());
}

TEST_CASE("Token: expiry counts from the second after it") {
    jwt::Draft<jwt::UserClaims> draft = user_draft();
    draft.expires = noon;
    draft.not_before = noon;
    const auto decoded = jwt::decode<jwt::UserClaims>(jwt::sign(draft, key_of(Kind::account), noon)->text());
    REQUIRE(decoded);
    CHECK_FALSE(decoded->expired(noon));
    CHECK(decoded->expired(noon + std::chrono::seconds(1)));
    CHECK_FALSE(decoded->too_early(noon));
    CHECK(decoded->too_early(noon - std::chrono::seconds(1)));
}

TEST_CASE("Token: a user's claims cannot be signed by an operator or a user") {
    const auto kind = GENERATE(Kind::operator_, Kind::user);
    CHECK(jwt::sign(user_draft(), key_of(kind), noon).error().code == Errc::wrong_issuer_kind);
}

TEST_CASE("Token: an account's claims may be signed by an operator or an account") {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account).public_key().text();
    CHECK(jwt::sign(draft, key_of(Kind::operator_), noon));
    CHECK(jwt::sign(draft, key_of(Kind::account), noon));
    CHECK(jwt::sign(draft, key_of(Kind::user), noon).error().code == Errc::wrong_issuer_kind);
}

TEST_CASE("Token: a subject of the wrong kind is refused when signing") {
    jwt::Draft<jwt::UserClaims> draft = user_draft();
    draft.subject = key_of(Kind::account).public_key().text();
    CHECK(jwt::sign(draft, key_of(Kind::account), noon).error().code == Errc::bad_subject);
    draft.subject.clear();
    CHECK(jwt::sign(draft, key_of(Kind::account), noon).error().code == Errc::bad_subject);
}

TEST_CASE("Token: a generic body that is not a JSON object is refused when signing") {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = "anything";
    draft.claims.body = GENERATE("", "[]", "{", "7", "{}{}");
    CHECK(jwt::sign(draft, key_of(Kind::user), noon).error().code == Errc::bad_json);
}

TEST_CASE("Token: line ends around it are passed over") {
    const std::string text = jwt::sign(user_draft(), key_of(Kind::account), noon)->text();
    CHECK(jwt::decode<jwt::UserClaims>(text + "\r\n"));
    CHECK(jwt::decode<jwt::UserClaims>("\n" + text));
}

TEST_CASE("Token: a text without three non-empty parts is refused") {
    const std::string text = GENERATE("", ".", "..", "a.b", "a.b.c.d", "eyJ9..x", ".eyJ9.x", "eyJ9.eyJ9.");
    CHECK(decoding_user(text) == Errc::bad_shape);
}

TEST_CASE("Token: a megabyte is the limit") {
    CHECK(decoding_user(std::string(1024 * 1024 + 1, 'a')) == Errc::too_large);
    CHECK(decoding_user(std::string(1024 * 1024, 'a')) == Errc::bad_shape);
}

TEST_CASE("Token: parts that are not base64url are refused") {
    const std::string text = jwt::sign(user_draft(), key_of(Kind::account), noon)->text();
    std::string broken_header = text;
    broken_header[2] = '+';
    CHECK(decoding_user(broken_header) == Errc::bad_base64);
    CHECK(decoding_user(text.substr(0, text.size() - 1) + "/") == Errc::bad_base64);
}

TEST_CASE("Token: the header's names are compared without regard to case, and nothing else is let in") {
    const std::string payload = user_payload(R"({"type":"user","version":2})");
    const auto key = key_of(Kind::account);
    CHECK(decoding_user(token_of(R"({"typ":"jwt","alg":"ED25519-nkey"})", payload, key)) ==
          std::error_code());
    CHECK(decoding_user(token_of(R"({"typ":"JWT","alg":"ed25519"})", payload, key)) == std::error_code());
    CHECK(decoding_user(token_of(R"({"typ":"JWT","alg":"none"})", payload, key)) == Errc::bad_header);
    CHECK(decoding_user(token_of(R"({"typ":"JWS","alg":"ed25519-nkey"})", payload, key)) == Errc::bad_header);
    CHECK(decoding_user(token_of(R"({"alg":"ed25519-nkey"})", payload, key)) == Errc::bad_header);
    CHECK(decoding_user(token_of(R"({"typ":7,"alg":"ed25519-nkey"})", payload, key)) == Errc::bad_header);
}

TEST_CASE("Token: versions other than 2 are named for what they are") {
    const auto key = key_of(Kind::account);
    const auto with = [&](const char* nats) {
        return decoding_user(token_of(good_header, user_payload(nats), key));
    };
    CHECK(with(R"({"type":"user","version":2})") == std::error_code());
    CHECK(with(R"({"type":"user","version":1})") == Errc::old_version);
    CHECK(with(R"({"type":"user","version":3})") == Errc::unknown_version);
    CHECK(with(R"({"type":"user"})") == Errc::unknown_version);
    const std::string old = R"({"type":"user","nats":{}})";
    CHECK(decoding_user(token_of(good_header, old, key)) == Errc::old_version);
}

TEST_CASE("Token: another type than asked for is refused, and decode_any finds it out") {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account).public_key().text();
    const std::string text = jwt::sign(draft, key_of(Kind::operator_), noon)->text();
    CHECK(decoding_user(text) == Errc::wrong_type);
    const auto any = jwt::decode_any(text);
    REQUIRE(any);
    CHECK(std::holds_alternative<jwt::Decoded<jwt::AccountClaims>>(*any));
}

TEST_CASE("Token: a single changed character is noticed") {
    const std::string text = jwt::sign(user_draft(), key_of(Kind::account), noon)->text();
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        INFO("changed at " << at);
        CHECK_FALSE(jwt::decode<jwt::UserClaims>(changed));
    }
}

TEST_CASE("Token: cut anywhere it is an error") {
    const std::string text = jwt::sign(user_draft(), key_of(Kind::account), noon)->text();
    for (std::size_t size = 0; size < text.size(); ++size) {
        CHECK_FALSE(jwt::decode<jwt::UserClaims>(text.substr(0, size)));
    }
}

TEST_CASE("Token: signed by another key than the issuer it names is refused") {
    const std::string payload = user_payload(R"({"type":"user","version":2})");
    CHECK(decoding_user(token_of(good_header, payload, key_of(Kind::account, 2))) == Errc::bad_signature);
}

TEST_CASE("Token: signed in the manner of version 1, over the payload alone, is refused") {
    const auto key = key_of(Kind::account);
    const std::string header = base::base64url_encode(base::as_bytes(good_header));
    const std::string payload =
        base::base64url_encode(base::as_bytes(user_payload(R"({"type":"user","version":2})")));
    const nkeys::Signature signature = key.sign(base::as_bytes(payload));
    CHECK(decoding_user(header + "." + payload + "." + base::base64url_encode(signature)) ==
          Errc::bad_signature);
}

TEST_CASE("Token: an issuer of a kind that may not issue is refused when decoding too") {
    const auto operator_key = key_of(Kind::operator_);
    const std::string payload = R"({"iss":")" + operator_key.public_key().text() + R"(","sub":")" +
                                key_of(Kind::user).public_key().text() +
                                R"(","nats":{"type":"user","version":2}})";
    CHECK(decoding_user(token_of(good_header, payload, operator_key)) == Errc::wrong_issuer_kind);
}

TEST_CASE("Token: a claim of the wrong shape is refused by its name") {
    const auto key = key_of(Kind::account);
    const std::string nats = GENERATE(
        R"({"type":"user","version":2,"subs":"many"})", R"({"type":"user","version":2,"pub":[]})",
        R"({"type":"user","version":2,"tags":[7]})", R"({"type":"user","version":2,"resp":{"max":1.5}})",
        R"({"type":"user","version":2,"payload":18446744073709551615})",
        R"({"type":"user","version":2,"bearer_token":1})");
    CHECK(decoding_user(token_of(good_header, user_payload(nats), key)) == Errc::bad_json);
}

TEST_CASE("Token: hostile JSON is an error and no more") {
    const auto key = key_of(Kind::account);
    const std::string deep = std::string(100000, '[') + std::string(100000, ']');
    const std::string payload =
        GENERATE_COPY(std::string("{\"nats\":" + deep + "}"), std::string("{\"nats\":{}"), std::string("[]"),
                      std::string("{\"nats\":{\"\xff\":1}}"), std::string("\"\\"), std::string(1, '\0'));
    CHECK(decoding_user(token_of(good_header, payload, key)) == Errc::bad_json);
}

TEST_CASE("Token: fields that this version does not know survive an edit, at every level") {
    const auto key = key_of(Kind::account);
    const std::string nats =
        R"({"pub":{"allow":["a"],"later":1},"new":{"deep":[1,"<x>"]},"type":"user","version":2})";
    const std::string payload = user_payload(nats).insert(1, R"("top":true,)");
    const auto decoded = jwt::decode<jwt::UserClaims>(token_of(good_header, payload, key));
    REQUIRE(decoded);
    jwt::Draft<jwt::UserClaims> edited = decoded->content;
    edited.claims.pub.allow.emplace_back("b");
    const auto again = jwt::decode<jwt::UserClaims>(jwt::sign(edited, key, noon)->text());
    REQUIRE(again);
    CHECK(again->content.extra == jwt::Extra{{"top", "true"}});
    CHECK(again->claims().extra == jwt::Extra{{"new", R"({"deep":[1,"\u003cx\u003e"]})"}});
    CHECK(again->claims().pub.extra == jwt::Extra{{"later", "1"}});
    CHECK(again->claims().pub.allow == std::vector<std::string>{"a", "b"});
}

TEST_CASE("Token: a field that is there twice, in letters of different case, is refused") {
    const auto key = key_of(Kind::account);
    const std::string good = user_payload(R"({"type":"user","version":2})");
    const auto with = [&](const char* fields) {
        return decoding_user(token_of(good_header, std::string(good).insert(1, fields), key));
    };
    CHECK(with(R"("Exp":4000000000,"later":1,"LATER":2,)") == std::error_code());
    CHECK(with(R"("exp":4000000000,"EXP":1,)") == Errc::bad_json);
    CHECK(with(R"("Iat":1,"IAT":2,)") == Errc::bad_json);
    CHECK(with(R"("SUB":"somebody",)") == Errc::bad_json);
    CHECK(with(R"("NATS":{},)") == Errc::bad_json);
    const std::string nats = GENERATE(R"({"Data":1,"data":2,"type":"user","version":2})",
                                      R"({"pub":{"deny":["a"],"DENY":[]},"type":"user","version":2})",
                                      R"({"type":"user","Type":"account","version":2})");
    CHECK(decoding_user(token_of(good_header, user_payload(nats), key)) == Errc::bad_json);
}

TEST_CASE("Token: field names are read without regard to case") {
    const auto key = key_of(Kind::account);
    const std::string nats = R"({"SUBS":5,"dATA":2,"type":"user","version":2})";
    const auto decoded = jwt::decode<jwt::UserClaims>(token_of(good_header, user_payload(nats), key));
    REQUIRE(decoded);
    CHECK(decoded->claims().subs == 5);
    CHECK(decoded->claims().data == 2);
    CHECK(decoded->claims().payload == 0);
}

TEST_CASE("Token: the networks of an older token, in one text with commas, are a list") {
    const auto key = key_of(Kind::account);
    const std::string nats =
        R"({"src":"192.0.2.0/24, 2001:DB8::/32 ,,192.0.2.0/24","type":"user","version":2})";
    const auto decoded = jwt::decode<jwt::UserClaims>(token_of(good_header, user_payload(nats), key));
    REQUIRE(decoded);
    CHECK(decoded->claims().src == std::vector<std::string>{"192.0.2.0/24", "2001:db8::/32"});
}

TEST_CASE("Token: a limit that a scope leaves out is no limit, and one that a user leaves out is 0") {
    const auto key = key_of(Kind::account);
    const std::string account = key.public_key().text();
    const std::string scope = R"({"kind":"user_scope","key":")" + account + R"(","template":{"data":7}})";
    const std::string nats = R"({"signing_keys":[)" + scope + R"(],"type":"account","version":2})";
    const std::string payload =
        R"({"iss":")" + account + R"(","sub":")" + account + R"(","nats":)" + nats + "}";
    const auto decoded = jwt::decode<jwt::AccountClaims>(token_of(good_header, payload, key));
    REQUIRE(decoded);
    const jwt::UserPermissionLimits& limits = decoded->claims().signing_keys.at(account)->permissions;
    CHECK(limits.subs == jwt::no_limit);
    CHECK(limits.data == 7);
    CHECK(limits.payload == jwt::no_limit);
    const std::string user = user_payload(R"({"type":"user","version":2})");
    CHECK(jwt::decode<jwt::UserClaims>(token_of(good_header, user, key))->claims().payload == 0);
}

TEST_CASE("Token: an account that says nothing of limits may do nothing, unlike a new one") {
    const auto key = key_of(Kind::account);
    const std::string account = key.public_key().text();
    const std::string limits = GENERATE("", R"("limits":null,)", R"("limits":{},)");
    const std::string payload = R"({"iss":")" + account + R"(","sub":")" + account + R"(","nats":{)" +
                                limits + R"("type":"account","version":2}})";
    const auto decoded = jwt::decode<jwt::AccountClaims>(token_of(good_header, payload, key));
    REQUIRE(decoded);
    CHECK(decoded->claims().limits.conn == 0);
    CHECK_FALSE(decoded->claims().limits.wildcards);
}

TEST_CASE("Token: a list that Go never set, and so wrote as null, is an empty one") {
    const auto key = key_of(Kind::account);
    const std::string account = key.public_key().text();
    const std::string payload = R"({"iss":")" + account + R"(","sub":")" + account +
                                R"(","nats":{"mappings":{"a":null},"type":"account","version":2}})";
    const auto decoded = jwt::decode<jwt::AccountClaims>(token_of(good_header, payload, key));
    REQUIRE(decoded);
    CHECK(decoded->claims().mappings.at("a").empty());
}

TEST_CASE("Token: a field that is there twice, at any depth, is refused") {
    const auto key = key_of(Kind::account);
    const std::string nats = GENERATE(R"({"subs":1,"subs":2,"type":"user","version":2})",
                                      R"({"pub":{"allow":["a"],"allow":[]},"type":"user","version":2})",
                                      R"({"later":[{"x":1,"x":1}],"type":"user","version":2})");
    CHECK(decoding_user(token_of(good_header, user_payload(nats), key)) == Errc::bad_json);
    const std::string colons =
        R"({"tags":["a:b","\":\""],"times":[{"start":":"}],"type":"user","version":2})";
    CHECK(decoding_user(token_of(good_header, user_payload(colons), key)) == std::error_code());
}

TEST_CASE("Token: a time outside the years 0 to 9999 is refused, wherever it stands") {
    const auto key = key_of(Kind::account);
    const std::string good = user_payload(R"({"type":"user","version":2})");
    const std::string field = GENERATE(R"("exp":)", R"("nbf":)", R"("iat":)");
    const auto with = [&](const char* number) {
        return decoding_user(token_of(good_header, std::string(good).insert(1, field + number + ","), key));
    };
    for (const char* const good_time : {"-62167219200", "-1", "0", "253402300799"}) {
        CAPTURE(field, good_time);
        CHECK(with(good_time) == std::error_code());
    }
    for (const char* const bad_time :
         {"-9223372036854775808", "-9223372036854775807", "-62167219201", "253402300800",
          "1000000000000000000", "9223372036854775807", "9223372036854775808", "18446744073709551615", "1.5",
          "1e30", "\"1\""}) {
        CAPTURE(field, bad_time);
        CHECK(with(bad_time) == Errc::bad_json);
    }
}

TEST_CASE("Token: generic claims are signed as version 2, whatever their body says") {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = "anything";
    draft.claims.body = GENERATE("{}", R"({"version":7})", R"({"version":"old"})");
    const auto decoded = jwt::decode<jwt::GenericClaims>(jwt::sign(draft, key_of(Kind::user), noon)->text());
    REQUIRE(decoded);
    CHECK(decoded->claims().body == R"({"version":2})");
}

TEST_CASE("Token: the numbers of generic claims are written as JavaScript and Go write them") {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = "anything";
    draft.claims.body =
        R"({"a":[1.0,-0.5,1e20,1e21,123456789012345680000.0,1.25E-6,1.25E-7,0.0,-1e-10,1e300],"version":2})";
    const auto decoded = jwt::decode<jwt::GenericClaims>(jwt::sign(draft, key_of(Kind::user), noon)->text());
    REQUIRE(decoded);
    CHECK(
        decoded->claims().body ==
        R"({"a":[1,-0.5,100000000000000000000,1e+21,123456789012345680000,0.00000125,1.25e-7,0,-1e-10,1e+300],)"
        R"("version":2})");
}

TEST_CASE("Token: the pretty payload shows the claims as indented JSON") {
    const auto token = jwt::sign(user_draft(), key_of(Kind::account), noon);
    const std::string text = jwt::pretty_payload(*token);
    CHECK(text.find("\n \"name\": \"wallyqs\"") != std::string::npos);
}

TEST_CASE("Token: an authorization request is signed by a server, and by nobody else") {
    jwt::Draft<jwt::AuthorizationRequestClaims> draft;
    draft.subject = key_of(Kind::account).public_key().text();
    draft.claims.user_nkey = key_of(Kind::user).public_key().text();
    draft.claims.connect.user = "nats-user";
    draft.claims.tls = jwt::ClientTls{
        .version = "1.3", .cipher = {}, .certs = {}, .verified_chains = {{"a", "b"}, {}}, .extra = {}};
    const auto token = jwt::sign(draft, key_of(Kind::server), noon);
    REQUIRE(token);
    const auto decoded = jwt::decode<jwt::AuthorizationRequestClaims>(token->text());
    REQUIRE(decoded);
    CHECK(decoded->claims() == draft.claims);
    const auto other = GENERATE(Kind::account, Kind::operator_, Kind::user);
    CHECK(jwt::sign(draft, key_of(other), noon).error().code == Errc::wrong_issuer_kind);
}

TEST_CASE("Token: an authorization response is signed by an account, about a user") {
    jwt::Draft<jwt::AuthorizationResponseClaims> draft;
    draft.subject = key_of(Kind::user).public_key().text();
    draft.claims.error = "no";
    const auto token = jwt::sign(draft, key_of(Kind::account), noon);
    REQUIRE(token);
    CHECK(jwt::decode<jwt::AuthorizationResponseClaims>(token->text())->claims() == draft.claims);
    CHECK(jwt::decode<jwt::AuthorizationRequestClaims>(token->text()).error().code == Errc::wrong_type);
    CHECK(jwt::sign(draft, key_of(Kind::server), noon).error().code == Errc::wrong_issuer_kind);
    draft.subject = key_of(Kind::account).public_key().text();
    CHECK(jwt::sign(draft, key_of(Kind::account), noon).error().code == Errc::bad_subject);
}
