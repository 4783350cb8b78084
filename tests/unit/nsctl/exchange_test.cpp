#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

const jwt::Export& export_of(const jwt::Decoded<jwt::AccountClaims>& account, const std::string& subject) {
    for (const jwt::Export& one : account.claims().exports) {
        if (one.subject == subject) return one;
    }
    FAIL("no export " << subject);
    return account.claims().exports.front();
}

const jwt::Import& import_of(const jwt::Decoded<jwt::AccountClaims>& account, const std::string& subject) {
    for (const jwt::Import& one : account.claims().imports) {
        if (one.subject == subject) return one;
    }
    FAIL("no import " << subject);
    return account.claims().imports.front();
}

}  // namespace

TEST_CASE("add export: a service has everything that it was given") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"add",
                                   "export",
                                   "-a",
                                   "A",
                                   "--service",
                                   "--subject",
                                   "chat.*.x",
                                   "--name",
                                   "n",
                                   "--private",
                                   "--account-token-position",
                                   "2",
                                   "--latency",
                                   "lat",
                                   "--sampling",
                                   "50",
                                   "--response-type",
                                   "stream",
                                   "--response-threshold",
                                   "2s",
                                   "--allow-trace",
                                   "--description",
                                   "d",
                                   "--info-url",
                                   "https://x.y"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out.empty());
    REQUIRE(outcome.err == "[ OK ] added private service export \"n\"\n");
    const auto account = account_of(nsctl, "A");
    const jwt::Export& made = export_of(account, "chat.*.x");
    REQUIRE(made.name == "n");
    REQUIRE(made.type == "service");
    REQUIRE(made.token_req);
    REQUIRE(made.account_token_position == 2);
    REQUIRE(made.service_latency->results == "lat");
    REQUIRE(made.service_latency->sampling == 50);
    REQUIRE(made.response_type == "Stream");
    REQUIRE(made.response_threshold == std::chrono::seconds(2));
    REQUIRE(made.allow_trace);
    REQUIRE(made.info_url == "https://x.y");
}

TEST_CASE("add export: without more it is a public stream, named after its subject") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "export", "-a", "A", "s.>"}).err == "[ OK ] added public stream export \"s.>\"\n");
    const auto account = account_of(nsctl, "A");
    REQUIRE(export_of(account, "s.>").type == "stream");
    REQUIRE(export_of(account, "s.>").response_type.empty());
}

TEST_CASE("add export: what servers would not take is refused, and nothing changes") {
    NscCommandLine nsctl;
    using Words = std::vector<std::string>;
    const auto [words, complaint] = GENERATE(table<Words, std::string>({
        {{"test", "-r"}, "already contains"},
        {{"a.b", "-r", "--account-token-position", "1"}, "without a wildcard"},
        {{"a.*.c", "-r", "--account-token-position", "3"}, "is not at a *"},
        {{"a.*", "--latency", "x"}, "for services only"},
        {{"a", "-r", "--latency", "x.*"}, "latency results have a wildcard"},
        {{"a", "-r", "--sampling", "101"}, "--sampling: \"101\": this is neither headers nor"},
        {{"a", "-r", "--response-type", "often"}, "--response-type: \"often\": services answer"},
        {{"a", "--response-threshold", "2s"}, "a response threshold on a stream"},
        {{"a", "--allow-trace"}, "a stream cannot allow tracing"},
        {{"a..b"}, "servers would refuse this"},
    }));
    const auto before = account_of(nsctl, "A");
    Words command{"add", "export", "-a", "A"};
    command.insert(command.end(), words.begin(), words.end());
    const Outcome outcome = nsctl(command);
    CAPTURE(words, outcome.err);
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.err, complaint));
    REQUIRE(account_of(nsctl, "A").token == before.token);
}

