#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/servers/resolver_config.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

namespace {

base::Status set_system_account(const OpenCopy& copy, const std::string& key) {
    return edit_operator(copy.tree, "", [&](jwt::Draft<jwt::OperatorClaims>& draft) {
        draft.claims.system_account = key;
        return base::Status();
    });
}

}  // namespace

TEST_CASE("Memory resolver: the configuration is byte for byte nsc's") {
    const StoreCopy copy;
    // As nsc printed it: with an empty line behind it, which it does not put into files.
    const std::string by_nsc = support::read_test_data("nsc-store/out/mem-resolver.conf");
    REQUIRE(memory_resolver_config(copy.store(), name("SYS")).value() + "\n" == by_nsc);
    REQUIRE(memory_resolver_config(copy.store(), std::nullopt).value() + "\n" == by_nsc);
}

TEST_CASE("Memory resolver: the system account that is named beats the operator's") {
    const OpenCopy copy;
    const std::string config = memory_resolver_config(copy.ko, name("A")).value();
    REQUIRE(config.find("system_account: " + copy.account("A").content.subject + "\n") != std::string::npos);
    REQUIRE(memory_resolver_config(copy.ko, name("NO")).error().code == Errc::no_such_account);
}

TEST_CASE("Memory resolver: without a system account none is written, and one that is gone is an error") {
    const OpenCopy copy;
    std::filesystem::remove_all(copy.stores() / "KO/accounts/SYS");
    REQUIRE(memory_resolver_config(copy.ko, std::nullopt).error().code == Errc::no_system_account);
    REQUIRE(set_system_account(copy, ""));
    const std::string config = memory_resolver_config(copy.ko, std::nullopt).value();
    REQUIRE(config.find("system_account") == std::string::npos);
}
