// The service as a process in a vouched deployment, on every server that is present.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/access/client.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/key_value.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/provisioner/service/deployment_check.h>
#include <natscreds/provisioner/service/startup.h>
#include <support/nats_server.h>
#include <support/occurrences.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/trust_tree.h>
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

constexpr const char* jetstream = "jetstream { store_dir: \"js\" }\n";

/// The user of a creds file, who asks for its renewal, as often as wanted.
class Renewals {
  public:
    Renewals(const std::string& url, std::string creds)
        : creds_(std::move(creds)), connection_(connect(url, creds_)) {}

    [[nodiscard]] access::Reply ask() {
        const auto answer = access::request_renewal({.requests = connection_,
                                                     .clock = clock_,
                                                     .random = random_,
                                                     .subjects = {},
                                                     .timeout = support::default_timeout},
                                                    jwt::Credentials::load(creds_).value());
        if (const auto* granted = std::get_if<access::Granted>(&answer.value())) return granted->grant;
        return std::get<access::Refusal>(answer.value());
    }

  private:
    static bus::Connection connect(const std::string& url, const std::string& creds) {
        bus::ConnectionOptions options;
        options.servers = {url};
        options.credentials = jwt::Credentials::load(creds).value();
        return bus::Connection::open(std::move(options)).value();
    }

    std::string creds_;
    bus::Connection connection_;
    base::SystemRandom random_;
    base::SystemClock clock_;
};

/// A tree, a server that trusts it, and a copy of the service.
struct Deployment {
    explicit Deployment(const support::ServerBinary& binary, const VouchedTree::Policy& policy = {})
        : config(tree.write_policy("west", policy)),
          server(binary, {.config = tree.server_config(jetstream)}),
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
    /// Has the server use the accounts as they are now.
    void reload_accounts() {
        std::ofstream(server.config_file()) << tree.server_config(jetstream);
        server.reload();
    }
    /// SIGHUP; returns when the service has said what came of it.
    void reload(const std::string& outcome) {
        const auto said = [&] { return support::count(service.err(), outcome); };
        const std::size_t before = said();
        service.signal(SIGHUP);
        REQUIRE(support::eventually([&] { return said() > before; }));
    }
    /// Asks for a renewal of a creds file, as its user.
    [[nodiscard]] access::Reply renew(const std::string& creds) const {
        return Renewals(server.url(), creds).ask();
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (tree.folder() / name).string(); }

    VouchedTree tree;
    std::filesystem::path config;
    NatsServer server;
    Process service;
};

const std::string unlimited = "limits = { requester = { per_second = 0, burst = 0 } }\n";

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
    Deployment chat(each_server());
    const std::string other = chat.tree.key("requester-1").text();
    CHECK(chat.request({"chat.req.access." + other, "wallyqs"}).exit_code == 5);
    CHECK(chat.request({"chat.req.access." + chat.tree.account().text() + "." + other, "x"}).exit_code == 5);
    CHECK(chat.request({"chat.req.access", "x"}).exit_code == 5);
    const Outcome stranger = chat.want("wallyqs", "stranger");
    CHECK(stranger.exit_code == 1);
    CHECK_THAT(stranger.err, ContainsSubstring("unvouched"));
    CHECK(chat.request({"theft." + other, "x"}, "stranger").exit_code == 3);
    CHECK(chat.service.stop().err.find(other) == std::string::npos);
}

TEST_CASE("Vouched: a denial bites within a second on every copy, and is taken back as fast") {
    const std::string store = GENERATE("sqlite:names.db", "jetstream:names");
    const VouchedTree::Policy policy{.root = unlimited, .more = "[ledger]\nstore = \"" + store + "\"\n"};
    const Deployment chat(newest_server(), policy);
    std::optional<Process> another;
    if (store.starts_with("jetstream")) {
        another.emplace(chat.started(chat.tree.write_policy("east", policy)));
        another->wait_for_output("serving chat.req.access.*.*");
    }
    REQUIRE(chat.take("wallyqs").exit_code == 0);
    Renewals wallyqs(chat.server.url(), chat.file("wallyqs.creds"));
    // So many that each copy is asked, by all likelihood.
    const auto all_say = [&](std::error_code outcome) {
        for (int i = 0; i < 20; ++i) {
            if (refused(wallyqs.ask()) != outcome) return false;
        }
        return true;
    };
    REQUIRE(all_say({}));

    const Outcome denied = chat.tell({"deny", "name", "wallyqs"});
    REQUIRE(denied.exit_code == 0);
    CHECK(denied.err.find("warning") == std::string::npos);
    CHECK(support::eventually([&] { return all_say(access::Reason::denied); }, std::chrono::seconds(1)));
    CHECK(chat.want("wallyqs", "requester-0").exit_code == 1);
    REQUIRE(chat.tell({"allow", "name", "wallyqs"}).exit_code == 0);
    CHECK(support::eventually([&] { return all_say({}); }, std::chrono::seconds(1)));
}