TEST_CASE("edit export: only what is named changes") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "A");
    REQUIRE(nsctl({"edit", "export", "-a", "A", "--response-type", "Chunked"}).exit_code == 0);
    jwt::Export expected = export_of(before, "test");
    expected.response_type = "Chunked";
    REQUIRE(export_of(account_of(nsctl, "A"), "test") == expected);
    REQUIRE(nsctl({"edit", "export", "test", "-a", "A", "--rm-latency-sampling"}).exit_code == 0);
    REQUIRE_FALSE(export_of(account_of(nsctl, "A"), "test").service_latency);
    REQUIRE(nsctl({"edit", "export", "-a", "A"}).err == "nsctl: specify an edit option\n");
    REQUIRE(nsctl({"edit", "export", "-a", "A", "-s", "no", "-n", "x"})
                .err.starts_with("nsctl: \"no\": the account has no such export\nhint: "));
}

TEST_CASE("delete export, delete import: by subject, or the only one") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"delete", "export", "-a", "A"}).err ==
            "[ OK ] deleted service export \"test\"\nnsctl: warning: account \"B\": servers leave out the "
            "import of "
            "\"test\": the account exports no service that covers it\n");
    REQUIRE(account_of(nsctl, "A").claims().exports.empty());
    REQUIRE(nsctl({"delete", "import", "-a", "B", "--subject", "test", "--src-account", "A"}).err ==
            "[ OK ] deleted service import \"test\"\n");
    REQUIRE(account_of(nsctl, "B").claims().imports.empty());
    REQUIRE(nsctl({"delete", "import", "-a", "B", "-s", "test"}).exit_code == 1);
}

TEST_CASE("delete export: of several, one must be named") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "export", "-a", "A", "other"}).exit_code == 0);
    const Outcome outcome = nsctl({"delete", "export", "-a", "A"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.err, "more than one could be meant\nhint: "));
    REQUIRE(account_of(nsctl, "A").claims().exports.size() == 2);
}

TEST_CASE("add import: a public service as nsc writes it") {
    NscCommandLine nsctl;
    const jwt::Import by_nsc = import_of(account_of(nsctl, "B"), "test");
    REQUIRE(nsctl({"delete", "import", "-a", "B"}).exit_code == 0);
    const Outcome outcome =
        nsctl({"add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "test", "--service"});
    REQUIRE(outcome.err == "[ OK ] added service import \"test\"\n");
    REQUIRE(import_of(account_of(nsctl, "B"), "test") == by_nsc);
    const Outcome again =
        nsctl({"add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "test", "--service"});
    REQUIRE(again.exit_code == 1);
    REQUIRE(again.err == "nsctl: \"test\": the account imports this already\n");
}

TEST_CASE("add import: a private service with its activation, as nsc writes it") {
    NscCommandLine nsctl;
    const jwt::Import expected = import_of(account_of(nsctl, "KUBECON"), "chat.req.access");
    REQUIRE(nsctl({"delete", "import"}).exit_code == 0);
    const std::string file = nsctl.folder.write("a.jwt", by_nsc("activation-PROVISION-KUBECON.jwt")).string();
    REQUIRE(nsctl({"add", "import", "--token", file, "--name", "access", "--share"}).exit_code == 0);
    REQUIRE(import_of(account_of(nsctl, "KUBECON"), "chat.req.access") == expected);
    const Outcome stranger = nsctl({"add", "import", "-a", "B", "--token", file});
    REQUIRE(stranger.exit_code == 1);
    REQUIRE(contains(stranger.err, "the activation is for another account"));
}

TEST_CASE("add import: a stream gets a local subject, with its wildcards in another order") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "export", "-a", "A", "s.*.*"}).exit_code == 0);
    REQUIRE(nsctl({"add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "s.*.*",
                   "--local-subject", "t.$2.$1"})
                .exit_code == 0);
    REQUIRE(import_of(account_of(nsctl, "B"), "s.*.*").local_subject == "t.$2.$1");
    const auto before = account_of(nsctl, "B");
    const std::string bad = GENERATE("t.$3.$1", "t.$1", "t.>");
    const Outcome outcome = nsctl({"edit", "import", "s.*.*", "-a", "B", "--local-subject", bad});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(account_of(nsctl, "B").token == before.token);
}

