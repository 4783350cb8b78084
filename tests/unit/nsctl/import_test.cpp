// Accounts and users that come from files, operators with another key, accounts with another name, and trees made of loose
// files.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/jwt/creds.h>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

namespace fs = std::filesystem;

/// Operator KO with account A and its user u, beside it a store of operator XO with account X and its user x.
class TwoOperators : public CommandLine {
  public:
    TwoOperators() {
        ok({"add", "operator", "KO", "--sys"});
        ok({"add", "account", "A"});
        ok({"add", "user", "u"});
        ok({"-H", other(), "add", "operator", "XO"});
        ok({"-H", other(), "add", "account", "X"});
        ok({"-H", other(), "add", "user", "x"});
        ok({"select", "operator", "KO"});
        ok({"select", "account", "A"});
    }

    void ok(const std::vector<std::string>& words) {
        const Outcome outcome = (*this)(words);
        INFO(outcome.err);
        REQUIRE(outcome.exit_code == 0);
    }

    [[nodiscard]] std::string other() const { return (folder / "other").string(); }
    [[nodiscard]] std::string saved(const std::string& name) const { return (folder / name).string(); }
    [[nodiscard]] fs::path account_folder(const std::string& name) const {
        return folder / "nsc/accounts/nats/KO/accounts" / name;
    }
    [[nodiscard]] fs::path creds_of(const std::string& account, const std::string& user) const {
        return folder / "nsc/nkeys/creds/KO" / account / (user + ".creds");
    }
};

}  // namespace

TEST_CASE("import account: its own comes back, is not written over unasked, and is the current one then") {
    TwoOperators nsctl;
    const std::string file = nsctl.saved("A.jwt");
    fs::copy_file(nsctl.account_folder("A") / "A.jwt", file);
    CHECK(contains(nsctl({"import", "account", "--file", file}).err, "\"A\": the account already exists"));
    nsctl.ok({"edit", "account", "A", "--conns", "5"});
    nsctl.ok({"import", "account", "-f", file, "--overwrite"});
    CHECK(account_of(nsctl, "A").claims().limits.conn == jwt::no_limit);
    nsctl.ok({"delete", "account", "A"});
    nsctl.ok({"import", "account", file});
    nsctl.ok({"add", "user", "v"});
    CHECK(store_of(nsctl).holds_user(accounts::Name::parse("A").value(), accounts::Name::parse("v").value()));
}

TEST_CASE("import account: another operator's is refused, and with --force signed anew") {
    TwoOperators nsctl;
    const std::string file = nsctl.other() + "/XO/accounts/X/X.jwt";
    const Outcome refused = nsctl({"import", "account", "--file", file});
    CHECK(refused.exit_code == 1);
    CHECK(contains(refused.err, "account \"X\" was signed by O"));
    nsctl.ok({"import", "account", "--file", file, "--force"});
    CHECK(nsctl({"validate", "-a", "X"}).exit_code == 0);
    CHECK(
        contains(nsctl({"import", "account", "--file", file, "--force"}).err, "the account already exists"));
}

TEST_CASE(
    "import account: what servers would refuse is refused, and taken with --skip; what is no account never") {
    TwoOperators nsctl;
    nsctl.ok({"edit", "account", "A", "--expiry", "1d"});
    const std::string file = nsctl.saved("A.jwt");
    fs::copy_file(nsctl.account_folder("A") / "A.jwt", file);
    nsctl.ok({"delete", "account", "A"});
    nsctl.clock.advance(std::chrono::hours(48));
    CHECK(contains(nsctl({"import", "account", "--file", file}).err, "expired"));
    nsctl.ok({"import", "account", "--file", file, "--skip"});
    CHECK(nsctl({"import", "account", "--file", nsctl.creds_of("A", "u").string()}).exit_code == 1);
    CHECK(nsctl({"import", "account", "--file", nsctl.saved("none.jwt")}).exit_code == 1);
}

TEST_CASE("import user: from a creds file with its key, from a JWT without") {
    TwoOperators nsctl;
    const std::string creds = nsctl.saved("u.creds");
    const std::string token = nsctl.saved("u.jwt");
    fs::copy_file(nsctl.creds_of("A", "u"), creds);
    fs::copy_file(nsctl.account_folder("A") / "users/u.jwt", token);
    CHECK(contains(nsctl({"import", "user", "--file", creds}).err, "\"u\": the user already exists"));
    nsctl.ok({"import", "user", "--file", creds, "--overwrite"});
    nsctl.ok({"delete", "user", "u", "--revoke=false", "--rm-nkey", "--rm-creds"});
    nsctl.ok({"import", "user", "--file", token});
    CHECK_FALSE(fs::exists(nsctl.creds_of("A", "u")));
    nsctl.ok({"import", "user", "--file", creds, "--overwrite"});
    CHECK(jwt::Credentials::load(nsctl.creds_of("A", "u")));
    CHECK((fs::status(nsctl.creds_of("A", "u")).permissions() & fs::perms(0077)) == fs::perms());
}

