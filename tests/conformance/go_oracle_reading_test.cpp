// Tokens that nobody here would write: where others may, they are read as the official Go library reads them;
// and each known difference, with its reason, so that one that goes away is noticed.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/jwt/token.h>
#include <natscreds/jwt/validate.h>
#include <support/key_of.h>

#include "go_oracle.h"

using namespace natscreds;
using nkeys::Kind;
using support::ask_go;
using support::GoAnswer;
using support::GoRequest;

namespace {

using support::key_of;

std::string text_of(Kind kind, std::uint64_t start = 1) {
    return key_of(kind, start).public_key().text();
}

std::string signed_by(const nkeys::SigningKey& key, const std::string& payload) {
    const std::string text = base::base64url_encode(base::as_bytes(R"({"typ":"JWT","alg":"ed25519-nkey"})")) +
                             "." + base::base64url_encode(base::as_bytes(payload));
    return text + "." + base::base64url_encode(key.sign(base::as_bytes(text)));
}

/// A token of an account about `subject`, its `nats` object and standard claims being these texts.
std::string token_about(const std::string& subject, const std::string& nats, const std::string& more = "") {
    return signed_by(key_of(Kind::account), "{" + more + R"("iss":")" + text_of(Kind::account) +
                                                R"(","sub":")" + subject + R"(","nats":)" + nats + "}");
}

std::string account(const std::string& fields) {
    return token_about(text_of(Kind::account), "{" + fields + R"(,"type":"account","version":2})");
}

std::string user(const std::string& fields) {
    return token_about(text_of(Kind::user), "{" + fields + R"(,"type":"user","version":2})");
}

std::string generic(const std::string& fields) {
    return token_about("anything", "{" + fields + R"(,"type":"generic","version":2})");
}

/// In version 1 the signature does not cover the header, and the type stands outside `nats`.
std::string version_1_user() {
    const nkeys::SigningKey key = key_of(Kind::account);
    const std::string header = R"({"typ":"jwt","alg":"ed25519"})";
    const std::string payload = R"({"iss":")" + key.public_key().text() + R"(","sub":")" +
                                text_of(Kind::user) + R"(","type":"user","nats":{}})";
    const std::string text = base::base64url_encode(base::as_bytes(payload));
    return base::base64url_encode(base::as_bytes(header)) + "." + text + "." +
           base::base64url_encode(key.sign(base::as_bytes(text)));
}

/// A token, and what is to be said about it.
struct Case {
    std::string type;
    std::string token;
    std::string why = {};
};

std::vector<GoAnswer> answers_to(const std::vector<Case>& cases) {
    std::vector<GoRequest> requests;
    for (const Case& one : cases)
        requests.push_back({.op = "decode", .type = one.type, .token = one.token});
    return ask_go(requests);
}

/// The `nats` object, which stands at the end.
std::string nats_of(const std::string& payload) {
    return payload.substr(payload.find(R"("nats":)"));
}

template <class C>
std::string nats_written_again(const std::string& token) {
    const auto decoded = jwt::decode<C>(token);
    if (!decoded) return "not read: " + decoded.error().message();
    const auto again = jwt::sign(decoded->content, key_of(Kind::account), decoded->issued_at);
    return nats_of(support::payload_of(again->text()));
}

std::string nats_written_again(const Case& one) {
    if (one.type == "user") return nats_written_again<jwt::UserClaims>(one.token);
    if (one.type == "account") return nats_written_again<jwt::AccountClaims>(one.token);
    return nats_written_again<jwt::GenericClaims>(one.token);
}

bool is_read(const Case& one) {
    if (one.type == "user") return jwt::decode<jwt::UserClaims>(one.token).has_value();
    if (one.type == "account") return jwt::decode<jwt::AccountClaims>(one.token).has_value();
    return jwt::decode<jwt::GenericClaims>(one.token).has_value();
}

