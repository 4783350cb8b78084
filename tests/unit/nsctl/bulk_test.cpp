// Many users at once: add users, delete users, revocations add-users.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/create.h>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;
namespace fs = std::filesystem;

namespace {

std::string users_folder(const CommandLine& nsctl) {
    return (nsctl.folder / "nsc/accounts/nats/KO/accounts/KUBECON/users").string();
}

std::size_t entries_below(const fs::path& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::recursive_directory_iterator(folder))
        ++count;
    return count;
}

std::string list_of(const CommandLine& nsctl, const std::string& text) {
    nsctl.folder.write("names.txt", text);
    return (nsctl.folder / "names.txt").string();
}

}  // namespace

TEST_CASE(
    "add users: each name of a file becomes a user with the options given, a key of its own and creds") {
    NscCommandLine nsctl;
    const std::string file = list_of(nsctl, "\xef\xbb\xbf# who joins\n\n  ann \r\nbob smith\n");
    const Outcome outcome =
        nsctl({"add", "users", "--from", file, "--allow-pub", "a.>", "--tag", "new", "--expiry", "1d"});
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    CHECK(contains(outcome.err, "[ OK ] added 2 users to account \"KUBECON\""));
    const auto ann = user_of(nsctl, "ann");
    const auto bob = user_of(nsctl, "bob smith");
    CHECK(ann.content.subject != bob.content.subject);
    for (const auto* user : {&ann, &bob}) {
        CHECK(user->claims().pub.allow == std::vector<std::string>{"a.>"});
        CHECK(user->claims().tags == std::vector<std::string>{"new"});
        CHECK(user->content.expires == nsctl.clock.now() + std::chrono::hours(24));
        const auto creds = jwt::Credentials::load(nsctl.folder / "nsc/nkeys/creds/KO/KUBECON" /
                                                  (user->content.name + ".creds"));
        REQUIRE(creds);
        CHECK(creds->user().token == user->token);
    }
    CHECK(nsctl({"validate", "-a", "KUBECON"}).exit_code == 0);
}

TEST_CASE(
    "add users: --count makes numbered users, also under a scope; the list may come by standard input") {
    NscCommandLine nsctl;
    const Outcome outcome =
        nsctl({"add", "users", "--count", "300", "--name", "dev-{}", "-K", "chat", "--json"});
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    CHECK(contains(outcome.out, "\"added\": \"300\""));
    CHECK(user_of(nsctl, "dev-1").issuer.text() == scoped_key);
    CHECK_FALSE(user_of(nsctl, "dev-300").claims().has_own_permissions());
    CHECK_FALSE(fs::exists(users_folder(nsctl) + "/dev-301.jwt"));
    CHECK(nsctl({"add", "users", "--from", "-"}, "carl").exit_code == 0);
    CHECK(user_of(nsctl, "carl").content.name == "carl");
}

TEST_CASE("add users: a mistake says its line and why, and nothing is made") {
    NscCommandLine nsctl;
    std::string text;
    for (int i = 1; i < 4711; ++i)
        text += "user-" + std::to_string(i) + "\n";
    const std::size_t before = entries_below(nsctl.folder / "nsc");
    const auto refused = [&](const std::string& line, const std::string& why) {
        const std::string file = list_of(nsctl, text + line + "\nlast\n");
        const Outcome outcome = nsctl({"add", "users", "--from", file});
        CHECK(outcome.exit_code == 1);
        CHECK(outcome.err.starts_with("nsctl: " + file + ":4711: " + why));
    };
    refused("a/b", "\"a/b\": ");
    refused("scoped", "\"scoped\": ");
    refused("user-12",
            "user \"user-12\" is named twice, before in " + (nsctl.folder / "names.txt").string() + ":12: ");
    const std::string file = list_of(nsctl, "ann\n");
    CHECK(contains(nsctl({"add", "users", "--from", file, "-K", "chat", "--allow-pub", "a"}).err,
                   "leave the permissions out"));
    CHECK(nsctl({"add", "users", "--from", file, "--allow-pub", "a b c"}).exit_code == 1);
    CHECK(entries_below(nsctl.folder / "nsc") <= before + 1);  // the lock
}

TEST_CASE("add users: who is there already is refused, or left as it is with --skip-existing") {
    NscCommandLine nsctl;
    const auto before = user_of(nsctl, "scoped");
    const std::string file = list_of(nsctl, "new\nscoped\n");
    const Outcome refused = nsctl({"add", "users", "--from", file});
    CHECK(refused.exit_code == 1);
    CHECK_FALSE(fs::exists(users_folder(nsctl) + "/new.jwt"));
    const Outcome outcome = nsctl({"add", "users", "--from", file, "--skip-existing"});
    CHECK(outcome.exit_code == 0);
    CHECK(contains(outcome.err, "[ OK ] left 1 users as they were"));
    CHECK(contains(outcome.err, "[ OK ] added 1 users"));
    CHECK(user_of(nsctl, "scoped").token == before.token);
}

