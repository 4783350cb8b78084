#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/permissions.h>

using namespace natscreds;
using accounts::changed;
using accounts::Errc;
using accounts::PermissionChanges;
using Strings = std::vector<std::string>;

TEST_CASE("Permissions: changes are added to what is there, sorted and without doubles") {
    jwt::Permissions before;
    before.pub.allow = {"z", "b"};
    PermissionChanges changes;
    changes.allow_pub = {"c", "b"};
    changes.allow_pubsub = {"a.>"};
    changes.allow_sub = {"s queue"};
    changes.deny_pubsub = {"d.*"};
    const jwt::Permissions after = changed(before, changes).value();
    REQUIRE(after.pub.allow == Strings{"a.>", "b", "c", "z"});
    REQUIRE(after.sub.allow == Strings{"a.>", "s queue"});
    REQUIRE(after.pub.deny == Strings{"d.*"});
    REQUIRE(after.sub.deny == Strings{"d.*"});
    REQUIRE_FALSE(after.resp);
}

TEST_CASE("Permissions: what is not a subject is refused by name") {
    const std::string subject = GENERATE("", "a..b", ".a", "a.", "a b", "a.>.b");
    PermissionChanges changes;
    changes.allow_pub = {"fine", subject};
    REQUIRE(changed(jwt::Permissions(), changes).error().code == Errc::bad_subject);
    REQUIRE(changed(jwt::Permissions(), changes).error().detail == "\"" + subject + "\"");
}

TEST_CASE("Permissions: a queue group may stand only where subscriptions do") {
    PermissionChanges changes;
    changes.allow_pubsub = {"s queue"};
    REQUIRE(changed(jwt::Permissions(), changes).error().code == Errc::bad_subject);
}

TEST_CASE("Permissions: leave to respond keeps what is not changed") {
    jwt::Permissions before;
    before.resp.emplace().max = 7;
    PermissionChanges changes;
    changes.response_ttl = std::chrono::seconds(5);
    const jwt::Permissions after = changed(before, changes).value();
    REQUIRE(after.resp->max == 7);
    REQUIRE(after.resp->ttl == std::chrono::seconds(5));
}

TEST_CASE("Tags: lower case, sorted, without doubles, and removed in whatever case") {
    const accounts::TagChanges changes{.add = {"Team:Red", "a", "A"}, .remove = {"OLD"}};
    REQUIRE(changed(Strings{"old", "x"}, changes) == Strings{"a", "team:red", "x"});
}
