// What `--check` finds: all of it at once, and nothing is made by looking.
#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/audit/audit_log.h>
#include <natscreds/provisioner/service/callout_check.h>
#include <natscreds/provisioner/service/preflight.h>
#include <natscreds/provisioner/service/startup.h>
#include <support/callout_tree.h>
#include <support/signing.h>
#include <support/vouched_tree.h>

using namespace natscreds;
using namespace natscreds::provisioner;

namespace {

struct Bench {
    [[nodiscard]] std::vector<Finding> look(const std::string& root = {},
                                            const std::string& more = {}) const {
        const auto file = tree.write_policy("west", {.root = root, .more = more});
        const Configuration configuration = load_configuration(file).value();
        const bus::GivenOptions& settings = configuration.connection;
        return look_ahead({.configuration = configuration,
                           .settings = settings,
                           .connection = nullptr,
                           .now = support::real_time()});
    }

    support::VouchedTree tree;
};

bool says(const std::vector<Finding>& findings, const std::string& words) {
    return std::ranges::any_of(findings, [&](const Finding& finding) {
        return finding.error.message().find(words) != std::string::npos;
    });
}

std::size_t refusals(const std::vector<Finding>& findings) {
    return static_cast<std::size_t>(std::ranges::count(findings, Weight::refusal, &Finding::weight));
}

}  // namespace

