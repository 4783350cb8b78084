#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/remove.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

TEST_CASE("remove_user: without a key to sign the revocation with, nothing is taken away") {
    const OpenCopy copy;
    std::filesystem::remove_all(copy.folder / "keys/keys/O");
    const auto removed = remove_user(
        copy.tree,
        {.account = name("A"), .user = name("test"), .signer = "", .revoke = Revoke::yes, .with = {}});
    REQUIRE_FALSE(removed);
    REQUIRE(removed.error().code == Errc::no_signer);
    REQUIRE(copy.ko.holds_user(name("A"), name("test")));
}

TEST_CASE("remove_account: what an interrupted removal left is in nobody's way") {
    const OpenCopy copy;
    std::filesystem::create_directories(copy.stores() / "KO/.nsctl.removed/users");
    REQUIRE(remove_account(copy.tree, name("A"), {}));
    REQUIRE_FALSE(std::filesystem::exists(copy.stores() / "KO/.nsctl.removed"));
    REQUIRE_FALSE(copy.ko.holds_account(name("A")));
    REQUIRE(remove_account(copy.tree, name("A"), {}).error().code == Errc::no_such_account);
}

TEST_CASE("remove_account: an account with a user that cannot be read stays whole") {
    const OpenCopy copy;
    // Reading fails, as of a broken disk, and there may be a token: what merely holds none is taken away.
    const auto file = copy.stores() / "KO/accounts/A/users/test.jwt";
    std::filesystem::remove(file);
    std::filesystem::create_symlink("/proc/self/mem", file);
    const auto removed = remove_account(copy.tree, name("A"), {.keys = true, .creds = true});
    REQUIRE_FALSE(removed);
    REQUIRE(removed.error().code == std::errc::io_error);
    REQUIRE(copy.ko.holds_account(name("A")));
}

TEST_CASE("edit_account: a change that servers would refuse is not written, an error that was there stays") {
    const OpenCopy copy;
    const auto before = copy.account("A");
    const auto add_overlap = [](jwt::Draft<jwt::AccountClaims>& draft) {
        draft.claims.exports.push_back(draft.claims.exports.front());
        return base::Status();
    };
    const auto refused = edit_account(copy.tree, {name("A"), "", add_overlap});
    REQUIRE(refused.error().code == Errc::not_valid);
    REQUIRE(copy.account("A").token == before.token);

    auto broken = before;
    (void)add_overlap(broken.content);
    const auto signer = copy.keystore.load(public_key(before.issuer.text()));
    {
        const auto lock = copy.ko.lock();
        REQUIRE(copy.ko.write_account(*lock, name("A"),
                                      jwt::sign(broken.content, *signer, copy.signed_at).value()));
    }
    REQUIRE(edit_account(copy.tree, {name("A"), "", [](jwt::Draft<jwt::AccountClaims>& draft) {
                                         draft.claims.description = "d";
                                         return base::Status();
                                     }}));
}
