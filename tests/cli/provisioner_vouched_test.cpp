// The service as a process in a vouched deployment, on every server that is present.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/access/client.h>
#include <natscreds/bus/connection.h>
#include <natscreds/jwt/creds.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/vouched_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::command;
using support::NatsServer;
using support::Outcome;
using support::Process;
using support::VouchedTree;
using Words = std::vector<std::string>;

support::ServerBinary each_server() {
    return GENERATE(from_range(support::nats_servers()));
}
support::ServerBinary newest_server() {
    return support::nats_servers().back();
}

/// A tree, a server that trusts it, and a copy of the service.
struct Deployment {
    explicit Deployment(const support::ServerBinary& binary, const VouchedTree::Policy& policy = {})
        : config(tree.write_policy("west", policy)),
          server(binary, {.config = tree.server_config("jetstream { store_dir: \"js\" }\n")}),
          service(started(config)) {
        service.wait_for_output("serving chat.req.access.*.*");
    }

    [[nodiscard]] support::Command started(const std::filesystem::path& file) const {
        return command("nats-provisioner", {"-s", server.url(), "--config", file.string()});
    }
    /// A command of the service's program with the same configuration.
    [[nodiscard]] Outcome tell(Words words) const {
        words.insert(words.begin(), {"-s", server.url(), "--config", config.string()});
        return support::run(command("nats-provisioner", words));
    }
    [[nodiscard]] Outcome request(const Words& words, const std::string& user = "requester-0") const {
        Words all{"-s", server.url(), "--creds", tree.creds(user), "--timeout", "2s"};
        all.insert(all.end(), words.begin(), words.end());
        return support::run(command("nats-req", all));
    }
    /// Takes a name into the file NAME.creds.
    [[nodiscard]] Outcome take(const std::string& name, const std::string& user = "requester-0") const {
        return request({"--access", name, "-o", file(name + ".creds")}, user);
    }
    /// Wants a name that is somebody's already.
    [[nodiscard]] Outcome want(const std::string& name, const std::string& user) const {
        return request({"--access", name}, user);
    }
    /// Asks for a renewal of a creds file, as its user.
    [[nodiscard]] access::Reply renew(const std::string& creds) const {
        base::SystemRandom random;
        const base::SystemClock clock;
        bus::ConnectionOptions options;
        options.servers = {server.url()};
        options.credentials = jwt::Credentials::load(creds).value();
        auto connection = bus::Connection::open(std::move(options)).value();
        const auto answer = access::request_renewal({.requests = connection,
                                                     .clock = clock,
                                                     .random = random,
                                                     .subjects = {},
                                                     .timeout = support::patience},
                                                    jwt::Credentials::load(creds).value());
        if (const auto* granted = std::get_if<access::Granted>(&answer.value())) return granted->grant;
        return std::get<access::Refusal>(answer.value());
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (tree.folder() / name).string(); }

    VouchedTree tree;
    std::filesystem::path config;
    NatsServer server;
    Process service;
};

std::error_code refused(const access::Reply& reply) {
    const auto* const refusal = std::get_if<access::Refusal>(&reply);
    return refusal != nullptr ? refusal->error.code : std::error_code();
}

TEST_CASE("Vouched: credentials are issued to who asks as itself, work, are renewed, and name who asked") {
    const Deployment chat(each_server(), {.more = "[audit]\nfile = \"audit.jsonl\"\n"});
    const Outcome outcome = chat.take("wallyqs");
    INFO(outcome.err << chat.service.err());
    REQUIRE(outcome.exit_code == 0);
    CHECK(support::run(command("nats-pub", {"-s", chat.server.url(), "--creds", chat.file("wallyqs.creds"),
                                            "chat.KUBECON.online", "hello"}))
              .exit_code == 0);

    const access::Reply renewed = chat.renew(chat.file("wallyqs.creds"));
    REQUIRE(std::holds_alternative<access::Grant>(renewed));
    CHECK(std::get<access::Grant>(renewed).generation == 1);

    CHECK(chat.want("wallyqs", "requester-1").exit_code == 1);
    const std::string audit = support::read_text(chat.file("audit.jsonl"));
    CHECK_THAT(audit, ContainsSubstring("\"requester\":\"" + chat.tree.key("requester-0").text() + "\""));
    CHECK_THAT(audit, ContainsSubstring("\"event\":\"renewed\""));
    CHECK_THAT(audit, ContainsSubstring("\"reason\":\"name_taken\""));
    CHECK(chat.tell({"audit", "verify"}).exit_code == 0);
}

TEST_CASE("Vouched: another's key in the subject, another account and a direct subject gain nothing") {
    const Deployment chat(each_server());
    const std::string other = chat.tree.key("requester-1").text();
    CHECK(chat.request({"chat.req.access." + other, "wallyqs"}).exit_code == 5);
    CHECK(chat.request({"chat.req.access." + chat.tree.account().text() + "." + other, "x"}).exit_code == 5);
    CHECK(chat.request({"chat.req.access", "x"}).exit_code == 5);
    const Outcome stranger = chat.want("wallyqs", "stranger");
    CHECK(stranger.exit_code == 1);
    CHECK_THAT(stranger.err, ContainsSubstring("unvouched"));
}

