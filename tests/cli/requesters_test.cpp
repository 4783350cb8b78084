// examples/requester.js and requester.go: what others write from docs/provisioning.md, against the service and its
// opposite.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/token.h>
#include <support/certificates.h>
#include <support/issuing_service.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/trust_tree.h>
#include <support/vouched_tree.h>

using namespace natscreds;
using namespace natscreds::support;
using Catch::Matchers::ContainsSubstring;
using Words = std::vector<std::string>;

namespace {

/// A requester's command line.
Command requester(const std::string& language, const Words& words) {
    Command line = command("example_requester", words);
    if (language == "Go") return line;
    line.argv = {"node", source_root() + "/examples/requester.js"};
    line.argv.insert(line.argv.end(), words.begin(), words.end());
    line.environment["NODE_PATH"] = source_root() + "/.deps/requesters/node_modules";
    return line;
}

std::string each_language() {
    return GENERATE("JavaScript", "Go");
}

jwt::Decoded<jwt::UserClaims> user_of(const std::string& creds) {
    return jwt::Credentials::load(creds).value().user();
}

/// Whether a file is to be read by its owner alone.
bool is_private(const std::string& file) {
    return (std::filesystem::status(file).permissions() & std::filesystem::perms::all) ==
           std::filesystem::perms(0600);
}

bool may_publish(const NatsServer& server, const std::string& creds, const std::string& subject) {
    return run(command("nats-pub", {"-s", server.url(), "--creds", creds, subject, "hello"})).exit_code == 0;
}

}  // namespace

TEST_CASE("Requesters: what they are given in a vouched deployment lets its owner in, and is renewed") {
    const std::string language = each_language();
    const VouchedTree tree;
    const NatsServer server(GENERATE(from_range(nats_servers())), {.config = tree.server_config()});
    Process service(
        command("nats-provisioner",
                {"-s", server.url(), "--config",
                 tree.write_policy("west", {.more = "[audit]\nfile = \"audit.jsonl\"\n"}).string()}));
    service.wait_for_output("serving chat.req.access.*.*");
    const std::string mine = (tree.folder() / "wallyqs.creds").string();
    const auto ask = [&](const std::string& user, const std::string& file) {
        return run(requester(language, {"access", server.url(), tree.creds(user), "wallyqs", file}));
    };

    const Outcome asked = ask("requester-0", mine);
    CAPTURE(language, asked.err, service.err());
    REQUIRE(asked.exit_code == 0);
    CHECK_THAT(asked.err, ContainsSubstring("generation 0") && ContainsSubstring("to be renewed after"));
    CHECK(is_private(mine));
    CHECK(may_publish(server, mine, "chat.KUBECON.online"));
    const std::string first = user_of(mine).token.text();

    const Outcome renewed = run(requester(language, {"renew", server.url(), mine}));
    INFO(renewed.err);
    REQUIRE(renewed.exit_code == 0);
    CHECK_THAT(renewed.err, ContainsSubstring("generation 1"));
    CHECK(is_private(mine));
    CHECK(user_of(mine).token.text() != first);
    CHECK(may_publish(server, mine, "chat.KUBECON.online"));

    // What is there is not asked for again, and another's name is not had.
    CHECK_THAT(ask("requester-0", mine).err, ContainsSubstring("is there already"));
    const std::string another = (tree.folder() / "another.creds").string();
    const Outcome refused = ask("requester-1", another);
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.err, ContainsSubstring("name_taken: "));
    CHECK_FALSE(std::filesystem::exists(another));
    CHECK_THAT(read_text(tree.folder() / "audit.jsonl"),
               ContainsSubstring("\"requester\":\"" + tree.key("requester-0").text() + "\"") &&
                   ContainsSubstring("\"event\":\"renewed\""));
}

TEST_CASE("Requesters: where nobody vouches for who asks, they ask directly") {
    const std::string language = each_language();
    const TrustTree tree;
    const NatsServer server(nats_servers().back(), {.config = tree.config()});
    Process service(
        command("nats-provisioner", {"-s", server.url(), "--creds", tree.service_creds(), "--acc",
                                     tree.account_file(), "--sk", tree.signing_key_file(), "--sid", "here"}));
    service.wait_for_output("serving chat.req.access");
    const std::string mine = (tree.folder() / "wallyqs.creds").string();
    const Outcome asked =
        run(requester(language, {"access", server.url(), tree.requester_creds(), "wallyqs", mine}));
    CAPTURE(language, asked.err, service.err());
    REQUIRE(asked.exit_code == 0);
    // The tutorial's service does not serve renewals.
    CHECK(asked.err.find("to be renewed after") == std::string::npos);
    CHECK(may_publish(server, mine, "chat.KUBECON.online"));
}