TEST_CASE("Preflight: all that is in the way is found, not the first thing alone") {
    const Bench bench;
    CHECK(refusals(bench.look()) == 0);
    std::filesystem::remove(bench.tree.folder() / "chat.nk");
    std::filesystem::permissions(bench.tree.creds("provisioner"), std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    bench.tree.folder().write("file", "");
    const auto findings = bench.look("",
                                     "[audit]\nfile = \"nowhere/audit.jsonl\"\n[ledger]\nstore = "
                                     "\"sqlite:file/names.db\"\n");
    CHECK(refusals(findings) == 3);
    CHECK(says(findings, "chat.nk"));
    CHECK(says(findings, "the audit cannot be written: "));
    CHECK(says(findings, "nowhere"));
    CHECK(says(findings, "the ledger cannot be written: "));
    CHECK(says(findings, "others can read " + bench.tree.creds("provisioner")));
}

TEST_CASE("Preflight: the example's key among the client accounts is refused, at start too") {
    const Bench bench;
    const auto file = bench.tree.write_policy("west", {});
    std::string text = support::read_text(file);
    const std::string key = bench.tree.account().text();
    text.replace(text.find(key), key.size(), std::string(56, 'A'));
    bench.tree.folder().write("west.toml", text);
    const Configuration configuration = load_configuration(file).value();
    const auto policy = load_policy(configuration, support::real_time());
    REQUIRE_FALSE(policy);
    CHECK(policy.error().message().find("client_accounts has the example's AAAA") != std::string::npos);
}

TEST_CASE("Preflight: files that are there are looked at, and nothing is made or changed") {
    const Bench bench;
    const std::string files = "[audit]\nfile = \"audit.jsonl\"\n[ledger]\nstore = \"sqlite:names.db\"\n";
    CHECK(refusals(bench.look("", files)) == 0);
    CHECK_FALSE(std::filesystem::exists(bench.tree.folder() / "audit.jsonl"));
    CHECK_FALSE(std::filesystem::exists(bench.tree.folder() / "names.db"));

    const auto audit = bench.tree.folder().write("audit.jsonl", "{\"time\":1,");
    CHECK(refusals(bench.look("", files)) == 0);
    CHECK(support::read_text(audit) == "{\"time\":1,");
    bench.tree.folder().write("audit.jsonl", "a letter\n");
    std::filesystem::create_directory(bench.tree.folder() / "names.db");
    const auto findings = bench.look("", files);
    CHECK(refusals(findings) == 2);
    CHECK(says(findings, "to which nothing is added"));
    CHECK(says(findings, "names.db"));
}

TEST_CASE("Preflight: a running service's audit is no error") {
    const Bench bench;
    const auto file = bench.tree.folder() / "audit.jsonl";
    const auto running = AuditLog::open(file);
    REQUIRE(running);
    CHECK(refusals(bench.look("", "[audit]\nfile = \"audit.jsonl\"\n")) == 0);
}

TEST_CASE("Preflight: certificates that cannot be read are found before a connection needs them") {
    const Bench bench;
    const Configuration configuration = load_configuration(bench.tree.write_policy("west", {})).value();
    const bus::GivenOptions settings{{bus::Key::tls_ca, "/nowhere/ca.pem"}};
    const auto findings = look_ahead({.configuration = configuration,
                                      .settings = settings,
                                      .connection = nullptr,
                                      .now = support::real_time()});
    CHECK(says(findings, "/nowhere/ca.pem"));
    CHECK(refusals(findings) == 1);
}

// ---- a callout with an operator

namespace {

struct CalloutBench {
    using Change = std::function<void(jwt::ExternalAuthorization&)>;

    [[nodiscard]] std::string policy() const {
        return support::read_text(
            tree.write_policy("nats://127.0.0.1:1", "issuer = \"https://k\"\napi_server = \"https://k\"\n"));
    }
    /// The codes of what is found with the tree's policy, in which `from` is replaced by `to`.
    [[nodiscard]] std::vector<std::error_code> look(const std::string& from, const std::string& to) const {
        std::string text = policy();
        REQUIRE(text.find(from) != std::string::npos);
        text.replace(text.find(from), from.size(), to);
        const Configuration configuration =
            load_configuration(tree.folder().write("changed.toml", text)).value();
        const CalloutSetup setup = load_callout(configuration).value();
        std::vector<std::error_code> codes;
        const auto findings = look_at_callout_account(configuration, setup).value();
        for (const Finding& finding : findings)
            codes.push_back(finding.error.code);
        return codes;
    }
    void change_account(const Change& change) const {
        const auto file = tree.folder() / "AUTH.jwt";
        auto account = load_account(file).value();
        change(account.content.claims.authorization);
        const auto owner = support::new_key(nkeys::Kind::operator_);
        tree.folder().write("AUTH.jwt", jwt::sign(account.content, owner, support::real_time())->text());
    }

    support::CalloutTree tree{support::WayIn::default_sentinel, support::Sealed::yes};
};

using Codes = std::vector<std::error_code>;

}  // namespace

TEST_CASE("Callout check: what would have every client refused is found in the account's JWT") {
    const CalloutBench bench;
    CHECK(bench.look("role", "role").empty());
    CHECK(bench.look("xkey = \"callout.xk\"\n", "") == Codes{CalloutErrc::other_xkey});
    CHECK(bench.look("answers.nk", "users.nk") == Codes{CalloutErrc::key_not_listed});
    CHECK(bench.look("\"callout.creds\"", "\"sys.creds\"") == Codes{CalloutErrc::other_account});
    CHECK(bench.look("service_account = \"AUTH.jwt\"\n", "") == Codes{CalloutErrc::unseen});
    bench.change_account([](jwt::ExternalAuthorization& callout) {
        callout.auth_users = {"UXYZ"};
        callout.allowed_accounts = {};
        callout.xkey = "";
    });
    CHECK(bench.look("role", "role") ==
          Codes{CalloutErrc::asked_about_us, CalloutErrc::other_xkey, CalloutErrc::account_not_allowed});
}

TEST_CASE("Callout: its users connect to the service's own servers, and believe whom it believes") {
    const CalloutBench bench;
    Configuration configuration =
        load_configuration(bench.tree.folder().write("own.toml", bench.policy())).value();
    configuration.connection[bus::Key::server] = "nats://elsewhere:4222";
    configuration.connection[bus::Key::tls_ca] = "ca.pem";
    const CalloutSetup setup = load_callout(configuration).value();
    for (const bus::ConnectionOptions* user : {&setup.connection, &*setup.system}) {
        CHECK(user->servers == std::vector<std::string>{"nats://elsewhere:4222"});
        CHECK(user->tls_ca == "ca.pem");
    }
}