TEST_CASE(
    "Vouched: what nobody can be meant by is not denied, and what the ledger never saw with a warning") {
    const std::string store = GENERATE("sqlite:names.db", "jetstream:names");
    const Deployment chat(newest_server(), {.more = "[ledger]\nstore = \"" + store + "\"\n"});
    REQUIRE(chat.take("wallyqs").exit_code == 0);
    const auto requester = [&](const std::string& name) {
        return jwt::Credentials::load(chat.tree.creds(name)).value().user().content.subject;
    };
    const auto deny = [&](const std::string& kind, const std::string& value) {
        return chat.tell({"deny", kind, value});
    };
    for (const auto& [kind, value] :
         std::vector<std::pair<std::string, std::string>>{{"key", "NOTAKEY"},
                                                          {"key", "wallyqs"},
                                                          {"key", "A" + requester("requester-0").substr(1)},
                                                          {"requester", ""},
                                                          {"name", "Wally QS"},
                                                          {"name", "*"},
                                                          {"name", requester("requester-0")}}) {
        CAPTURE(kind, value);
        const Outcome outcome = deny(kind, value);
        CHECK(outcome.exit_code == 2);
        CHECK_THAT(outcome.err, ContainsSubstring("deny " + kind + ": "));
        CHECK(outcome.err.find("denied:") == std::string::npos);
    }
    const Outcome unknown = deny("requester", "wallyqs");
    CHECK(unknown.exit_code == 1);
    CHECK_THAT(unknown.err, ContainsSubstring("'wallyqs': ") && ContainsSubstring("no requester's name"));
    CHECK(chat.take("derek").exit_code == 0);

    CHECK_THAT(deny("name", "walyqs").err, ContainsSubstring("warning: the ledger knows no name walyqs"));
    CHECK_THAT(deny("requester", requester("requester-1")).err,
               ContainsSubstring("warning: the ledger knows no name of requester U"));
    CHECK(deny("requester", requester("requester-0")).err.find("warning") == std::string::npos);
    CHECK_THAT(chat.tell({"allow", "name", "nobody"}).err,
               ContainsSubstring("warning: name nobody was not denied"));
    CHECK_THAT(chat.tell({"allow", "name", "walyqs"}).err, ContainsSubstring("allowed: name walyqs"));
}

TEST_CASE("Vouched: SIGHUP brings another policy, and a broken one changes nothing") {
    Deployment chat(newest_server());
    REQUIRE(chat.take("wallyqs").exit_code == 0);

    (void)chat.tree.write_policy("west", {.root = "nonsense = 1"});
    chat.reload("not reloaded, all is as before");
    CHECK(chat.take("derek").exit_code == 0);

    (void)chat.tree.write_policy("west", {.more = "[names]\nreserved = [\"waldemar\"]\n"});
    chat.reload("] reloaded");
    CHECK_THAT(chat.take("waldemar").err, ContainsSubstring("reserved"));

    (void)chat.tree.write_policy("west", {.root = "workers = 9"});
    chat.reload("to change workers, restart the service");
}