TEST_CASE("Requesters: they show a proof of identity, for access and for the renewal") {
    const std::string language = each_language();
    const TrustTree tree;
    const NatsServer server(nats_servers().back(), {.config = tree.config()});
    IssuingService service({.server = server.url(), .tree = tree, .life = std::chrono::hours(1)});
    const std::string mine = (tree.folder() / "wallyqs.creds").string();
    const std::string proof = "oidc=" + tree.folder().write("token", "eyJ.first.x\n").string();
    const Outcome asked =
        run(requester(language, {"access", server.url(), tree.requester_creds(), "wallyqs", mine, proof}));
    CAPTURE(language, asked.err);
    REQUIRE(asked.exit_code == 0);
    tree.folder().write("token", "eyJ.second.x\n");
    REQUIRE(run(requester(language, {"renew", server.url(), mine, proof})).exit_code == 0);
    CHECK(service.proofs() == std::vector<std::string>{"eyJ.first.x", "eyJ.second.x"});
}

TEST_CASE("Requesters: a reply that is not to be believed is not, and leaves the file as it was") {
    const std::string language = each_language();
    const TrustTree tree;
    const NatsServer server(nats_servers().back(), {.config = tree.config()});
    IssuingService service({.server = server.url(), .tree = tree, .life = std::chrono::hours(1)});
    const std::string mine = (tree.folder() / "wallyqs.creds").string();
    const auto ask = [&] {
        return run(requester(language, {"access", server.url(), tree.requester_creds(), "wallyqs", mine}));
    };
    /// The grant's JWT, changed and signed anew.
    using Draft = jwt::Draft<jwt::UserClaims>;
    const auto signed_anew = [&](const std::function<void(Draft&)>& change, const nkeys::SigningKey& key) {
        return [&tree, &key, change](access::Grant& grant) {
            const auto before = jwt::decode<jwt::UserClaims>(grant.jwt).value();
            Draft user;
            user.subject = before.content.subject;
            user.name = before.content.name;
            user.expires = before.content.expires;
            user.claims.issuer_account = tree.account_key().public_key().text();
            change(user);
            grant.jwt = jwt::sign(user, key, real_time())->text();
        };
    };
    const nkeys::SigningKey stranger = new_key(nkeys::Kind::account);
    const std::string other_key = new_key(nkeys::Kind::user).public_key().text();
    struct Fault {
        std::function<void(access::Grant&)> alter;
        std::string said;
    };
    const std::vector<Fault> faults{
        {signed_anew([&](Draft& user) { user.subject = other_key; }, tree.signing_key()), "another key"},
        {signed_anew([](Draft& user) { user.name = "derek"; }, tree.signing_key()), "another name"},
        {signed_anew([&](Draft& user) { user.claims.issuer_account = stranger.public_key().text(); },
                     tree.signing_key()),
         "another account"},
        {[](access::Grant& grant) { grant.account = "A"; }, "another account"},
        {signed_anew([](Draft&) {}, stranger), "somebody else"},
        {signed_anew([](Draft& user) { user.expires = real_time() - std::chrono::seconds(1); },
                     tree.signing_key()),
         "not in time"},
        {signed_anew([](Draft& user) { user.not_before = real_time() + std::chrono::hours(1); },
                     tree.signing_key()),
         "not in time"},
        {[](access::Grant& grant) { grant.expires += std::chrono::hours(1); }, "not in time"},
        {[](access::Grant& grant) { grant.jwt[grant.jwt.size() / 2] ^= 1; }, ""},
        {[](access::Grant& grant) { grant.jwt = "nothing"; }, ""},
    };
    for (const Fault& fault : faults) {
        service.alter_with(fault.alter);
        const Outcome asked = ask();
        CAPTURE(language, fault.said, asked.err);
        CHECK(asked.exit_code == 1);
        CHECK_THAT(asked.err, ContainsSubstring(fault.said));
        CHECK_FALSE(std::filesystem::exists(mine));
    }
    service.alter_with({});
    REQUIRE(ask().exit_code == 0);
    const std::string before = read_text(mine);
    service.alter_with(faults[4].alter);
    CHECK(run(requester(language, {"renew", server.url(), mine})).exit_code == 1);
    CHECK(read_text(mine) == before);
}