void check_read_alike(const std::vector<Case>& cases) {
    const std::vector<GoAnswer> answers = answers_to(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        INFO(support::payload_of(cases[i].token));
        CHECK(nats_written_again(cases[i]) == nats_of(answers[i].payload));
    }
}

struct Readers {
    bool go;
    bool here;
};

void check_who_reads(const std::vector<Case>& cases, Readers readers) {
    const std::vector<GoAnswer> answers = answers_to(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        INFO(i << ": " << cases[i].why << "\nGo says: " << answers[i].refused);
        CHECK(answers[i].refused.empty() == readers.go);
        CHECK(is_read(cases[i]) == readers.here);
    }
}

/// The signature's last character with spare bits that are not zero.
std::string with_spare_bits(std::string token) {
    token.back() = static_cast<char>(token.back() + 1);
    return token;
}

int count_issues(const std::string& account_token) {
    const jwt::ValidationContext today{.now = base::Time(std::chrono::seconds(2'000'000'000))};
    return static_cast<int>(
        jwt::validate(jwt::decode<jwt::AccountClaims>(account_token).value(), today).size());
}

}  // namespace

TEST_CASE("Go oracle: users' claims in unusual spelling are read as Go reads them") {
    std::vector<Case> cases;
    for (const char* fields : {
             R"("SUBS":5,"Pub":{"ALLOW":["a"]},"Bearer_Token":true)",
             R"("pub":null,"sub":{"allow":null},"resp":null,"src":null,"times":null,"subs":null,"tags":null)",
             R"("bearer_token":null,"issuer_account":null,"times_location":null)",
             R"("src":"192.0.2.0/24, 2001:DB8::/32 ,,192.0.2.0/24")",
             R"("src":"","tags":[],"pub":{"allow":[]})",
             R"("resp":{})",
             R"("times":[{},{"end":"12:00:00"}])",
             R"("tags":["\u00e9\/\ud83d\ude00","\b\f\n\r\t\"\\"])",
             R"("subs":-0,"data":9223372036854775807,"payload":-9223372036854775808)",
             "\n  \"subs\" : 5 ,\r\n\t\"tags\" : [ \"a\" , \"b\" ]",
         })
        cases.push_back({"user", user(fields)});
    check_read_alike(cases);
}

TEST_CASE("Go oracle: accounts' claims in unusual spelling are read as Go reads them") {
    const std::string key = text_of(Kind::account, 2);
    const std::string scope = R"({"KEY":")" + key + R"(","role":null,"kind":"user_scope")";
    std::vector<Case> cases;
    for (const std::string& fields : {
             std::string(R"("imports":[{}],"exports":[{}],"limits":{},"trace":{},"authorization":{})"),
             std::string(R"("imports":null,"exports":[],"limits":null,"trace":null,"mappings":null)"),
             std::string(
                 R"("exports":[{"subject":"a","service_latency":{"sampling":"Headers","results":"b"}}])"),
             std::string(R"("exports":[{"service_latency":null},{"subject":"a","service_latency":{}}])"),
             std::string(R"("revocations":{"*":null,"x":1},"mappings":{"a":[],"b":[{}]})"),
             std::string(R"("limits":{"tiered_limits":{"R1":{},"R3":null}})"),
             R"("signing_keys":[)" + scope + "}]",
             R"("signing_keys":[)" + scope + R"(,"template":null},"A","A"])",
             R"("signing_keys":[)" + scope + R"(,"template":{"Subs":3,"data":null}}])",
             R"("signing_keys":[)" + scope + R"(,"description":"first"},)" + scope +
                 R"(,"description":"last"}])",
             R"("signing_keys":[)" + scope + R"(},")" + key + R"("])",
         })
        cases.push_back({"account", account(fields)});
    check_read_alike(cases);
}

