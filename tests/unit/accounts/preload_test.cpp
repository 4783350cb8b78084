#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/servers/preload.h>
#include <natscreds/accounts/servers/resolver_config.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

namespace {

/// Account A as it would be after an edit.
jwt::Token newer_token(const OpenCopy& copy) {
    auto account = copy.account("A");
    account.content.claims.description = "newer";
    const auto signer = copy.keystore.load(public_key(account.issuer.text()));
    return jwt::sign(account.content, *signer, copy.clock.now()).value();
}

}  // namespace

TEST_CASE("with_preloaded: the token is exchanged, and not a byte besides") {
    const OpenCopy copy;
    const auto account = copy.account("A");
    const jwt::Token newer = newer_token(copy);
    const std::string config = memory_resolver_config(copy.ko, {}).value();
    const auto changed = with_preloaded(config, {name("A"), account.content.subject, newer});
    REQUIRE(changed);
    const auto back = with_preloaded(*changed, {name("A"), account.content.subject, account.token});
    REQUIRE(*changed != config);
    REQUIRE(*back == config);
}

TEST_CASE("with_preloaded: an account that is not there is put behind the others") {
    const OpenCopy copy;
    const auto account = copy.account("A");
    const std::string config = "a: 1\nresolver_preload: {\n}\nb: 2\n";
    const auto changed = with_preloaded(config, {name("A"), account.content.subject, account.token});
    REQUIRE(*changed == "a: 1\nresolver_preload: {\n  // Account \"A\"\n  " + account.content.subject + ": " +
                            account.token.text() + "\n\n}\nb: 2\n");
}

TEST_CASE("with_preloaded: comments, quotes and commas are left alone") {
    const OpenCopy copy;
    const auto account = copy.account("A");
    const jwt::Token newer = newer_token(copy);
    const std::string& key = account.content.subject;
    const auto config = [&](const std::string& token) {
        return "# resolver_preload: { }\nresolver_preload {\n # " + key + ": eyOld }\n \"" + key + "\" : \"" +
               token + "\",\n}";
    };
    REQUIRE(*with_preloaded(config(account.token.text()), {name("A"), key, newer}) == config(newer.text()));
}

TEST_CASE("with_preloaded: a configuration without a preload is refused") {
    const OpenCopy copy;
    const auto account = copy.account("A");
    for (const char* config : {"", "resolver: MEMORY", "# resolver_preload: {}", "resolver_preload: {"}) {
        const auto changed = with_preloaded(config, {name("A"), account.content.subject, account.token});
        REQUIRE_FALSE(changed);
        REQUIRE(changed.error().code == Errc::no_preload);
    }
}

TEST_CASE("rewrite_preload: the file keeps its mode, and read_preloaded reads what was written") {
    const OpenCopy copy;
    const auto account = copy.account("A");
    const jwt::Token newer = newer_token(copy);
    const auto file = copy.folder.write("server.conf", memory_resolver_config(copy.ko, {}).value());
    using std::filesystem::perms;
    const perms mode = perms::owner_read | perms::owner_write | perms::group_read | perms::others_read;
    std::filesystem::permissions(file, mode);
    REQUIRE(rewrite_preload(file, {name("A"), account.content.subject, newer}));
    REQUIRE(mode_of(file) == mode);
    REQUIRE((*read_preloaded(file, account.content.subject))->token == newer);
    REQUIRE_FALSE(*read_preloaded(file, std::string(56, 'A')));
    REQUIRE_FALSE(rewrite_preload(copy.folder / "none", {name("A"), account.content.subject, newer}));
}
