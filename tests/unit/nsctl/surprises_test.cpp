#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/jwt/token.h>
#include <support/signing.h>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

constexpr const char* nothing_found = "No issues found";

/// What validate says of a token that somebody else made.
template <class C>
Outcome validated(CommandLine& nsctl, const jwt::Draft<C>& draft, const nkeys::SigningKey& signer) {
    nsctl.folder.write("token.jwt", jwt::sign(draft, signer, nsctl.clock.now()).value().text());
    return nsctl({"validate", "-f", (nsctl.folder / "token.jwt").string()});
}

template <class C>
std::string described(CommandLine& nsctl, const jwt::Draft<C>& draft, const nkeys::SigningKey& signer) {
    nsctl.folder.write("token.jwt", jwt::sign(draft, signer, nsctl.clock.now()).value().text());
    return nsctl({"describe", "jwt", "-f", (nsctl.folder / "token.jwt").string()}).out;
}

/// "Max Subs" of the row "| Max Subs | 0 (none allowed) |".
std::string cell(const std::string& table, const std::string& label) {
    const std::size_t row = table.find("| " + label + " ");
    if (row == std::string::npos) return "no such row";
    const std::size_t begin = table.find("| ", row + 2) + 2;
    const std::string text = table.substr(begin, table.find('|', begin) - begin);
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// Makes a scope of these options, and says what was warned about it.
std::string warned_of_scope(NscCommandLine& nsctl, const std::vector<std::string>& options) {
    std::vector<std::string> line{"add", "signing-key", "-a", "KUBECON", "--role", "r"};
    line.insert(line.end(), options.begin(), options.end());
    const Outcome outcome = nsctl(line);
    CAPTURE(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    return outcome.err;
}

void export_to_others(NscCommandLine& nsctl) {
    REQUIRE(nsctl({"add", "account", "EXPORTER"}).exit_code == 0);
    const std::vector<std::string> add{"add", "export", "-a", "EXPORTER", "--service", "--subject"};
    const auto exported = [&](const std::string& subject, const std::vector<std::string>& more) {
        std::vector<std::string> line = add;
        line.push_back(subject);
        line.insert(line.end(), more.begin(), more.end());
        REQUIRE(nsctl(line).exit_code == 0);
    };
    exported("req.*.*", {"--account-token-position", "2"});
    exported("plain.>", {});
    exported("closed", {"--private"});
}

Outcome import_of(NscCommandLine& nsctl, const std::string& subject, const std::string& kind) {
    std::vector<std::string> line{"add",      "import",           "-a",   "KUBECON", "--src-account",
                                  "EXPORTER", "--remote-subject", subject};
    if (kind == "service") line.emplace_back("--service");
    return nsctl(line);
}

}  // namespace

TEST_CASE("add user, edit user, validate: a JWT that is too long for the CONNECT line is told") {
    NscCommandLine nsctl;
    const auto subjects = [](int count) {
        std::string list;
        for (int i = 0; i < count; ++i)
            list += (i == 0 ? "" : ",") + std::string("a.subject.with.twenty.letters.") + std::to_string(i);
        return list;
    };
    const Outcome fits =
        nsctl({"add", "user", "fits", "-a", "KUBECON", "-K", plain_key, "--allow-pub", subjects(40)});
    REQUIRE(fits.exit_code == 0);
    CHECK_FALSE(contains(fits.err, "CONNECT"));
    const Outcome added =
        nsctl({"add", "user", "long", "-a", "KUBECON", "-K", plain_key, "--allow-pub", subjects(100)});
    REQUIRE(added.exit_code == 0);
    CHECK(contains(added.err, "servers take CONNECT lines up to 4096 bytes"));
    const Outcome edited = nsctl({"edit", "user", "fits", "-a", "KUBECON", "--allow-sub", subjects(100)});
    CHECK(contains(edited.err, "servers take CONNECT lines up to 4096 bytes"));
    const Outcome found = nsctl({"validate", "-a", "KUBECON"});
    CHECK(contains(found.out, "user \"long\": the JWT has "));
    CHECK(contains(found.out, "user \"fits\": the JWT has "));
}

TEST_CASE("add signing-key: a list with a placeholder loses its queues, which is told or refused") {
    NscCommandLine nsctl;
    CHECK_FALSE(contains(warned_of_scope(nsctl, {"--allow-sub", "jobs workers,other"}), "jobs workers\": "));
    CHECK(
        contains(warned_of_scope(nsctl, {"--allow-sub", "jobs workers,{{name()}}.>"}),
                 R"(subscribe allow "jobs workers": a queue in a list with a placeholder is no subject, and )"
                 "servers leave it out"));
    CHECK(
        contains(warned_of_scope(nsctl, {"--deny-sub", "jobs workers,{{name()}}.>"}),
                 R"(subscribe deny "jobs workers": a queue in a list with a placeholder is no subject, and )"
                 "servers refuse the user"));
    CHECK(contains(warned_of_scope(nsctl, {"--allow-sub", "{{name()}} workers"}),
                   R"("{{name()}} workers": a queue in a list with a placeholder)"));
    CHECK(contains(nsctl({"validate", "-a", "KUBECON"}).out, "jobs workers"));
}

TEST_CASE("add signing-key: what servers of some versions make another thing of is told") {
    NscCommandLine nsctl;
    const auto [entry, told] = GENERATE(table<std::string, std::string>({
        {"_INBOX_{{subject()}}.>", "a placeholder that is a part of a token"},
        {"{{Tag(team)}}.x", "fill in tag in small letters only"},
        {"{{ACCOUNT-TAG(team)}}.x", "fill in account-tag in small letters only"},
        {"{{tag(t)}}.x.{{tag(t)}}", "{{tag(t)}} twice is the same value twice"},
        {"a.{{}}", "this is no placeholder"},
    }));
    CAPTURE(entry);
    CHECK(contains(warned_of_scope(nsctl, {"--allow-sub", entry}), told));
    CHECK(contains(nsctl({"validate", "-a", "KUBECON"}).out, told));
}

TEST_CASE("add signing-key: of a template that every server fills in alike nothing is told") {
    NscCommandLine nsctl;
    const std::string entry = GENERATE("_INBOX.{{subject()}}.>", "{{NAME()}}", "a.{{tag(t)}}.{{tag(s)}}",
                                       "{{account-tag(x)}}", "plain", "jobs workers");
    CAPTURE(entry);
    CHECK_FALSE(contains(warned_of_scope(nsctl, {"--allow-sub", entry}), "warning: "));
    CHECK_FALSE(contains(nsctl({"validate", "-a", "KUBECON"}).out, entry));
}

TEST_CASE("add user: what a scope's placeholders become of the user's name and tags is told") {
    NscCommandLine nsctl;
    (void)warned_of_scope(nsctl, {"--allow-sub", "n.{{name()}}.>,t.{{tag(team)}}"});
    const auto added = [&](const std::string& name, const std::string& tag) {
        const Outcome outcome = nsctl({"add", "user", name, "-a", "KUBECON", "-K", "r", "--tag", tag});
        CAPTURE(outcome.err);
        REQUIRE(outcome.exit_code == 0);
        return outcome.err;
    };
    const std::string good = added("good", "team:red");
    CHECK_FALSE(contains(good, "a value"));
    CHECK_FALSE(contains(good, "no value"));
    CHECK(contains(added("two words", "team:red"),
                   R"(a value is "two words", which is no subject, and servers )"
                   "leave it out"));
    CHECK(contains(added("a.b", "team:red"), R"(a value is "a.b", which is more than one token)"));
    CHECK(contains(added("wild", "team:*"), R"(a value is "*", which is a wildcard for servers too)"));
    CHECK(contains(added("tagless", "other:red"), "a placeholder has no value, and servers leave it out"));
    CHECK(contains(nsctl({"validate", "-a", "KUBECON"}).out, R"(user "two words": subscribe allow )"));
}

TEST_CASE("validate: a user whom servers refuse for a denied subject without a value is an error") {
    NscCommandLine nsctl;
    (void)warned_of_scope(nsctl, {"--deny-sub", "t.{{tag(team)}}"});
    REQUIRE(nsctl({"add", "user", "good", "-a", "KUBECON", "-K", "r", "--tag", "team:red"}).exit_code == 0);
    const Outcome before = nsctl({"validate", "-a", "KUBECON"});
    CAPTURE(before.out);
    CHECK(before.exit_code == 0);
    REQUIRE(nsctl({"add", "user", "tagless", "-a", "KUBECON", "-K", "r"}).exit_code == 0);
    const Outcome after = nsctl({"validate", "-a", "KUBECON"});
    CHECK(after.exit_code == 1);
    CHECK(contains(after.out, "a placeholder has no value, and servers refuse the user"));
}

TEST_CASE("add import: what servers leave out is told, by validate too, and nothing of what they take") {
    NscCommandLine nsctl;
    export_to_others(nsctl);
    const std::string own = account_of(nsctl, "KUBECON").content.subject;
    const std::string other = account_of(nsctl, "A").content.subject;
    const std::string out = "servers leave out the import of \"";
    for (const std::string& subject :
         {"req." + own + ".*", std::string("plain.x"), std::string("plain.y.>")}) {
        const Outcome good = import_of(nsctl, subject, "service");
        CAPTURE(good.err);
        REQUIRE(good.exit_code == 0);
        CHECK_FALSE(contains(good.err, out));
    }
    CHECK_FALSE(contains(nsctl({"validate", "-a", "KUBECON"}).out, out));

    CHECK(contains(import_of(nsctl, "req." + other + ".*", "service").err,
                   "token 2 has to be this account's key, " + own));
    CHECK(contains(import_of(nsctl, "$SYS.REQ.SERVER.PING", "service").err,
                   out + "$SYS.REQ.SERVER.PING\": the account exports no service that covers it"));
    CHECK(
        contains(import_of(nsctl, "plain.z", "stream").err, "the account exports no stream that covers it"));
    CHECK(contains(import_of(nsctl, "closed", "service").err,
                   "the export is private, and there is no activation"));
    const Outcome found = nsctl({"validate", "-A"});
    CHECK(contains(found.out, out + "req." + other));
    CHECK(contains(found.out, out + "$SYS.REQ.SERVER.PING\""));
    CHECK(contains(found.out, out + "plain.z\""));
    CHECK(contains(found.out, out + "closed\""));
}

TEST_CASE("edit export, delete export: whose imports servers leave out from then on is told") {
    NscCommandLine nsctl;
    export_to_others(nsctl);
    REQUIRE(import_of(nsctl, "plain.x", "service").exit_code == 0);
    const auto edited = [&](const std::vector<std::string>& change) {
        std::vector<std::string> line{"edit", "export", "-a", "EXPORTER", "-s", "plain.>"};
        line.insert(line.end(), change.begin(), change.end());
        return nsctl(line).err;
    };
    const std::string left_out = "account \"KUBECON\": servers leave out the import of \"plain.x\": ";
    CHECK_FALSE(contains(edited({"--description", "d"}), left_out));
    CHECK(contains(edited({"--private"}), left_out + "the export is private, and there is no activation"));
    CHECK_FALSE(contains(edited({"--private=false"}), left_out));
    CHECK_FALSE(contains(nsctl({"delete", "export", "-a", "EXPORTER", "-s", "closed"}).err, left_out));
    CHECK(contains(nsctl({"delete", "export", "-a", "EXPORTER", "-s", "plain.>"}).err,
                   left_out + "the account exports no service that covers it"));
}

TEST_CASE("describe, validate: limits of 0 are what servers take them for") {
    CommandLine nsctl;
    const nkeys::SigningKey account = support::new_key(nkeys::Kind::account);
    jwt::Draft<jwt::UserClaims> user;
    user.subject = support::new_key(nkeys::Kind::user).public_key().text();
    CHECK(contains(validated(nsctl, user, account).out, nothing_found));
    user.claims.subs = user.claims.payload = user.claims.data = 0;
    user.claims.resp = jwt::ResponsePermission{.max = 0, .ttl = std::chrono::nanoseconds(0), .extra = {}};
    const Outcome found = validated(nsctl, user, account);
    CHECK(found.exit_code == 0);
    CHECK(contains(found.out, "subs is 0 or missing: servers allow no subscription"));
    CHECK(contains(found.out, "payload is 0 or missing: servers allow empty messages only"));
    const std::string shown = described(nsctl, user, account);
    CHECK(cell(shown, "Max Subs") == "0 (none allowed)");
    CHECK(cell(shown, "Max Msg Payload") == "0 bytes (empty messages only)");
    CHECK(cell(shown, "Max Data") == "Unlimited");
    CHECK(cell(shown, "Max Responses") == "1 (default)");
    CHECK(cell(shown, "Response Permission TTL") == "2m0s (default)");
}

TEST_CASE(
    "describe, validate: an account without limits allows nothing, and with JetStream on 0 is no limit") {
    CommandLine nsctl;
    const nkeys::SigningKey owner = support::new_key(nkeys::Kind::operator_);
    jwt::Draft<jwt::AccountClaims> account;
    account.subject = support::new_key(nkeys::Kind::account).public_key().text();
    CHECK(contains(validated(nsctl, account, owner).out, nothing_found));
    account.claims.limits.conn = account.claims.limits.subs = account.claims.limits.payload = 0;
    account.claims.limits.leaf = 0;
    account.claims.limits.jetstream.disk_storage = 1024;
    const Outcome found = validated(nsctl, account, owner);
    CHECK(contains(found.out, "conn is 0 or missing: servers allow no connection"));
    CHECK(contains(found.out, "leaf is 0 or missing: servers let no leaf node in"));
    CHECK(contains(found.out, "subs is 0 or missing: servers allow no subscription"));
    CHECK(contains(found.out, "payload is 0 or missing: servers allow empty messages only"));
    CHECK(contains(found.out, "streams is 0 or missing: servers with JetStream take that for no limit"));
    const std::string shown = described(nsctl, account, owner);
    CHECK(cell(shown, "Max Connections") == "0 (none allowed)");
    CHECK(cell(shown, "Max Subscriptions") == "0 (none allowed)");
    CHECK(cell(shown, "Max Msg Payload") == "0 bytes (empty messages only)");
    CHECK(cell(shown, "Max Streams") == "Unlimited");
    CHECK(cell(shown, "Max Consumers") == "Unlimited");
    CHECK(cell(shown, "Max Disk Stream") == "Unlimited");
}

TEST_CASE("generate config, validate: a user is a bearer by its scope too") {
    NscCommandLine nsctl;
    (void)warned_of_scope(nsctl, {"--bearer", "--deny-pubsub", ">"});
    REQUIRE(nsctl({"add", "user", "sentinel", "-a", "KUBECON", "-K", "r"}).exit_code == 0);
    const std::string token = user_of(nsctl, "sentinel").token.text();
    const auto with = [&](const std::string& named) {
        return nsctl({"generate", "config", "--mem-resolver", "--default-sentinel", named});
    };
    CHECK(contains(with("KUBECON/sentinel").out, "\ndefault_sentinel: " + token + "\n"));
    nsctl.folder.write("sentinel.jwt", token);
    CHECK(contains(with((nsctl.folder / "sentinel.jwt").string()).out, "\ndefault_sentinel: " + token));
    CHECK(with("KUBECON/scoped").exit_code == 1);

    CHECK(nsctl({"validate", "-a", "KUBECON"}).exit_code == 0);
    REQUIRE(nsctl({"edit", "account", "KUBECON", "--disallow-bearer"}).exit_code == 0);
    const Outcome found = nsctl({"validate", "-a", "KUBECON"});
    CHECK(found.exit_code == 1);
    CHECK(contains(found.out, "user \"sentinel\": is a bearer, and the account allows none"));
}