TEST_CASE("Go oracle: what is not a token is refused on both sides") {
    const std::vector<Case> cases{
        {"user", ""},
        {"user", "a.b.c"},
        {"user", user(R"("subs":1)") + ".x"},
        {"user", user(R"("subs":1.0)")},
        {"user", user(R"("subs":1e2)")},
        {"user", user(R"("subs":"1")")},
        {"user", user(R"("subs":9223372036854775808)")},
        {"user", user(R"("pub":[])")},
        {"user", user(R"("tags":{})")},
        {"user", user(R"("tags":[1])")},
        {"user", user(R"("bearer_token":0)")},
        {"user", user(R"("subs":1,)")},
        {"user", token_about(text_of(Kind::user), R"({"type":"user"})")},
        {"user", token_about(text_of(Kind::user), R"({"type":"user","version":3})")},
        {"user", token_about(text_of(Kind::user), R"({"type":"server","version":2})")},
        {"user", token_about(text_of(Kind::user), R"([])")},
        {"user", token_about(text_of(Kind::user), R"({"type":"user","version":2}})")},
        {"user",
         token_about(text_of(Kind::user), R"({"type":"user","version":2})", R"("exp":9223372036854775808,)")},
        {"user", token_about(text_of(Kind::user), R"({"type":"user","version":2})", R"("iat":"now",)")},
        {"account", account(R"("signing_keys":[{"kind":"other","key":"A"}])")},
        {"account", account(R"("revocations":{"*":"now"})")},
        {"account", account(R"("exports":[{"service_latency":{"sampling":"often"}}])")},
    };
    check_who_reads(cases, {.go = false, .here = false});
}

TEST_CASE("Go oracle: what Go reads and is refused here, on purpose") {
    const std::string good = user(R"("subs":1)");
    const std::string name(1024 * 1024, 'n');
    const std::vector<Case> cases{
        {"user", version_1_user(), "version 1 is named as such, and not migrated"},
        {"user", with_spare_bits(good), "spare bits give one token several spellings"},
        {"user", std::string(good).insert(good.size() - 4, "\r\n"), "so do line breaks within it"},
        {"user", user("\"tags\":[\"\xff\"]"),
         "Go passes over bytes that are not UTF-8, as if they were U+FFFD"},
        {"user", user(R"("tags":["\ud800"])"), "the same with half a surrogate pair"},
        {"user", user(R"("subs":1,"subs":2)"), "which of two equal fields counts depends on the reader"},
        {"user", user(R"("tags":[null])"), "null is no element of a list"},
        {"account", account(R"("imports":[null])"), "null is no import"},
        {"account", account(R"("signing_keys":[7])"),
         "Go passes over signing keys that are neither text nor scope"},
        {"user", token_about(text_of(Kind::account), R"({"type":"user","version":2})"),
         "Go does not look at the subject when it decodes"},
        {"generic", generic(R"("deep":)" + std::string(100, '[') + std::string(100, ']')),
         "nothing that people write is nested so deep"},
        {"generic", generic(R"("name":")" + name + "\""), "Go sets generic claims no limit of size"},
        {"generic", token_about("anything", R"({"type":"generic"})"),
         "Go does not look at the version of generic claims"},
    };
    check_who_reads(cases, {.go = true, .here = false});
}

TEST_CASE("Go oracle: what Go refuses and is read here, on purpose") {
    const std::string good = user(R"("subs":1)");
    const std::string key = text_of(Kind::account, 2);
    const std::string scope = R"({"kind":"user_scope","key":")" + key + R"(","template":{"payload":)";
    const std::vector<Case> cases{
        {"user", "\n" + good + " \n", "blanks around a token come from copying it"},
        {"account", account(R"("signing_keys":[)" + scope + "9223372036854775807}}]"),
         "Go reads a scope's numbers as doubles, which do not hold this one"},
    };
    check_who_reads(cases, {.go = false, .here = true});
}

