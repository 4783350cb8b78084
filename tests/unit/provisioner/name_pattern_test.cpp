#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/base/wildcard.h>
#include <natscreds/provisioner/policy/name_pattern.h>
#include <natscreds/provisioner/policy/owner.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;

namespace {

const NameFacts ann{{"requester", "Ann"}};
const NameFacts pod{{"namespace", "shop"}, {"service_account", "orders"}, {"pod", "orders-7d9f-x2"}};

}  // namespace

TEST_CASE("NamePattern: names, stars and known placeholders make a pattern, and nothing else does") {
    const std::string good = GENERATE("wallyqs", "*", "{{requester}}", "{{requester}}-*",
                                      "{{namespace}}-{{service_account}}*", "x{{pod}}");
    CHECK(check_name_pattern(good));
    const std::string bad = GENERATE("", "A", "a.b", ">", "{{", "{{requester", "{{subject()}}", "{{claim()}}",
                                     "{{}}", "a b", "}}");
    CAPTURE(bad);
    CHECK_FALSE(check_name_pattern(bad));
}

TEST_CASE("NamePattern: facts are put in their places in small letters") {
    CHECK(fill_in("{{requester}}-*", ann).value() == "ann-*");
    CHECK(fill_in("{{namespace}}-{{service_account}}*", pod).value() == "shop-orders*");
}

TEST_CASE("NamePattern: a fact that is not known or cannot stand in a name gives no name, and is not cut") {
    CHECK(fill_in("{{pod}}", ann).error().code == Reason::role_denied);
    const std::string behind_a_name = std::string(80, 'a') + "*";
    CHECK(fill_in("{{pod}}", {{"pod", behind_a_name}}).error().code == Reason::bad_name);
    CHECK_FALSE(check_name_pattern(std::string(80, 'a') + "."));
    for (const char* odd : {"a.b", "a*", ">", "a b", "\xc3\xa9", "{{pod}}"})
        CHECK(fill_in("{{requester}}", {{"requester", odd}}).error().code == Reason::bad_name);
}

TEST_CASE("NamePattern: a star stands for any characters, none too, wherever it is") {
    CHECK(base::wildcard_matches("ann-*", "ann-"));
    CHECK(base::wildcard_matches("ann-*", "ann-laptop"));
    CHECK_FALSE(base::wildcard_matches("ann-*", "ann"));
    CHECK_FALSE(base::wildcard_matches("ann", "ann2"));
    CHECK(base::wildcard_matches("*-*-b", "a-c-b-b"));
    CHECK_FALSE(base::wildcard_matches("*-b", "a-bc"));
    CHECK(base::wildcard_matches("**", ""));
    CHECK_FALSE(base::wildcard_matches("", "a"));
    CHECK_FALSE(base::wildcard_matches(std::string(40, '*') + "x", std::string(63, 'a')));
}

TEST_CASE("Name patterns: a claim is folded, and one with letters of other alphabets is refused") {
    CHECK(check_name_pattern("ci-{{claim(a.b)}}"));
    CHECK_FALSE(check_name_pattern("ci-{{claim()}}"));
    CHECK_FALSE(check_name_pattern("ci-{{claims(a)}}"));
    const NameFacts facts{{"claim(a)", "Acme/Shop.v1"}, {"claim(b)", "sh\xc3\xb6p"}, {"claim(c)", "a\nb"}};
    CHECK(fill_in("ci-{{claim(a)}}", facts).value() == "ci-acme-shop-v1");
    CHECK(fill_in("ci-{{claim(b)}}", facts).error().code == access::Reason::bad_name);
    CHECK(fill_in("ci-{{claim(c)}}", facts).error().code == access::Reason::bad_name);
    CHECK(fill_in("ci-{{claim(d)}}", facts).error().code == access::Reason::role_denied);
    const auto owner = Owner::parse("oidc:https://issuer#repo:Acme/Shop");
    REQUIRE(owner);
    CHECK(*owner == Owner::of_subject("https://issuer", "repo:Acme/Shop"));
    for (const char* none :
         {"oidc:", "oidc:https://issuer", "oidc:https://issuer#", "oidc:http://i#s", "oidc:https://i#\n"})
        CHECK_FALSE(Owner::parse(none));
}

TEST_CASE("NamePattern: a name that no pattern gives is refused, and the refusal says which are given") {
    const std::vector<std::string> patterns{"{{requester}}", "{{requester}}-*", "{{pod}}"};
    CHECK(check_name(patterns, "ann", ann));
    CHECK(check_name(patterns, "ann-laptop", ann));
    const auto other = check_name(patterns, "bob", ann);
    CHECK(other.error().code == Reason::role_denied);
    CHECK(other.error().detail == "the name bob is not given to this requester, who may have ann, ann-*");
    CHECK(check_name(patterns, "ann", {}).error().code == Reason::role_denied);
    CHECK(check_name({}, "anything", {}));
}

TEST_CASE(
    "NamePattern: what a pattern could give is known by what its facts are like, and else may be anything") {
    const FactWildcards known{{"claim(repository)", {"Acme/*", "shop"}}};
    CHECK(could_give("ci-{{claim(repository)}}", "ci-acme-shop", known));
    CHECK(could_give("ci-{{claim(repository)}}", "ci-shop", known));
    CHECK_FALSE(could_give("ci-{{claim(repository)}}", "ci-evil-shop", known));
    CHECK_FALSE(could_give("ci-{{claim(repository)}}", "acme-shop", known));
    CHECK(could_give("ci-{{claim(ref)}}", "ci-evil-shop", known));
    CHECK(could_give("{{claim(ref)}}-{{claim(repository)}}", "main-shop", known));
    CHECK_FALSE(could_give("{{claim(ref)}}-{{claim(repository)}}", "main-shops", known));
    CHECK(could_give("backup", "backup", {}));
    CHECK_FALSE(could_give("backup", "backup2", {}));
    CHECK_FALSE(could_give("", "x", {}));
}

TEST_CASE("NamePattern: so many possibilities that they are not counted any more are taken for any") {
    std::vector<std::string> many;
    for (int i = 0; i < 100; ++i)
        many.push_back("v" + std::to_string(i));
    const FactWildcards known{{"claim(a)", many}};
    CHECK_FALSE(could_give("{{claim(a)}}", "other", known));
    CHECK(could_give("{{claim(a)}}-{{claim(a)}}", "v1-v99", known));
    CHECK(could_give("{{claim(a)}}-{{claim(a)}}", "v1-other", known));
    CHECK_FALSE(could_give("{{claim(a)}}-{{claim(a)}}", "other-v1", known));
}
