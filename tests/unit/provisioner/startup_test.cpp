// What the service refuses to start with: a fixture for each.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/nkeys/seal_errc.h>
#include <natscreds/provisioner/service/startup.h>
#include <support/sealing.h>
#include <support/signing.h>
#include <support/vouched_tree.h>

using namespace natscreds;
using namespace natscreds::provisioner;

namespace {

struct Bench {
    /// The error of starting with the tree's policy, in which `from` is replaced by `to`.
    [[nodiscard]] base::Error refusal(const std::string& from, const std::string& to) const {
        const std::filesystem::path file = tree.write_policy("west", {});
        std::string text = support::read_text(file);
        REQUIRE(text.find(from) != std::string::npos);
        text.replace(text.find(from), from.size(), to);
        tree.folder().write("west.toml", text);
        const auto configuration = load_configuration(file);
        if (!configuration) return configuration.error();
        const auto policy = load_policy(*configuration, support::real_time());
        return policy ? base::Error{} : policy.error();
    }
    void write_seed(nkeys::Kind kind) const {
        support::write_secret(tree.folder() / "other.nk", support::new_key(kind).seed_text());
    }

    support::VouchedTree tree;
};

struct Mistake {
    std::string from;
    std::string to;
    std::string says;
};

}  // namespace

TEST_CASE("Startup: the policy of a vouched deployment with a scoped key is good") {
    const Bench bench;
    CHECK(bench.refusal("west", "west").code == std::error_code());
}

TEST_CASE("Startup: a signing key that the account does not list is refused") {
    const Bench bench;
    bench.write_seed(nkeys::Kind::account);
    CHECK(bench.refusal("chat.nk", "other.nk").code == IssuerErrc::key_not_listed);
}

