// nsctl plan, apply, export --as-toml.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

std::string file_with(const CommandLine& nsctl, const std::string& text) {
    nsctl.folder.write("tree.toml", text);
    return (nsctl.folder / "tree.toml").string();
}

constexpr const char* small_tree = R"(
[accounts.NEW]
exp = 2030-01-02T03:04:05Z
[accounts.NEW.nats]
description = "made by hand"
limits.conn = 5
signing_keys = [{ role = "chat", template = { pub = { allow = ["chat.>"] } } }]
[[accounts.NEW.nats.exports]]
name = "svc"
subject = "svc.>"
type = "service"
[accounts.NEW.nats.mappings]
a = [{ subject = "b", weight = 50 }]

[users.NEW.ann]
iss = "chat"
[users.NEW.bob.nats]
pub.allow = ["x"]
)";

}  // namespace

TEST_CASE("apply: what people write becomes accounts, scopes and users; then plan has nothing more") {
    NscCommandLine nsctl;
    const std::string file = file_with(nsctl, small_tree);
    const Outcome before = nsctl({"plan", file});
    INFO(before.out << before.err);
    REQUIRE(before.exit_code == 2);
    CHECK(contains(before.out, "add account \"NEW\"\n"));
    CHECK(contains(before.out, "    exp: (none) -> 1893553445\n"));
    CHECK(contains(before.out, "    nats.limits.conn: -1 -> 5\n"));
    CHECK(contains(before.out, "(new key)"));
    CHECK(contains(before.out, "add user \"ann\" of account \"NEW\"\n"));
    CHECK_FALSE(std::filesystem::exists(nsctl.folder / "nsc/accounts/nats/KO/accounts/NEW"));
    const Outcome applied = nsctl({"apply", file});
    INFO(applied.err);
    REQUIRE(applied.exit_code == 0);
    CHECK(contains(applied.err, "[ OK ] added account \"NEW\"\n"));
    CHECK(contains(applied.err, "[ OK ] added user \"bob\" of account \"NEW\"\n"));
    CHECK(contains(applied.err, "hint: servers know it after: nsctl push --all\n"));
    const auto account = account_of(nsctl, "NEW");
    CHECK(account.claims().limits.conn == 5);
    CHECK(account.claims().limits.subs == jwt::no_limit);
    CHECK(account.content.expires == base::Time(std::chrono::seconds(1893553445)));
    REQUIRE(account.claims().signing_keys.size() == 1);
    const auto& [key, scope] = *account.claims().signing_keys.begin();
    REQUIRE(scope);
    CHECK(scope->permissions.pub.allow == std::vector<std::string>{"chat.>"});
    const auto ann =
        store_of(nsctl)
            .read_user(accounts::Name::parse("NEW").value(), accounts::Name::parse("ann").value())
            .value();
    CHECK(ann.issuer.text() == key);
    CHECK_FALSE(ann.claims().has_own_permissions());
    const Outcome after = nsctl({"plan", file});
    INFO(after.out << after.err);
    CHECK(after.exit_code == 0);
    CHECK(after.out.empty());
    CHECK(contains(nsctl({"apply", file}).err, "the store says what the file says"));
    CHECK(nsctl({"validate", "-a", "NEW"}).exit_code == 0);
}

TEST_CASE("apply: what the file does not name stays, and goes with --prune; the system account never") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"apply", file_with(nsctl, small_tree)}).exit_code == 0);
    const std::string file = file_with(nsctl, "[accounts.NEW]\n[users.NEW.bob]\n");
    CHECK(nsctl({"plan", file}).exit_code == 0);
    const Outcome planned = nsctl({"plan", file, "--prune"});
    CHECK(planned.exit_code == 2);
    CHECK(contains(planned.out, "    nats.description: \"made by hand\" -> (none)\n"));
    CHECK(contains(planned.out, "delete user \"ann\" of account \"NEW\"\n"));
    CHECK_FALSE(contains(planned.out, "KUBECON"));
    REQUIRE(nsctl({"apply", file, "--prune"}).exit_code == 0);
    CHECK(account_of(nsctl, "NEW").claims().description.empty());
    CHECK_FALSE(account_of(nsctl, "NEW").claims().revocations.empty());
    CHECK_FALSE(std::filesystem::exists(nsctl.folder / "nsc/accounts/nats/KO/accounts/NEW/users/ann.jwt"));
    CHECK(account_of(nsctl, "KUBECON").content.name == "KUBECON");
}

TEST_CASE("export --as-toml: an account goes to another operator without its users, as it was") {
    NscCommandLine nsctl;
    const std::string file = (nsctl.folder / "moved.toml").string();
    REQUIRE(nsctl({"export", "--as-toml", "-a", "KUBECON", "--no-users", "-o", file}).exit_code == 0);
    const auto before = account_of(nsctl, "KUBECON");
    REQUIRE(nsctl({"add", "operator", "OTHER"}).exit_code == 0);
    const Outcome applied = nsctl({"apply", file});
    INFO(applied.err);
    REQUIRE(applied.exit_code == 0);
    const auto other =
        accounts::Store::open(nsctl.folder / "nsc/accounts/nats", accounts::Name::parse("OTHER").value())
            .value();
    const auto after = other.read_account(accounts::Name::parse("KUBECON").value()).value();
    CHECK(after.content.subject == before.content.subject);
    CHECK(after.claims() == before.claims());
    CHECK(after.issuer.text() == other.read_operator()->content.subject);
    CHECK(nsctl({"plan", file}).exit_code == 0);
}

TEST_CASE("export --as-toml: the whole tree is one file without a seed, of which there is nothing to do") {
    NscCommandLine nsctl;
    const Outcome exported = nsctl({"export", "--as-toml"});
    REQUIRE(exported.exit_code == 0);
    CHECK(contains(exported.out, "[accounts.KUBECON]"));
    CHECK(contains(exported.out, "[users.KUBECON.scoped]"));
    const std::string file = file_with(nsctl, exported.out);
    for (const auto& words :
         {std::vector<std::string>{"plan", file}, std::vector<std::string>{"plan", file, "--prune"}}) {
        const Outcome outcome = nsctl(words);
        INFO(outcome.out << outcome.err);
        CHECK(outcome.exit_code == 0);
    }
    CHECK(nsctl({"plan", file, "--json"}).out == "[]\n");
    CHECK(contains(nsctl({"export"}).err, "say what to export"));
}

TEST_CASE("plan: a file that means somebody else, or makes no sense, is refused and nothing is written") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "KUBECON");
    const std::string other = nsctl({"generate", "nkey", "--account", "-S"}).out.substr(0, 56);
    for (const char* const command : {"plan", "apply"}) {
        const Outcome wrong_key =
            nsctl({command, file_with(nsctl, "[accounts.KUBECON]\nsub = \"" + other + "\"\n")});
        CHECK(wrong_key.exit_code == 1);
        CHECK(contains(wrong_key.err, "the file says sub " + other));
        CHECK(nsctl({command, file_with(nsctl, "[accounts.KUBECON.nats]\nlimits = 1\n")}).exit_code == 1);
        CHECK(nsctl({command, file_with(nsctl, "[users.NOBODY.u]\n")}).exit_code == 1);
        CHECK(contains(
            nsctl({command, file_with(nsctl, "[users.KUBECON.scoped.nats]\npub.allow = [\"a\"]\n")}).err,
            "users.KUBECON.scoped: "));
        CHECK(nsctl({command, (nsctl.folder / "none.toml").string()}).exit_code == 1);
    }
    CHECK(account_of(nsctl, "KUBECON").token == before.token);
}