TEST_CASE(
    "Vouched: a signing key is rotated with overlap, and what the old one signed is renewed by the new") {
    Deployment chat(each_server());
    REQUIRE(chat.take("wallyqs").exit_code == 0);
    const auto signer = [](const std::string& token) {
        return jwt::decode<jwt::UserClaims>(token)->issuer.text();
    };
    const auto renewed = [&](const std::string& name) {
        return std::get<access::Grant>(chat.renew(chat.file(name + ".creds")));
    };
    const access::Grant first = renewed("wallyqs");
    const std::string old_key = signer(first.jwt);
    CHECK(first.issuers == std::vector{old_key});

    // The new seed before the account lists it: nothing changes.
    const std::filesystem::path old_account = chat.file("KUBECON.jwt");
    const std::string unlisting = support::read_text(old_account);
    chat.tree.add_signing_key("next.nk");
    const std::string listing = support::read_text(old_account);
    std::filesystem::rename(chat.file("next.nk"), chat.file("chat.nk"));
    std::ofstream(old_account) << unlisting;
    chat.reload("not one of the account's signing keys");
    CHECK(signer(renewed("wallyqs").jwt) == old_key);

    std::ofstream(old_account) << listing;
    chat.reload_accounts();
    chat.reload("] reloaded");
    const access::Grant second = renewed("wallyqs");
    const std::string new_key = signer(second.jwt);
    CHECK(new_key != old_key);
    CHECK(std::set(second.issuers.begin(), second.issuers.end()) == std::set{old_key, new_key});
    REQUIRE(chat.take("derek").exit_code == 0);

    chat.tree.remove_oldest_signing_key();
    chat.reload_accounts();
    chat.reload("] reloaded");
    CHECK(renewed("derek").issuers == std::vector{new_key});
    CHECK(chat.take("waldemar").exit_code == 0);
    CHECK(support::run(command("nats-pub", {"-s", chat.server.url(), "--creds", chat.file("wallyqs.creds"),
                                            "chat.KUBECON.online", "hello"}))
              .exit_code == 5);
}

TEST_CASE("Vouched: own credentials that no server takes, or that cannot be read, are not gone over to") {
    Deployment chat(newest_server());
    const std::filesystem::path own = chat.tree.creds("provisioner");
    const std::string good = support::read_text(own);
    std::ofstream(own) << "nothing";
    chat.reload("not reloaded, all is as before");

    // Of an account that the server does not know.
    const support::TrustTree elsewhere;
    std::ofstream(own) << support::read_text(elsewhere.service_creds());
    chat.reload("not reloaded, all is as before");
    CHECK(chat.take("wallyqs").exit_code == 0);
    std::ofstream(own) << good;
    chat.reload("] reloaded");
    CHECK(chat.take("derek").exit_code == 0);
}

namespace {

/// The tests' client account, whose leaf node passes on everybody's requests.
const std::string open_defaults =
    "nats-provisioner: warning: account KUBECON, users without permissions of their own may publish >: "
    "somebody could ask in another's name\n";

}  // namespace

TEST_CASE("Vouched: what --check asks for is all that the service's user needs, with a shared ledger") {
    const VouchedTree::Policy policy{
        .more = "[names]\ngrace = \"1s\"\n[ledger]\nstore = \"jetstream:names\"\n", .ttl = "1s"};
    Deployment chat(each_server());
    (void)chat.service.stop();
    const auto config = provisioner::load_configuration(chat.tree.write_policy("west", policy)).value();
    jwt::Permissions least;
    for (const auto& requirement : provisioner::requirements(config, "_INBOX")) {
        const bool publish = requirement.doing == provisioner::Requirement::Doing::publish;
        (publish ? least.pub : least.sub).allow.push_back(requirement.subject);
    }
    chat.tree.replace_service_user(least);
    const Outcome checked = chat.tell({"--check"});
    CHECK(checked.exit_code == 0);
    CHECK(checked.err == open_defaults +
                             "nats-provisioner: warning: without [system] the servers' JWTs of the accounts "
                             "are not looked at\n");

    Process service(chat.started(chat.config));
    service.wait_for_output("serving chat.req.access.*.*");
    REQUIRE(chat.take("wallyqs").exit_code == 0);
    CHECK(chat.tell({"deny", "name", "waldemar"}).exit_code == 0);
    CHECK_THAT(chat.take("waldemar").err, ContainsSubstring("denied"));
    // The name is over two seconds later, and leaves the bucket.
    bus::ConnectionOptions options;
    options.servers = {chat.server.url()};
    options.credentials = jwt::Credentials::load(chat.tree.creds("provisioner")).value();
    auto connection = bus::Connection::open(std::move(options)).value();
    const auto bucket = bus::open_bucket(connection, "names").value();
    CHECK(support::eventually([&] { return !bucket->get("name.wallyqs").value(); }));
    CHECK(bucket->get("deny.name.waldemar").value());
    CHECK(service.stop().err.find("not allow") == std::string::npos);
    CHECK(chat.server.log().find("iolation") == std::string::npos);
}

