// nats-provisioner and nats-req --access as processes, on every server that is present.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <future>
#include <optional>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/jwt/creds.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using support::command;
using support::NatsServer;
using support::Outcome;
using support::Process;
using support::TrustTree;
using Words = std::vector<std::string>;

support::ServerBinary each_server() {
    return GENERATE(from_range(support::nats_servers()));
}
support::ServerBinary newest_server() {
    return support::nats_servers().back();
}

Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// A tree, a server that trusts it, and the service.
struct Deployment {
    explicit Deployment(const support::ServerBinary& binary, const Words& options = {})
        : server(binary, {.config = tree.config()}),
          service(command("nats-provisioner", with(flags(), options))) {
        service.wait_for_output("serving chat.req.access");
    }

    [[nodiscard]] Words flags() const {
        return {
            "-s",      server.url(),         "--acc", tree.account_file(), "--sk", tree.signing_key_file(),
            "--creds", tree.service_creds(), "--sid", "AWS/West"};
    }

    [[nodiscard]] Outcome request(const Words& words) const {
        return support::run(
            command("nats-req", with({"-s", server.url(), "-creds", tree.requester_creds()}, words)));
    }

    [[nodiscard]] std::string file(const std::string& name) const { return (tree.folder() / name).string(); }

    TrustTree tree;
    NatsServer server;
    Process service;
};

TEST_CASE("Access: credentials are issued, work, and stand in a new file that only its owner can read") {
    const Deployment chat(each_server());
    const std::string file = chat.file("wallyqs.creds");

    const Outcome outcome = chat.request({"--access", "wallyqs", "-o", file});

    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, StartsWith("nats-req: wallyqs has the role chat of account A"));
    REQUIRE(outcome.exit_code == 0);
    CHECK(std::filesystem::status(file).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    const Outcome post = support::run(command(
        "nats-pub", {"-s", chat.server.url(), "-creds", file, "chat.KUBECON.posts.General", "hello"}));
    CHECK(post.exit_code == 0);
}

TEST_CASE("Access: without -o the creds file goes to standard output, and nothing else does") {
    const Deployment chat(newest_server());
    const Outcome outcome = chat.request({"--access", "wallyqs"});
    REQUIRE(outcome.exit_code == 0);
    const auto credentials = jwt::Credentials::parse(base::Secret::copy_of(base::as_bytes(outcome.out)));
    REQUIRE(credentials);
    CHECK(credentials->user().content.name == "wallyqs");
    const base::Secret again = credentials->text();
    CHECK(base::as_text(again.expose()) == outcome.out);
}

TEST_CASE("Access: a taken name is refused with exit code 1, and no file is left behind") {
    const Deployment chat(each_server());
    REQUIRE(chat.request({"--access", "wallyqs", "-o", chat.file("first.creds")}).exit_code == 0);

    const Outcome second = chat.request({"--access", "wallyqs", "-o", chat.file("second.creds")});

    CHECK(second.exit_code == 1);
    CHECK(second.out.empty());
    CHECK_THAT(second.err,
               StartsWith("nats-req: refused: the name wallyqs belongs to another key (name_taken)\nhint: "));
    CHECK_FALSE(std::filesystem::exists(chat.file("second.creds")));
}

TEST_CASE("Access: every refusal of a request says why") {
    const Deployment chat(newest_server());
    const auto refused = [&](const Words& words) {
        const Outcome outcome = chat.request(words);
        CHECK(outcome.exit_code == 1);
        CHECK(outcome.out.empty());
        return outcome.err;
    };
    CHECK_THAT(refused({"--access", "Not Good"}), ContainsSubstring("(bad_name)"));
    CHECK_THAT(refused({"--access", "wallyqs", "--role", "root"}), ContainsSubstring("(unknown_role)"));
    CHECK_THAT(refused({"--access", "wallyqs", "--ttl", "2h"}), ContainsSubstring("(bad_ttl)"));
    CHECK_THAT(refused({"chat.req.access", "wallyqs"}),
               ContainsSubstring("names alone are not answered here"));
}