TEST_CASE("import user: of an account that is not here, or that has not signed it, is refused") {
    TwoOperators nsctl;
    const std::string file = nsctl.other() + "/XO/accounts/X/users/x.jwt";
    CHECK(contains(nsctl({"import", "user", "--file", file}).err, "there is no such account"));
    nsctl.ok({"add", "signing-key", "-a", "A", "--role", "r"});
    nsctl.ok({"add", "user", "w", "-a", "A", "-K", "r"});
    const std::string signed_by_role = nsctl.saved("w.jwt");
    fs::copy_file(nsctl.account_folder("A") / "users/w.jwt", signed_by_role);
    nsctl.ok({"delete", "user", "w", "-a", "A", "--revoke=false"});
    nsctl.ok({"delete", "signing-key", "r", "-a", "A"});
    CHECK(contains(nsctl({"import", "user", "--file", signed_by_role}).err, "user \"w\" was signed by A"));
}

TEST_CASE("reissue operator: the accounts that the old key signed are signed anew, and all is valid") {
    TwoOperators nsctl;
    const std::string before = store_of(nsctl).read_operator()->content.subject;
    const Outcome done = nsctl({"reissue", "operator"});
    REQUIRE(done.exit_code == 0);
    CHECK(contains(done.err, "signed account \"A\" anew"));
    const auto owner = store_of(nsctl).read_operator().value();
    CHECK(owner.content.subject != before);
    CHECK(owner.claims().signing_keys.empty());
    CHECK(account_of(nsctl, "A").issuer.text() == owner.content.subject);
    CHECK(nsctl({"validate", "-A"}).exit_code == 0);
    nsctl.ok({"add", "account", "C"});
}

TEST_CASE("reissue operator --convert-to-signing-key: the old key signs on, and no account is signed anew") {
    TwoOperators nsctl;
    const std::string before = store_of(nsctl).read_operator()->content.subject;
    const std::string account = account_of(nsctl, "A").token.text();
    nsctl.ok({"reissue", "operator", "KO", "--convert-to-signing-key"});
    const auto owner = store_of(nsctl).read_operator().value();
    CHECK(owner.claims().signing_keys == std::vector{before});
    CHECK(account_of(nsctl, "A").token.text() == account);
    CHECK(nsctl({"validate", "-A"}).exit_code == 0);
    CHECK(nsctl({"reissue", "operator", "nobody"}).exit_code == 1);
}

TEST_CASE("reissue operator: with -K the key that is named, which has to be an operator's") {
    TwoOperators nsctl;
    const std::string key = nsctl({"generate", "nkey", "-o", "-S"}).out.substr(0, 56);
    const std::string wrong = nsctl({"generate", "nkey", "-a", "-S"}).out.substr(0, 56);
    CHECK(nsctl({"reissue", "operator", "-K", wrong}).exit_code == 1);
    nsctl.ok({"reissue", "operator", "-K", key});
    CHECK(store_of(nsctl).read_operator()->content.subject == key);
}

TEST_CASE("rename account: users, creds files and context go along, and servers know it by the same key") {
    TwoOperators nsctl;
    const std::string key = account_of(nsctl, "A").content.subject;
    nsctl.ok({"rename", "account", "A", "C"});
    CHECK(account_of(nsctl, "C").content.subject == key);
    CHECK(account_of(nsctl, "C").content.name == "C");
    CHECK_FALSE(fs::exists(nsctl.account_folder("A")));
    CHECK(jwt::Credentials::load(nsctl.creds_of("C", "u")));
    CHECK_FALSE(fs::exists(nsctl.creds_of("A", "u")));
    CHECK(nsctl({"validate", "-A"}).exit_code == 0);
    nsctl.ok({"add", "user", "v"});
    CHECK(contains(nsctl({"rename", "account", "C", "SYS"}).err, "the account already exists"));
    CHECK(contains(nsctl({"rename", "account", "nobody", "D"}).err, "no such account"));
    CHECK(nsctl({"rename", "account", "C", "a/b"}).exit_code == 1);
}

TEST_CASE("fix: what export keys --include-jwts wrote is a tree again") {
    TwoOperators nsctl;
    const std::string backup = nsctl.saved("backup");
    nsctl.ok({"export", "keys", "--include-jwts", "-d", backup});
    const std::string out = nsctl.saved("restored");
    nsctl.ok({"fix", "--in", backup, "--out", out});
    const std::vector<std::string> there{"--data-dir", out + "/operators", "--keystore-dir", out + "/keys"};
    const auto with = [&](std::vector<std::string> words) {
        words.insert(words.end(), there.begin(), there.end());
        return nsctl(words);
    };
    CHECK(with({"validate", "-A"}).exit_code == 0);
    CHECK(with({"list", "keys"}).out == nsctl({"list", "keys"}).out);
    CHECK(fs::exists(out + "/keys/creds/KO/A/u.creds"));
    CHECK(with({"add", "user", "v", "-a", "A"}).exit_code == 0);
    CHECK(contains(nsctl({"fix", "--in", backup, "--out", out}).err, "restored"));
}