TEST_CASE("Go oracle: what Go loses or changes and is kept here") {
    const std::vector<Case> cases{
        {"user", user(R"("later":{"x":1})"), "fields that Go does not know"},
        {"user", user(R"("subs":1,"SUBS":2)"),
         "of two fields that differ in case Go takes the last, here the exact one counts"},
        {"generic", generic(R"("x":9007199254740993)"), "Go reads the numbers of generic claims as doubles"},
        {"account",
         account(R"("signing_keys":[{"kind":"user_scope","key":"A","template":{"subs":9007199254740993}}])"),
         "Go reads a scope's numbers as doubles"},
        {"account", account(R"("limits":{"streams":1,"tiered_limits":{"R1":{"streams":2}}})"),
         "beside tiers Go drops the plain limits, where validate() reports that both are there"},
    };
    const std::vector<GoAnswer> answers = answers_to(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        INFO(cases[i].why);
        REQUIRE(answers[i].refused.empty());
        CHECK(nats_written_again(cases[i]) != nats_of(answers[i].payload));
    }
}

namespace {

struct Disagreement {
    std::string why;
    std::string token;
    int issues_in_go;
    int issues_here;
};

}  // namespace

TEST_CASE("Go oracle: where validation disagrees with Go, on purpose") {
    const std::string broken_key = text_of(Kind::account, 2).insert(20, R"(\n)");
    const std::string unlimited = R"("limits":{"imports":-1,"exports":-1,"subs":-1},)";
    const std::string a =
        R"({"type":"service","subject":"x","account":")" + text_of(Kind::account, 3) + "\"}";
    const std::string b =
        R"({"type":"service","subject":"x","account":")" + text_of(Kind::account, 4) + "\"}";
    // Each account signs itself, which is a warning that both give.
    const std::vector<Disagreement> disagreements{
        {"a key has one spelling; Go passes over line breaks in it",
         account(unlimited + R"("signing_keys":[")" + broken_key + "\"]"), 1, 2},
        {"since version 2.8.1 Go allows services of two accounts at the same subject",
         account(unlimited + R"("imports":[)" + a + "," + b + "]"), 3, 1},
        {"since version 2.8 Go counts a cluster's missing weight as 100",
         account(unlimited +
                 R"("mappings":{"a":[{"subject":"b","cluster":"x"},{"subject":"c","cluster":"x"}]})"),
         1, 2},
        {"since version 2.8 Go reports a weight above 100, and adds without overflow",
         account(unlimited +
                 R"("mappings":{"a":[{"subject":"b","weight":200},{"subject":"c","weight":100}]})"),
         1, 3},
        {"a negative expiry lies in the past, and servers end the connection at once",
         token_about(text_of(Kind::account), "{" + unlimited + R"("type":"account","version":2})",
                     R"("exp":-1,)"),
         1, 2},
        {"Go does not read this; here it can be repaired",
         account(unlimited + R"("exports":[{"subject":"a","type":"bird"}])"), 0, 2},
        {"the same", account(unlimited + R"("mappings":{"a":[{"subject":"b","weight":-1}]})"), 0, 2},
        {"the same",
         account(unlimited + R"("exports":[{"subject":"a.*","type":"stream","account_token_position":-1}])"),
         0, 2},
        {"Go drops the plain limits before it looks",
         account(R"("limits":{"imports":-1,"exports":-1,"streams":1,"tiered_limits":{"R1":{}}})"), 1, 2},
    };
    std::vector<Case> cases;
    for (const Disagreement& disagreement : disagreements)
        cases.push_back({"account", disagreement.token});
    const std::vector<GoAnswer> answers = answers_to(cases);
    for (std::size_t i = 0; i < disagreements.size(); ++i) {
        INFO(disagreements[i].why);
        CHECK(static_cast<int>(answers[i].issues.size()) == disagreements[i].issues_in_go);
        CHECK(count_issues(disagreements[i].token) == disagreements[i].issues_here);
    }
}