TEST_CASE("Access: an existing file is not overwritten, and then no name is taken") {
    const Deployment chat(newest_server());
    const std::string file = chat.tree.folder().write("mine", "precious").string();
    const Outcome outcome = chat.request({"--access", "wallyqs", "-o", file});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring(file));
    CHECK(support::read_text(file) == "precious");
    CHECK(chat.request({"--access", "wallyqs"}).exit_code == 0);
}

TEST_CASE("Access: credentials for another account than expected are not believed") {
    const Deployment chat(newest_server());
    const std::string other = TrustTree().account_key().public_key().text();
    const std::string own = chat.tree.account_key().public_key().text();
    const Outcome outcome = chat.request({"--access", "wallyqs", "--expect-account", other});
    CHECK(outcome.exit_code == 6);
    CHECK(outcome.out.empty());
    CHECK(chat.request({"--access", "derek", "--expect-account", own}).exit_code == 0);
    CHECK(chat.request({"--access", "waldemar", "--expect-account", "AXYZ"}).exit_code == 2);
}

TEST_CASE("Access: when nobody serves, it is exit code 3") {
    const TrustTree tree;
    const NatsServer server(each_server(), {.config = tree.config()});
    const Outcome outcome = support::run(
        command("nats-req", {"-s", server.url(), "-creds", tree.requester_creds(), "--access", "wallyqs"}));
    CHECK(outcome.exit_code == 3);
}

TEST_CASE("Access: of thirty who ask for one name at once, one gets it") {
    const Deployment chat(newest_server());
    std::vector<std::future<int>> asking;
    for (int i = 0; i < 30; ++i) {
        asking.push_back(std::async(std::launch::async, [&chat] {
            return chat.request({"--access", "wallyqs"}).exit_code;
        }));
    }
    std::vector<int> codes;
    for (std::future<int>& one : asking)
        codes.push_back(one.get());
    CHECK(std::ranges::count(codes, 0) == 1);
    CHECK(std::ranges::count(codes, 1) == 29);
}

TEST_CASE("Issued users: they hear each other's posts and their own direct messages, and nothing more") {
    const Deployment chat(each_server());
    const std::string wallyqs = chat.file("wallyqs.creds");
    const std::string derek = chat.file("derek.creds");
    REQUIRE(chat.request({"--access", "wallyqs", "-o", wallyqs}).exit_code == 0);
    REQUIRE(chat.request({"--access", "derek", "-o", derek}).exit_code == 0);
    const std::string key = jwt::Credentials::load(wallyqs)->key().public_key().text();
    const auto listen = [&](const std::string& subject) {
        return command("nats-sub", {"-s", chat.server.url(), "-creds", derek, "--count", "1", subject});
    };

    Process posts(listen("chat.KUBECON.posts.*"));
    posts.wait_for_output("listening on");
    REQUIRE(support::run(command("nats-pub", {"-s", chat.server.url(), "-creds", wallyqs,
                                              "chat.KUBECON.posts.General", "hello from wallyqs"}))
                .exit_code == 0);
    CHECK_THAT(posts.wait().out, ContainsSubstring("hello from wallyqs"));

    for (const std::string& subject :
         Words{"_INBOX.>", "_INBOX_." + key + ".>", "_INBOX_.>", ">", "chat.KUBECON.dms." + key,
               "chat.KUBECON.dms.*", "chat.req.access"}) {
        INFO(subject);
        CHECK(support::run(listen(subject)).exit_code == 5);
    }
    CHECK(
        support::run(command("nats-pub", {"-s", chat.server.url(), "-creds", derek, "chat.req.access", "x"}))
            .exit_code == 5);
}

TEST_CASE("Plain names: the tutorial's command line gives a creds file that connects") {
    const Deployment chat(each_server(), {"--plain-names"});

    const Outcome outcome = chat.request({"chat.req.access", "Aristotle"});

    REQUIRE(outcome.exit_code == 0);
    CHECK_THAT(outcome.out, StartsWith("-----BEGIN NATS USER JWT-----\n"));
    CHECK_THAT(outcome.out,
               ContainsSubstring("\n# Provisioned by natscreds\n# Server ID/LOC: \"AWS/West\"\n"));
    const std::string file = chat.tree.folder().write("my.creds", outcome.out).string();
    CHECK(support::run(
              command("nats-pub", {"-s", chat.server.url(), "-creds", file, "chat.KUBECON.online", "x"}))
              .exit_code == 0);
}