TEST_CASE("Vouched: a denial bites at once, for access and renewal, and is taken back as fast") {
    const std::string store = GENERATE("sqlite:names.db", "jetstream:names");
    const Deployment chat(newest_server(), {.more = "[ledger]\nstore = \"" + store + "\"\n"});
    REQUIRE(chat.take("wallyqs").exit_code == 0);

    const Outcome told = chat.tell({"deny", "name", "wallyqs"});
    INFO(told.err << chat.service.err());
    REQUIRE(told.exit_code == 0);
    CHECK(support::eventually(
        [&] { return refused(chat.renew(chat.file("wallyqs.creds"))) == access::Reason::denied; },
        std::chrono::seconds(2)));

    REQUIRE(chat.tell({"allow", "name", "wallyqs"}).exit_code == 0);
    CHECK(support::eventually([&] { return !refused(chat.renew(chat.file("wallyqs.creds"))); },
                              std::chrono::seconds(2)));
}

TEST_CASE("Vouched: SIGHUP brings another policy and key, and a broken one changes nothing") {
    Deployment chat(newest_server());
    REQUIRE(chat.take("wallyqs").exit_code == 0);

    (void)chat.tree.write_policy("west", {.root = "nonsense = 1"});
    chat.service.signal(SIGHUP);
    chat.service.wait_for_output("not reloaded, all is as before");
    CHECK(chat.take("derek").exit_code == 0);

    (void)chat.tree.write_policy("west", {.more = "[names]\nreserved = [\"waldemar\"]\n"});
    chat.service.signal(SIGHUP);
    chat.service.wait_for_output("] reloaded");
    CHECK_THAT(chat.take("waldemar").err, ContainsSubstring("reserved"));

    (void)chat.tree.write_policy("west", {.root = "workers = 9"});
    chat.service.signal(SIGHUP);
    chat.service.wait_for_output("to change workers, restart the service");
}

/// GET of a path of the service's HTTP address, by the tool that is everywhere.
Outcome http(const Deployment& chat, const std::string& path) {
    const std::string log = chat.service.err();
    const std::string before = "metrics and health on ";
    const std::size_t at = log.find(before) + before.size();
    const std::string url = log.substr(at, log.find('\n', at) - at) + path;
    return support::run({.argv = {"curl", "-sS", "-o", "-", "-w", "\n%{http_code}", url}});
}

TEST_CASE("Vouched: metrics count by result and reason, and readiness follows the server") {
    Deployment chat(each_server(),
                    {.more = "[http]\naddress = \"127.0.0.1:0\"\n[audit]\nfile = \"audit.jsonl\"\n"});
    REQUIRE(chat.take("wallyqs").exit_code == 0);
    REQUIRE(chat.want("wallyqs", "requester-1").exit_code == 1);

    const Outcome metrics = http(chat, "/metrics");
    CHECK_THAT(
        metrics.out,
        ContainsSubstring(R"(natscreds_requests_total{endpoint="access",reason="",result="issued"} 1)"));
    CHECK_THAT(metrics.out,
               ContainsSubstring(
                   R"(natscreds_requests_total{endpoint="access",reason="name_taken",result="refused"} 1)"));
    CHECK_THAT(metrics.out, ContainsSubstring("natscreds_stage_seconds_count{stage=\"sign\"} 1"));
    CHECK_THAT(metrics.out, ContainsSubstring("natscreds_build_info{version="));
    CHECK(metrics.out.find("wallyqs") == std::string::npos);
    CHECK_THAT(http(chat, "/healthz").out, ContainsSubstring("200"));
    CHECK_THAT(http(chat, "/readyz").out, ContainsSubstring("200"));

    chat.server.stop();
    chat.service.wait_for_output("disconnected");
    CHECK_THAT(http(chat, "/readyz").out, ContainsSubstring("503"));
    CHECK_THAT(http(chat, "/healthz").out, ContainsSubstring("200"));
}

TEST_CASE("Vouched: nats micro sees the service, and its head is that of the audit") {
    const Deployment chat(each_server(), {.more = "[audit]\nfile = \"audit.jsonl\"\n"});
    REQUIRE(chat.take("wallyqs").exit_code == 0);
    const auto ask = [&](const std::string& subject) {
        return support::run(command("nats-req", {"-s", chat.server.url(), "--creds",
                                                 chat.tree.creds("provisioner"), subject, ""}))
            .out;
    };
    CHECK_THAT(ask("$SRV.PING"), ContainsSubstring(R"("type":"io.nats.micro.v1.ping_response")"));
    CHECK_THAT(ask("$SRV.INFO.provisioner"), ContainsSubstring(R"("subject":"chat.req.renew.*.*")"));
    const std::string stats = ask("$SRV.STATS.provisioner");
    CHECK_THAT(stats, ContainsSubstring(R"("num_requests":1)"));
    const std::string field = R"("audit_head":")";
    const std::string head = stats.substr(stats.find(field) + field.size(), 43);
    CHECK(chat.tell({"audit", "verify", "--head", head}).exit_code == 0);
    CHECK(chat.tell({"audit", "verify", "--head", std::string(43, 'A')}).exit_code == 6);
}

TEST_CASE("Vouched: SIGTERM drains, with every kind of ledger and a scraper at the door, and ends well") {
    const std::string store = GENERATE("memory", "sqlite:names.db", "jetstream:names");
    Deployment chat(newest_server(), {.more = "[audit]\nfile = \"audit.jsonl\"\n[http]\naddress = "
                                              "\"127.0.0.1:0\"\n[ledger]\nstore = \"" +
                                              store + "\"\n"});
    REQUIRE(chat.take("wallyqs").exit_code == 0);
    CHECK_THAT(http(chat, "/metrics").out, ContainsSubstring("200"));
    const Outcome ended = chat.service.stop();
    CHECK(ended.exit_code == 0);
    CHECK_THAT(ended.err, ContainsSubstring("issued name=wallyqs"));
}
}  // namespace
}  // namespace natscreds