TEST_CASE("Startup: a seed of another kind, one that others can read, and none at all are refused by name") {
    const Bench bench;
    bench.write_seed(nkeys::Kind::user);
    CHECK(bench.refusal("chat.nk", "other.nk").code == nkeys::Errc::wrong_kind);
    const auto missing = bench.refusal("chat.nk", "missing.nk");
    CHECK(missing.code == std::errc::no_such_file_or_directory);
    CHECK(missing.detail.find("missing.nk") != std::string::npos);
    std::filesystem::permissions(bench.tree.folder() / "chat.nk", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    CHECK(bench.refusal("west", "west").code == std::errc::permission_denied);
}

TEST_CASE(
    "Startup: a sealed seed is opened with the passphrase's file, or refused by what is wrong with that") {
    const Bench bench;
    const std::filesystem::path seed = bench.tree.folder() / "chat.nk";
    support::seal_seed(seed, "correct horse");
    const auto refusal = [&](const std::string& file) {
        return bench.refusal("server_id", "passphrase_file = \"" + file + "\"\nserver_id");
    };
    bench.tree.folder().write("open", "correct horse\n");
    for (const auto& [name, text] :
         {std::pair{"right", "correct horse\n"}, {"wrong", "horse\n"}, {"empty", "\n"}})
        support::write_secret(bench.tree.folder() / name,
                              base::Secret::copy_of(base::as_bytes(std::string_view(text))));

    CHECK(refusal("right").code == std::error_code());
    const base::Error none = bench.refusal("west", "west");
    CHECK(none.code == nkeys::SealErrc::locked);
    CHECK(none.detail == seed.string());
    const base::Error wrong = refusal("wrong");
    CHECK(wrong.code == nkeys::SealErrc::wrong_passphrase);
    CHECK(wrong.detail.starts_with(seed.string()));
    CHECK(wrong.detail.ends_with("/wrong"));
    CHECK(refusal("empty").code == nkeys::SealErrc::empty_passphrase);
    CHECK(refusal("open").code == std::errc::permission_denied);
    const base::Error missing = refusal("missing");
    CHECK(missing.code == std::errc::no_such_file_or_directory);
    CHECK(missing.detail.find("/missing") != std::string::npos);
}

TEST_CASE("Startup: a file that is no account, and a key that means nothing, are refused") {
    const Bench bench;
    CHECK(bench.refusal("KUBECON.jwt", "chat.nk").code != std::error_code());
    CHECK(bench.refusal("server_id", "serverid").code == ConfigurationErrc::unknown_key);
}

TEST_CASE("Startup: a role that could not be issued, or that nobody should have, is refused") {
    const Bench bench;
    const Mistake mistake =
        GENERATE(Mistake{"\"chat.KUBECON.online\"", "\"chat.KUBECON.other\"", "scope"},
                 Mistake{"payload = 8192", "payload = 4096", "scope"},
                 Mistake{"renewable = true", "renewable = true\nconnection_types = [\"MQTT\"]", "scope"});
    CAPTURE(mistake.to);
    CHECK(bench.refusal(mistake.from, mistake.to).code == IssuerErrc::scope_differs);
}

namespace {

/// A tree whose signing key is plain, so that the role's list is all that counts.
base::Error refusal_of(Role role) {
    const support::VouchedTree tree;
    jwt::Draft<jwt::AccountClaims> account;
    const auto account_key = support::new_key(nkeys::Kind::account);
    const auto signing_key = support::new_key(nkeys::Kind::account);
    account.subject = account_key.public_key().text();
    account.claims.signing_keys[signing_key.public_key().text()] = std::nullopt;
    const support::TempDir folder;
    support::write_secret(folder / "plain.nk", signing_key.seed_text());
    Configuration configuration;
    configuration.account =
        folder.write("A.jwt", jwt::sign(account, tree.operator_key(), support::real_time())->text());
    configuration.requests = Requests::vouched;
    role.name = "chat";
    configuration.roles = {{.role = std::move(role), .signing_key = folder / "plain.nk"}};
    const auto policy = load_policy(configuration, support::real_time());
    return policy ? base::Error{} : policy.error();
}

Role private_role() {
    Role role;
    role.permissions.pub.allow = {"a", "chat.req.renew.{{subject()}}"};
    role.permissions.sub.allow = {"_INBOX_.{{subject()}}.>"};
    return role;
}

}  // namespace

TEST_CASE("Startup: a role has an inbox of its own, and nobody else's") {
    Role role = private_role();
    CHECK(refusal_of(role).code == std::error_code());
    role.permissions.sub.allow = {"a"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
    role.permissions.sub.allow = {"_INBOX_.{{subject()}}.>", "_INBOX.>"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
    role.permissions.sub.allow = {"_INBOX_.>"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
    role.permissions.sub.allow = {};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
}

TEST_CASE("Startup: a deny list that leaves others' inboxes open does not let a role through") {
    Role role = private_role();
    role.permissions.sub.allow = {"_INBOX_.{{subject()}}.>", "_INBOX.*.*"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
    role.permissions.sub.deny = {"nothing.at.all", "_INBOX.> queue"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
    role.permissions.sub.deny = {"_INBOX.>"};
    CHECK(refusal_of(role).code == std::error_code());
    role.permissions.sub.allow = {">"};
    role.permissions.sub.deny = {"nothing.at.all"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
    role.permissions.sub.deny = {"_INBOX_.>", "_INBOX.>"};
    CHECK(refusal_of(role).detail.find("its own inbox") != std::string::npos);
}

TEST_CASE("Startup: no role of a vouched deployment lets its users ask in the name of another") {
    const std::string entry =
        GENERATE(">", "chat.>", "chat.req.>", "chat.*.access.*", "chat.req.access.>", "chat.req.access.*",
                 "chat.req.access.*.*", "chat.req.renew.>", "chat.req.*.*", "chat.req.*.{{subject()}}",
                 "chat.req.access.{{name()}}", "chat.req.access.UANOTHER", "*.req.renew.*");
    CAPTURE(entry);
    Role role = private_role();
    role.permissions.pub.allow.push_back(entry);
    CHECK(refusal_of(role).detail.find(" its users could ask") != std::string::npos);
    role.permissions.pub.deny = {"chat.req.access.UME"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
}

TEST_CASE("Startup: a role may ask with its own key, and publish everything where requests are denied") {
    Role role = private_role();
    role.permissions.pub.allow = {"chat.req.access.{{subject()}}", "chat.req.renew.{{subject()}}",
                                  "chat.req"};
    CHECK(refusal_of(role).code == std::error_code());
    role.permissions.pub.allow = {">"};
    role.permissions.pub.deny = {"chat.req.>"};
    CHECK(refusal_of(role).code == std::error_code());
    role.permissions.pub.allow = {};
    CHECK(refusal_of(role).code == std::error_code());
    role.permissions.pub.deny = {"nothing.at.all"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
}

TEST_CASE("Startup: a renewable role may publish its renewals, of 8192 bytes at least") {
    Role role = private_role();
    role.renewable = Renewable::yes;
    CHECK(refusal_of(role).code == std::error_code());
    role.permissions.payload = 8191;
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
    role.permissions.payload = 8192;
    CHECK(refusal_of(role).code == std::error_code());
    role.permissions.pub.allow = {"a", "chat.req.renew"};
    CHECK(refusal_of(role).code == std::errc::invalid_argument);
}

TEST_CASE("Startup: a role whose JWT would not fit a server's CONNECT line is refused") {
    Role role = private_role();
    for (int i = 0; i < 100; ++i)
        role.permissions.pub.allow.push_back("a.long.subject.number." + std::to_string(i));
    CHECK(refusal_of(role).code == IssuerErrc::token_too_large);
}

TEST_CASE("Startup: the role of NatsServiceRoles needs a signing key without a scope") {
    const Bench bench;
    auto configuration = load_configuration(bench.tree.write_policy("west", {}));
    REQUIRE(configuration);
    configuration->rules.service_role = "chat";
    const auto policy = load_policy(*configuration, support::real_time());
    REQUIRE_FALSE(policy);
    CHECK(policy.error().detail.find("role chat: it is that of NatsServiceRoles") == 0);
}