TEST_CASE("add users: a file or a count, and a name with a place for the number") {
    NscCommandLine nsctl;
    const std::string file = list_of(nsctl, "ann\n");
    CHECK(nsctl({"add", "users"}).exit_code == 1);
    CHECK(nsctl({"add", "users", "--from", file, "--count", "2", "-n", "x{}"}).exit_code == 1);
    CHECK(nsctl({"add", "users", "--from", file, "-n", "x{}"}).exit_code == 1);
    CHECK(contains(nsctl({"add", "users", "--count", "2", "-n", "x"}).err, "needs a {}"));
    CHECK(contains(nsctl({"add", "users", "--count", "2"}).err, "needs a {}"));
    CHECK(nsctl({"add", "users", "--count", "0", "-n", "x{}"}).exit_code == 1);
    CHECK(contains(nsctl({"add", "users", "--from", list_of(nsctl, "\n# nobody\n")}).err, "it names nobody"));
    CHECK(nsctl({"add", "users", "--from", (nsctl.folder / "none").string()}).exit_code == 1);
}

TEST_CASE(
    "delete users: all are revoked in one edit, and gone, with keys and creds where that is asked for") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "users", "--count", "3", "-n", "dev-{}"}).exit_code == 0);
    const std::string first = user_of(nsctl, "dev-1").content.subject;
    const std::string third = user_of(nsctl, "dev-3").content.subject;
    const std::string file = list_of(nsctl, "dev-1\ndev-3\n");
    const Outcome outcome = nsctl({"delete", "users", "--from", file, "--rm-nkey", "--rm-creds"});
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    CHECK(contains(outcome.err, "[ OK ] revoked and deleted 2 users of account \"KUBECON\""));
    const auto revocations = account_of(nsctl, "KUBECON").claims().revocations;
    CHECK(revocations.contains(first));
    CHECK(revocations.contains(third));
    CHECK_FALSE(fs::exists(users_folder(nsctl) + "/dev-1.jwt"));
    CHECK(fs::exists(users_folder(nsctl) + "/dev-2.jwt"));
    CHECK_FALSE(fs::exists(nsctl.folder / "nsc/nkeys/creds/KO/KUBECON/dev-3.creds"));
    CHECK_FALSE(fs::exists(nsctl.folder / "nsc/nkeys/keys/U" / first.substr(1, 2) / (first + ".nk")));
}

TEST_CASE("delete users: one who is not there is said with its line and nobody goes, or is passed over") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "KUBECON");
    const std::string file = list_of(nsctl, "scoped\nnobody\n");
    const Outcome refused = nsctl({"delete", "users", "--from", file});
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.starts_with("nsctl: " + file + ":2: \"nobody\": "));
    CHECK(fs::exists(users_folder(nsctl) + "/scoped.jwt"));
    CHECK(account_of(nsctl, "KUBECON").token == before.token);
    const Outcome outcome = nsctl({"delete", "users", "--from", file, "--skip-missing", "--revoke=false"});
    CHECK(outcome.exit_code == 0);
    CHECK(contains(outcome.err, "[ OK ] passed over 1 users"));
    CHECK(contains(outcome.err, "warning: servers go on accepting"));
    CHECK_FALSE(fs::exists(users_folder(nsctl) + "/scoped.jwt"));
    CHECK(account_of(nsctl, "KUBECON").token == before.token);
}

TEST_CASE("revocations add-users: names and keys are revoked together; a mistake revokes nobody") {
    NscCommandLine nsctl;
    const std::string scoped = user_of(nsctl, "scoped").content.subject;
    const std::string stranger = nsctl({"generate", "nkey", "--user", "-S"}).out.substr(0, 56);
    const std::string wrong = list_of(nsctl, "scoped\n" + stranger + "\nnobody\n");
    const Outcome refused = nsctl({"revocations", "add-users", "--from", wrong});
    CHECK(refused.exit_code == 1);
    CHECK(refused.err.starts_with("nsctl: " + wrong + ":3: "));
    CHECK_FALSE(account_of(nsctl, "KUBECON").claims().revocations.contains(scoped));
    const std::string file = list_of(nsctl, "scoped\n" + stranger + "\n");
    const Outcome outcome = nsctl({"revocations", "add-users", "--from", file});
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    CHECK(contains(outcome.err, "[ OK ] revoked 2 users of account \"KUBECON\""));
    const auto revocations = account_of(nsctl, "KUBECON").claims().revocations;
    CHECK(revocations.at(scoped) == nsctl.clock.now().time_since_epoch().count());
    CHECK(revocations.contains(stranger));
    CHECK(contains(nsctl({"revocations", "add-users", "--from", file, "--at", "2020-01-01T00:00:00Z"}).err,
                   "[ OK ] passed over 2 users"));
    CHECK(nsctl({"revocations", "add-users", "--from", file, "--at", "soon"}).exit_code == 1);
}