TEST_CASE("Vouched: --check tells of a user who may not listen, and of others who could ask for anybody") {
    const VouchedTree tree;
    const auto check = [&](const std::string& root) {
        return support::run(command(
            "nats-provisioner", {"--config", tree.write_policy("west", {.root = root}).string(), "--check"}));
    };
    CHECK(check("").err == open_defaults);
    const Outcome seen = check("service_account = \"PROVISION.jwt\"");
    CHECK(seen.exit_code == 0);
    CHECK_THAT(seen.err, ContainsSubstring("warning: account PROVISION, users without permissions"));
    CHECK(check("service_account = \"STRANGER.jwt\"").exit_code == 1);
    const Outcome other =
        support::run(command("nats-provisioner", {"--config", tree.write_policy("west", {}).string(),
                                                  "--check", "--creds", tree.creds("requester-0")}));
    CHECK(other.exit_code == 5);
    CHECK_THAT(other.err, ContainsSubstring("chat.req.access.*.*"));
}

/// GET of a path of the service's HTTP address, by the tool that is everywhere.
Outcome http(const Deployment& chat, const std::string& path) {
    const std::string log = chat.service.err();
    const std::string before = "metrics and health on ";
    const std::size_t at = log.find(before) + before.size();
    const std::string url = log.substr(at, log.find('\n', at) - at) + path;
    // Nothing here may wait for a NATS server: a second is long.
    return support::run({.argv = {"curl", "-sS", "--max-time", "1", "-o", "-", "-w", "\n%{http_code}", url}});
}

TEST_CASE("Vouched: metrics count by result and reason, and readiness follows the server") {
    Deployment chat(each_server(),
                    {.more = "[http]\naddress = \"127.0.0.1:0\"\n[audit]\nfile = \"audit.jsonl\"\n"});
    REQUIRE(chat.take("wallyqs").exit_code == 0);
    REQUIRE(chat.want("wallyqs", "requester-1").exit_code == 1);

    // A request is counted just after its reply went out.
    std::string metrics;
    const auto tell = [&](std::string_view line) {
        metrics = http(chat, "/metrics").out;
        return metrics.find(line) != std::string::npos;
    };
    CHECK(support::eventually([&] {
        return tell(R"(natscreds_requests_total{endpoint="access",reason="",result="issued"} 1)") &&
               tell(R"(natscreds_requests_total{endpoint="access",reason="name_taken",result="refused"} 1)");
    }));
    CHECK_THAT(metrics, ContainsSubstring("natscreds_stage_seconds_count{stage=\"sign\"} 1"));
    CHECK_THAT(metrics, ContainsSubstring("natscreds_build_info{version="));
    CHECK(metrics.find("wallyqs") == std::string::npos);
    CHECK_THAT(http(chat, "/healthz").out, ContainsSubstring("200"));
    CHECK_THAT(http(chat, "/readyz").out, ContainsSubstring("200"));

    chat.server.stop();
    chat.service.wait_for_output("disconnected");
    CHECK_THAT(http(chat, "/readyz").out, ContainsSubstring("503"));
    CHECK_THAT(http(chat, "/healthz").out, ContainsSubstring("200"));
    CHECK_THAT(http(chat, "/metrics").out, ContainsSubstring("natscreds_connected 0"));
}

TEST_CASE("Vouched: beside a frozen server, health and metrics are answered at once, and readiness ends") {
    const Deployment chat(each_server(), {.more = "[http]\naddress = \"127.0.0.1:0\"\n"});
    CHECK(support::eventually([&] { return http(chat, "/readyz").out.ends_with("200"); }));
    support::freeze(chat.server.pid());

    bool ready = true;
    CHECK(support::eventually([&] {
        const Outcome readiness = http(chat, "/readyz");
        CHECK(readiness.exit_code == 0);
        ready = readiness.out.ends_with("200");
        CHECK(http(chat, "/healthz").out.ends_with("200"));
        CHECK(http(chat, "/metrics").out.ends_with("200"));
        return !ready;
    }));
    support::thaw(chat.server.pid());
    CHECK(support::eventually([&] { return http(chat, "/readyz").out.ends_with("200"); }));
}

TEST_CASE("Vouched: a second copy on the same HTTP port does not start, and says why") {
    Deployment chat(newest_server(), {.more = "[http]\naddress = \"127.0.0.1:0\"\n"});
    chat.service.wait_for_output("health on http://");
    const std::string log = chat.service.err();
    const std::string before = "health on http://";
    const std::size_t at = log.find(before) + before.size();
    const std::string address = log.substr(at, log.find('\n', at) - at);
    const Outcome second = chat.tell({"--http", address});
    CHECK(second.exit_code == 1);
    CHECK_THAT(second.err, ContainsSubstring("listening on " + address + ": Address already in use"));
    CHECK_THAT(second.err, !ContainsSubstring("serving "));
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