TEST_CASE(
    "fix: of two tokens the newer counts, users come from creds files when told to, and no operator is an "
    "error") {
    TwoOperators nsctl;
    const std::string in = nsctl.saved("in");
    fs::create_directories(in);
    fs::copy_file(nsctl.account_folder("A") / "A.jwt", in + "/old.jwt");
    nsctl.ok({"edit", "account", "A", "--conns", "6"});
    fs::copy_file(nsctl.account_folder("A") / "A.jwt", in + "/new.jwt");
    fs::copy_file(nsctl.creds_of("A", "u"), in + "/u.creds");
    CHECK(nsctl({"fix", "--in", in, "--out", nsctl.saved("none")}).exit_code == 1);
    CHECK_FALSE(fs::exists(nsctl.saved("none")));
    fs::copy_file(nsctl.folder / "nsc/accounts/nats/KO/KO.jwt", in + "/KO.jwt");
    nsctl.folder.write("in/broken.jwt", "nothing");
    const Outcome without = nsctl({"fix", "--in", in, "--out", nsctl.saved("without")});
    CHECK(without.exit_code == 0);
    CHECK(contains(without.err, "broken.jwt"));
    CHECK(contains(without.err, "1 of its accounts and 0 users"));
    const Outcome with_creds = nsctl({"fix", "--creds", "--in", in, "--out", nsctl.saved("with")});
    CHECK(contains(with_creds.err, "1 of its accounts and 1 users"));
    CHECK(nsctl({"describe", "account", "A", "--field", "nats.limits.conn", "--data-dir",
                 nsctl.saved("with") + "/operators"})
              .out == "6\n");
}

TEST_CASE("keys migrate: keys and creds files of old folders are copied to where they belong") {
    TwoOperators nsctl;
    CHECK(contains(nsctl({"keys", "migrate"}).err, "today's folders already"));
    const fs::path old = nsctl.folder / "nsc/nkeys/KO/accounts/A";
    fs::create_directories(old / "users");
    const std::string key = account_of(nsctl, "A").content.subject;
    const fs::path stored = nsctl.folder / "nsc/nkeys/keys/A" / key.substr(1, 2) / (key + ".nk");
    fs::rename(stored, old / "A.nk");
    fs::rename(nsctl.creds_of("A", "u"), old / "users/u.creds");
    nsctl.ok({"keys", "migrate"});
    CHECK(fs::exists(stored));
    CHECK(jwt::Credentials::load(nsctl.creds_of("A", "u")));
    nsctl.folder.write("nsc/nkeys/KO/accounts/A/broken.nk", "nothing");
    CHECK(contains(nsctl({"keys", "migrate"}).err, "broken.nk"));
}

TEST_CASE("init: as nsc makes it, without a signing key of the operator and an account server") {
    CommandLine nsctl;
    REQUIRE(nsctl({"init", "-n", "demo"}).exit_code == 0);
    const auto owner =
        accounts::Store::open(nsctl.folder / "nsc/accounts/nats", accounts::Name::parse("demo").value())
            .value()
            .read_operator()
            .value();
    CHECK(owner.claims().signing_keys.empty());
    CHECK(owner.claims().account_server_url.empty());
    CHECK(owner.claims().operator_service_urls == std::vector<std::string>{"nats://localhost:4222"});
}

TEST_CASE(
    "init: below a remote operator, whose JWT a file or the environment has, the account signs itself") {
    TwoOperators nsctl;
    const std::string file = nsctl.other() + "/XO/XO.jwt";
    nsctl.ok({"init", "-n", "mine", "--url", file});
    CHECK(contains(nsctl({"env"}).out, "XO"));
    const auto store =
        accounts::Store::open(nsctl.folder / "nsc/accounts/nats", accounts::Name::parse("XO").value())
            .value();
    const auto account = store.read_account(accounts::Name::parse("mine").value()).value();
    CHECK(account.issuer.text() == account.content.subject);
    nsctl.variables["NSC_XO_OPERATOR"] = file;
    nsctl.ok({"init", "-n", "second", "--remote-operator", "xo"});
    CHECK(store.holds_account(accounts::Name::parse("second").value()));
    CHECK(contains(nsctl({"init", "-n", "n", "-o", "nobody"}).err, "NSC_NOBODY_OPERATOR"));
    CHECK(contains(nsctl({"init", "-n", "n", "-u", "https://x/operator"}).err, "files only"));
}

TEST_CASE("help and completion: words do for the options") {
    CommandLine nsctl;
    CHECK(nsctl({"help", "add", "user"}).out == nsctl({"add", "user", "--help"}).out);
    CHECK(nsctl({"help"}).out == nsctl({"--help"}).out);
    CHECK(nsctl({"completion", "bash"}).out == nsctl({"--completion", "bash"}).out);
    CHECK(nsctl({"completion", "csh"}).exit_code == 1);
}
