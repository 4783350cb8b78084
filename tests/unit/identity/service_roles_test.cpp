#include <natscreds/provisioner/identity/service_roles.h>

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace natscreds::provisioner::identity {
namespace {

ServiceRole role(std::string name, std::string subject) {
    return {.account = {.namespace_name = "nats-io", .name = std::move(name)},
            .publish = {.allow = {std::move(subject)}, .deny = {}, .extra = {}},
            .subscribe = {}};
}

}  // namespace

TEST_CASE("Service roles: observers hear of changed and deleted ones, and of no others") {
    ServiceRoles roles;
    std::vector<std::string> heard;
    roles.observe([&](const AccountName& account) { heard.push_back(account.name); });

    roles.replace({role("kept", "a"), role("changed", "a"), role("deleted", "a")});
    CHECK(heard.empty());

    roles.replace({role("kept", "a"), role("changed", "b"), role("new", "a")});
    CHECK(heard == std::vector<std::string>{"changed", "deleted"});
    CHECK(roles.size() == 3);
    CHECK(roles.find({"nats-io", "changed"})->publish.allow == std::vector<std::string>{"b"});
    CHECK_FALSE(roles.find({"nats-io", "deleted"}));
    CHECK_FALSE(roles.find({"default", "kept"}));
}

}  // namespace natscreds::provisioner::identity