TEST_CASE("add import: of nothing, of both kinds at once, and from itself is refused") {
    NscCommandLine nsctl;
    using Words = std::vector<std::string>;
    const auto [words, complaint] = GENERATE(table<Words, std::string>({
        {Words(), "name either --token, or --src-account and --remote-subject"},
        {{"--src-account", "A"}, "name either --token"},
        {{"--token", "x", "--src-account", "A"}, "name either --token"},
        {{"--token", "https://x"}, "from files only"},
        {{"--token", "/nowhere"}, "/nowhere: No such file"},
        {{"--src-account", "B", "--remote-subject", "x"}, "an account cannot import from itself"},
        {{"--src-account", "C", "--remote-subject", "x"}, "--src-account: \"C\": there is no such account"},
        {{"--src-account", "A", "--remote-subject", "x", "--share"}, "servers would refuse this"},
    }));
    Words command{"add", "import", "-a", "B"};
    command.insert(command.end(), words.begin(), words.end());
    const Outcome outcome = nsctl(command);
    CAPTURE(words, outcome.err);
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.err, complaint));
}

TEST_CASE("edit import: the name changes, and the activation is exchanged for a newer one") {
    NscCommandLine nsctl;
    const Outcome token = nsctl({"generate", "activation", "-a", "PROVISION", "-t", "KUBECON"});
    REQUIRE(token.exit_code == 0);
    const std::string file = nsctl.folder.write("new.jwt", token.out).string();
    REQUIRE(nsctl({"edit", "import", "chat.req.access", "--token", file, "--share=false"}).exit_code == 0);
    const auto account = account_of(nsctl, "KUBECON");
    const jwt::Import& changed = import_of(account, "chat.req.access");
    REQUIRE(contains(token.out, changed.token));
    REQUIRE_FALSE(changed.share);
    REQUIRE(changed.name == "access");
}

TEST_CASE("generate activation: says what nsc's says, to whom, until when") {
    NscCommandLine nsctl;
    const std::string file = (nsctl.folder / "a.jwt").string();
    const std::string target = account_of(nsctl, "KUBECON").content.subject;
    const Outcome outcome = nsctl({"generate", "activation", "-a", "PROVISION", "-t", target, "-s",
                                   "chat.req.access", "--expiry", "1d", "-o", file});
    REQUIRE(outcome.err == "[ OK ] wrote activation token to `" + file + "`\n");
    const std::string described = nsctl({"describe", "jwt", "-f", file}).out;
    REQUIRE(contains(described, "| Import Subject | chat.req.access "));
    REQUIRE(contains(described, target));
    REQUIRE(contains(described, "| Expires        | 2026-11-21 23:57:58 UTC "));
}

TEST_CASE("generate activation: of a public export, or to nobody, is refused") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"generate", "activation", "-a", "A", "-t", "B"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.out.empty());
    REQUIRE(contains(outcome.err, "there is no private export of this subject\nhint: "));
    REQUIRE(contains(nsctl({"generate", "activation", "-a", "PROVISION", "-t", "X"}).err,
                     "--target-account: \"X\": there is no such account"));
}

TEST_CASE("describe export, describe import: the rows of describe account, or the claim as JSON") {
    NscCommandLine nsctl;
    REQUIRE(contains(by_nsc("describe-account-A.txt"), nsctl({"describe", "export", "-a", "A"}).out));
    REQUIRE(contains(by_nsc("describe-account-KUBECON.txt"), nsctl({"describe", "import"}).out));
    REQUIRE(contains(nsctl({"describe", "export", "-a", "A", "-J"}).out, "\"results\": \"latency.on.test\""));
    REQUIRE(contains(nsctl({"describe", "import", "-J"}).out, "\"share\": true"));
}