// The tutorial's request tool wrote the text of a refusal to my.creds as if it were credentials, and exited 0.
TEST_CASE("Plain names: a refusal is not credentials: nothing on standard output, exit code 1") {
    const Deployment chat(each_server(), {"--plain-names"});
    REQUIRE(chat.request({"chat.req.access", "wallyqs"}).exit_code == 0);
    const std::string name = GENERATE("wallyqs", "", " ", "9lives", "a.b.c.d");
    const Outcome outcome = chat.request({"chat.req.access", name});
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, StartsWith("nats-req: refused: "));
}

// The tutorial's provisioner answered an empty name with -ERR, and then minted and answered again.
TEST_CASE("Plain names: an empty name has exactly one answer") {
    const Deployment chat(newest_server(), {"--plain-names"});
    const Outcome outcome = chat.request({"--replies", "2", "--timeout", "300ms", "chat.req.access", ""});
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.out.empty());
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
}

// The tutorial's provisioner exited 1 after Ctrl-C, without waiting for the drain.
TEST_CASE("Provisioner: SIGTERM and SIGINT drain, and the exit code is 0") {
    Deployment chat(newest_server());
    chat.service.signal(GENERATE(SIGTERM, SIGINT));
    const Outcome outcome = chat.service.wait();
    CHECK(outcome.exit_code == 0);
    CHECK_THAT(outcome.err, ContainsSubstring("draining"));
}

/// How many threads a program has; each worker is one.
int threads_of(const Process& process) {
    const std::string status = support::read_text("/proc/" + std::to_string(process.pid()) + "/status");
    const std::string before = "Threads:";
    return std::stoi(status.substr(status.find(before) + before.size()));
}

TEST_CASE(
    "Provisioner: --http serves on this machine alone unless told otherwise, and --workers are heeded") {
    const Deployment one(newest_server(), {"--workers", "1"});
    const Deployment five(newest_server(), {"--workers", "5"});
    CHECK(support::eventually([&] { return threads_of(five.service) == threads_of(one.service) + 4; }));
    CHECK(five.request({"--access", "wallyqs"}).exit_code == 0);
    CHECK(support::run(command("nats-provisioner", with(one.flags(), {"--workers", "0"}))).exit_code == 2);

    Deployment seen(newest_server(), {"--http", ":0"});
    seen.service.wait_for_output("metrics and health on http://127.0.0.1:");
}

TEST_CASE("Provisioner: it comes back by itself when its server does") {
    Deployment chat(newest_server());
    chat.server.stop();
    chat.service.wait_for_output("disconnected; trying to reconnect");
    CHECK(chat.service.running());
    CHECK(chat.service.stop().exit_code == 0);
}

TEST_CASE("Provisioner: neither its log nor its replies hold a seed that is not the requester's") {
    Deployment chat(newest_server(), {"--plain-names"});
    const Outcome plain = chat.request({"chat.req.access", "wallyqs"});
    REQUIRE(chat.request({"--access", "derek"}).exit_code == 0);
    const Outcome ended = chat.service.stop();
    CHECK_THAT(ended.err, ContainsSubstring("issued name=wallyqs key=U") &&
                              ContainsSubstring("issued name=derek key=U"));
    const auto credentials = jwt::Credentials::parse(base::Secret::copy_of(base::as_bytes(plain.out)));
    const base::Secret issued = credentials->key().seed_text();
    CHECK(ended.err.find(base::as_text(issued.expose())) == std::string::npos);
    const std::string signing_seed = support::read_text(chat.tree.signing_key_file());
    CHECK(ended.err.find(signing_seed) == std::string::npos);
    CHECK(plain.out.find(signing_seed) == std::string::npos);
}

// ---- what it refuses to start with

Outcome starting(const TrustTree& tree, const Words& options) {
    return support::run(
        command("nats-provisioner",
                with({"-s", "nats://127.0.0.1:1", "--no-wait", "--creds", tree.service_creds()}, options)));
}

