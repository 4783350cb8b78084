// Integers that somebody else writes for the service, at the limits of 64 bits: in its configuration, in its ledger, in
// tokens of ServiceAccounts and in Secrets. UBSan looks on in the asan tier.
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>
#include <natscreds/provisioner/identity/service_account.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/ledger/sqlite_ledger.h>
#include <natscreds/provisioner/policy/rate_limit.h>
#include <natscreds/provisioner/service/configuration.h>
#include <support/fakes.h>
#include <support/foreign_issuer.h>
#include <support/temp_dir.h>

#include "../../../provisioner/ledger/sqlite_database.h"

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{1'700'000'000s};

std::string limit() {
    return GENERATE("-9223372036854775808", "-9223372036854775807", "-1", "1000000000001",
                    "1000000000000000000", "9223372036854775807");
}

/// A configuration with every table there is; one key of it may be another, or new.
std::string text_with(const std::string& key = "", const std::string& value = "") {
    std::map<std::string, std::string> all{{"account", "\"K.jwt\""},
                                           {"requests", "\"direct\""},
                                           {"workers", "2"},
                                           {"ledger.store", "\"sqlite:names.db\""},
                                           {"identity.kubernetes.issuer", "\"https://c\""},
                                           {"identity.kubernetes.audience", "\"nats\""},
                                           {"service_roles.cluster", "\"example\""},
                                           {"service_roles.role", "\"chat\""},
                                           {"service_roles.folder", "\"roles\""},
                                           {"service_roles.namespaces", "[\"a\"]"},
                                           {"tokens.life", "\"1h\""},
                                           {"roles.chat.signing_key", "\"chat.nk\""},
                                           {"roles.chat.ttl", "\"1h\""}};
    if (!key.empty()) all[key] = value;
    std::string text;
    for (const auto& [name, given] : all)
        text += name + " = " + given + "\n";
    return text;
}

bool reads(const std::string& text) {
    return parse_configuration(text, "/etc/natscreds/chat.toml").has_value();
}

nkeys::PublicKey user(std::uint64_t start) {
    support::FixedRandom random(start);
    return nkeys::SigningKey::generate(nkeys::Kind::user, random)->public_key();
}

/// A ledger of a file in which another program has changed a column.
struct ChangedLedger {
    ChangedLedger(const std::string& column, const std::string& value) {
        {
            const auto before = SqliteLedger::open(file, rule).value();
            const auto kept = claim_name(*before, rule, claim(user(1)), {.now = noon});
            REQUIRE(kept);
            REQUIRE(before->flush(kept->ticket));
        }
        SqliteDatabase database = SqliteDatabase::open(file).value();
        REQUIRE(database.run(("UPDATE names SET " + column + " = " + value).c_str()));
        REQUIRE(database.changes() == 1);
    }
    [[nodiscard]] static Claim claim(const nkeys::PublicKey& key) {
        return {.name = "wallyqs",
                .key = key,
                .form = Form::key_bound,
                .role = "chat",
                .expires = noon + 1h,
                .owner = Owner::of_key(key),
                .requester = user(9)};
    }

    const NameRule rule{24h};
    support::TempDir folder;
    std::filesystem::path file = folder / "names.db";
};

/// What the claims of a ServiceAccount's token are worth, with one of them as given.
std::error_code examined(const std::string& name, const std::string& value) {
    std::map<std::string, std::string> all{
        {"iss", R"("https://cluster")"},
        {"aud", R"(["nats"])"},
        {"iat", "1700000000"},
        {"nbf", "1700000000"},
        {"exp", "1700000600"},
        {"sub", R"("system:serviceaccount:nats-io:nats-user")"},
        {"kubernetes.io",
         R"({"namespace":"nats-io","serviceaccount":{"name":"nats-user","uid":"u1"},"warnafter":)" +
             (name == "warnafter" ? value : "1700000500") + "}"}};
    if (name != "warnafter") all[name] = value;
    std::string claims;
    for (const auto& [claim, text] : all)
        claims += (claims.empty() ? "{\"" : ",\"") + claim + "\":" + text;
    static const support::ForeignIssuer issuer("RSA", "r1");
    const std::string text = issuer.token(claims + "}");
    const auto token = identity::ForeignJwt::parse(std::string_view(text));
    if (!token) return token.error().code;
    const identity::Expected expected{.issuer = "https://cluster", .audience = "nats"};
    const auto good = identity::examine_claims(*token, {.expected = expected, .now = noon});
    return good ? std::error_code() : good.error().code;
}

}  // namespace

TEST_CASE("Integers from outside: no key of the configuration takes one at the limits") {
    const auto all = parse_configuration(text_with(), "/etc/natscreds/chat.toml");
    INFO((all ? "" : all.error().message()));
    REQUIRE(all);
    REQUIRE(all->values.size() > 40);
    const std::string number = limit();
    for (const auto& [key, value] : all->values) {
        CAPTURE(key, number);
        // -1 is how servers write "no limit".
        const bool unlimited =
            number == "-1" && (key.ends_with(".subscriptions") || key.ends_with(".payload"));
        CHECK(reads(text_with(key, number)) == unlimited);
    }
}

TEST_CASE("Integers from outside: a time of the configuration is a century at most") {
    const std::string time = GENERATE("9223372036854775807s", "9223372036854775808h",
                                      "18446744073709551615ms", "1e300s", "1000000h", "-1h");
    for (const std::string key : {"roles.chat.ttl", "names.grace", "ledger.max_offline", "tokens.life",
                                  "identity.kubernetes.keys_refused_after"}) {
        CAPTURE(key, time);
        REQUIRE(reads(text_with(key, "\"2h\"")));
        CHECK_FALSE(reads(text_with(key, "\"" + time + "\"")));
    }
}

TEST_CASE("Integers from outside: there are as many workers as a machine can have threads, and no more") {
    CHECK(reads(text_with("workers", "1024")));
    CHECK_FALSE(reads(text_with("workers", "1025")));
}

TEST_CASE("Integers from outside: the largest rate that is taken lets through what it says") {
    const Rate rate{.per_second = 1'000'000'000'000, .burst = 1'000'000'000'000};
    TokenBucket bucket;
    const base::Instant start{};
    CHECK(bucket.take(rate, start));
    CHECK(bucket.take(rate, start + 24h * 366 * 9999));
    CHECK(bucket.full(rate, start + 24h * 366 * 9999 + 1s));
}

TEST_CASE("Integers from outside: a name whose record in the file is odd stays its owner's, and is renewed") {
    const std::string column = GENERATE("expires", "form");
    const std::string value = GENERATE("-9223372036854775808", "9223372036854775807", "1000000000000000000",
                                       "253402300800", "1e300", "'x'");
    CAPTURE(column, value);
    const ChangedLedger changed(column, value);
    const auto ledger = SqliteLedger::open(changed.file, changed.rule).value();
    const auto found = ledger->find("wallyqs");
    REQUIRE(found);
    REQUIRE(*found);
    const auto taken = claim_name(*ledger, changed.rule, ChangedLedger::claim(user(2)), {.now = noon + 1h});
    CHECK_FALSE(taken);
    const auto renewed =
        renew_name(*ledger, changed.rule,
                   {.name = "wallyqs", .key = user(1), .role = "chat", .expires = noon + 2h, .generation = 0},
                   noon + 1h);
    REQUIRE(renewed);
    CHECK(ledger->flush(renewed->ticket));
    CHECK(renewed->decision.record.expires >= noon + 2h);
    ledger->tidy(changed.rule, noon + 3h);
    CHECK((*ledger->find("wallyqs"))->record.holders.front().key == user(1));
}

TEST_CASE(
    "Integers from outside: a name whose keys in the file are odd stays its owner's, who may ask anew") {
    const std::string value = GENERATE(
        "-1", "'x'", "'[]'", "'[1]'", R"('[{"key":"x","gen":0,"exp":1}]')",
        R"('[{"key":"UAFGUGL7Y2QSYFQYVXVBYRCGYFOBR5X5ZZ5Q6C2GSJ5Y7YAA2JDEB5ID","gen":-1,"exp":1}]')");
    CAPTURE(value);
    const ChangedLedger changed("holders", value);
    const auto ledger = SqliteLedger::open(changed.file, changed.rule).value();
    CHECK_FALSE(claim_name(*ledger, changed.rule, ChangedLedger::claim(user(2)), {.now = noon + 1h}));
    const auto again = claim_name(*ledger, changed.rule, ChangedLedger::claim(user(1)), {.now = noon + 1h});
    REQUIRE(again);
    CHECK(ledger->flush(again->ticket));
}

TEST_CASE("Integers from outside: a name whose revision in the file is odd is nobody else's") {
    const std::string value = GENERATE("-9223372036854775808", "-1", "9223372036854775807", "1e300", "'x'");
    CAPTURE(value);
    const ChangedLedger changed("revision", value);
    const auto ledger = SqliteLedger::open(changed.file, changed.rule).value();
    CHECK_FALSE(claim_name(*ledger, changed.rule, ChangedLedger::claim(user(2)), {.now = noon + 1h}));
    (void)claim_name(*ledger, changed.rule, ChangedLedger::claim(user(1)), {.now = noon + 1h});
    CHECK(ledger->find("wallyqs"));
}

TEST_CASE("Integers from outside: a time at the limits in a ServiceAccount's token is none") {
    REQUIRE(examined("exp", "1700000600") == std::error_code());
    const std::string claim = GENERATE("exp", "nbf");
    const std::string number =
        GENERATE("-9223372036854775808", "-1", "1000000000000000000", "9223372036854775807",
                 "9223372036854775808", "18446744073709551615", "18446744073709551616", "253402300800",
                 "1e300", "0.5", R"("1700000600")", "null");
    CAPTURE(claim, number);
    CHECK(examined(claim, number) == identity::Errc::bad_claim);
}

TEST_CASE("Integers from outside: what is not looked at in a ServiceAccount's token may be anything") {
    const std::string number = GENERATE("-9223372036854775808", "18446744073709551615", "1e300", "null");
    CHECK(examined("iat", number) == std::error_code());
    CHECK(examined("warnafter", number) == std::error_code());
}