TEST_CASE("Provisioner: --check says that it could start, without a server") {
    const TrustTree tree;
    const Outcome outcome = support::run(
        command("nats-provisioner", {"--creds", tree.service_creds(), "--acc", tree.account_file(), "--sk",
                                     tree.signing_key_file(), "--check"}));
    CHECK(outcome.exit_code == 0);
    CHECK_THAT(outcome.out, StartsWith("ready to issue the role chat of account A"));
}

TEST_CASE("Provisioner: a signing key that the account does not list is refused, by both names") {
    const TrustTree tree;
    const TrustTree other;
    const Outcome outcome = starting(tree, {"--acc", tree.account_file(), "--sk", other.signing_key_file()});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring("is not one of the account's signing keys") &&
                                ContainsSubstring(tree.account_key().public_key().text()) &&
                                ContainsSubstring("hint: nsctl edit account --sk"));
}

TEST_CASE("Provisioner: an account that has expired is refused") {
    const TrustTree tree(
        [](auto& account) { account.expires = base::Time(std::chrono::seconds(1'700'000'000)); });
    const Outcome outcome = starting(tree, {"--acc", tree.account_file(), "--sk", tree.signing_key_file()});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err,
               ContainsSubstring("the account's JWT cannot be used now") && ContainsSubstring("expired "));
}

TEST_CASE("Provisioner: a seed file that others can read is refused, with what to do") {
    const TrustTree tree;
    std::filesystem::permissions(tree.signing_key_file(), std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    const Outcome outcome = starting(tree, {"--acc", tree.account_file(), "--sk", tree.signing_key_file()});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring("chmod 600 " + tree.signing_key_file()));
}

TEST_CASE("Provisioner: a seed of the wrong kind, or none, is refused by the file's name") {
    const TrustTree tree;
    base::SystemRandom random;
    const auto user = nkeys::SigningKey::generate(nkeys::Kind::user, random);
    const base::Secret seed = user->seed_text();
    const std::string seed_text(base::as_text(seed.expose()));
    const std::string content = GENERATE_REF(seed_text, std::string("hello\n"));
    const std::string file = tree.folder().write("wrong.nk", content).string();
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    const Outcome outcome = starting(tree, {"--acc", tree.account_file(), "--sk", file});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring(file));
    CHECK(outcome.err.find(content) == std::string::npos);
}

TEST_CASE("Provisioner: an account whose scope is not the role's permissions is refused") {
    const TrustTree tree(
        [](auto& account) { account.claims.signing_keys.begin()->second = jwt::UserScope{}; });
    const Outcome outcome = starting(tree, {"--acc", tree.account_file(), "--sk", tree.signing_key_file()});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring("scope"));
}

TEST_CASE("Provisioner: an account file that is not one is refused by its name") {
    const TrustTree tree;
    const std::string file = tree.folder().write("wrong.jwt", GENERATE("", "hello", "a.b.c")).string();
    const Outcome outcome = starting(tree, {"--acc", file, "--sk", tree.signing_key_file()});
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring(file));
}

TEST_CASE("Provisioner: a wrong command line is 2, and with --no-wait a server that is not there 5") {
    const TrustTree tree;
    CHECK(starting(tree, {"--acc", tree.account_file()}).exit_code == 2);
    CHECK(starting(tree, {"--acc", tree.account_file(), "--sk", tree.signing_key_file(), "--nonsense"})
              .exit_code == 2);
    CHECK(starting(tree, {"--acc", tree.account_file(), "--sk", tree.signing_key_file()}).exit_code == 5);
}

TEST_CASE("Provisioner: credentials that do not allow it to listen are 5, and said") {
    const TrustTree tree;
    const NatsServer server(each_server(), {.config = tree.config()});
    const Outcome outcome = support::run(
        command("nats-provisioner", {"-s", server.url(), "--acc", tree.account_file(), "--sk",
                                     tree.signing_key_file(), "--creds", tree.requester_creds()}));
    CHECK(outcome.exit_code == 5);
    CHECK_THAT(outcome.err, ContainsSubstring("chat.req.access"));
}

}  // namespace
}  // namespace natscreds
