// What must never happen, however requests, copies, disks and processes behave.
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <thread>

#include <sys/mount.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/access/subjects.h>
#include <natscreds/bus/key_value.h>
#include <natscreds/provisioner/audit/audit_log.h>
#include <support/deployment.h>
#include <support/programs.h>

namespace natscreds {
namespace {

using namespace std::chrono_literals;
using support::audited;
using support::Deployment;
using support::IssueCheck;
using support::names;
using support::Process;
using support::unlimited;
using Findings = std::vector<std::string>;

/// Whose each name is, as the bucket has it.
std::map<std::string, std::string> bucket_of(const Deployment& chat) {
    bus::Connection connection = chat.connect("provisioner");
    const auto bucket = bus::open_bucket(connection, "names").value();
    std::map<std::string, std::string> owners;
    const std::vector<std::string> keys = bucket->keys().value();
    for (const std::string& key : keys) {
        const std::string value = bucket->get(key).value()->value;
        const std::size_t at = value.find("\"key\":\"") + 7;
        owners[key.substr(key.find('.') + 1)] = value.substr(at, 56);
    }
    return owners;
}

const std::string shared_ledger = "[ledger]\nstore = \"jetstream:names\"\n";

TEST_CASE("Proof: two hundred requesters race for a name on two copies, and it has one owner") {
    Deployment chat(GENERATE(from_range(support::nats_servers())), 200);
    chat.start_copy("west", {.more = shared_ledger + audited("west")});
    chat.start_copy("east", {.more = shared_ledger + audited("east")});
    IssueCheck check;
    chat.request_all({"wallyqs"}, check);
    CHECK(check.granted() == 1);
    CHECK(check.refused("name_taken") == 199);
    const auto& folder = chat.tree.folder();
    CHECK(check.findings({folder / "west.jsonl", folder / "east.jsonl"}, bucket_of(chat)) == Findings{});
}

/// Stops a process for as long as this lives, once somebody has written to the bucket of names.
class StopAtClaim {
  public:
    StopAtClaim(const Deployment& chat, Process& process)
        : process_(process),
          connection_(chat.connect("provisioner")),
          bucket_(bus::open_bucket(connection_, "names").value()),
          watch_(bucket_
                     ->watch({.changed = [this](const bus::KeyChange&) { claimed(); },
                              .current = [this] { armed_ = true; },
                              .cut_off = {}})
                     .value()) {
        REQUIRE(support::eventually([this] { return armed_.load(); }));
    }
    ~StopAtClaim() {
        watch_.reset();
        process_.signal(SIGCONT);
    }
    StopAtClaim(const StopAtClaim&) = delete;
    StopAtClaim& operator=(const StopAtClaim&) = delete;

    [[nodiscard]] bool stopped() const {
        const std::string status = support::read_text("/proc/" + std::to_string(process_.pid()) + "/status");
        return status.find("State:\tT") != std::string::npos;
    }

  private:
    void claimed() {
        if (armed_.exchange(false)) kill(process_.pid(), SIGSTOP);
    }

    Process& process_;
    bus::Connection connection_;
    std::unique_ptr<bus::KeyValue> bucket_;
    std::atomic<bool> armed_ = false;
    std::unique_ptr<bus::KeyWatch> watch_;
};

TEST_CASE("Proof: a name that was claimed by a copy which stops before it replies has one owner") {
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    const support::VouchedTree::Policy policy{.more = unlimited + shared_ledger};
    Process& east = chat.start_copy("east", {.more = policy.more + audited("east")});
    const std::filesystem::path audit = chat.tree.folder() / "east.jsonl";
    IssueCheck check;
    bool caught = false;
    for (int attempt = 0; attempt < 50 && !caught; ++attempt) {
        const std::string name = "b" + std::to_string(attempt);
        std::jthread asking;
        const StopAtClaim stop(chat, east);
        asking = std::jthread([&] { chat.request_all({name}, check); });
        REQUIRE(support::eventually([&] { return stop.stopped(); }));
        // Nothing is replied that is not in the audit: this claim is still without its reply.
        caught = support::read_text(audit).find("\"name\":\"" + name + "\"") == std::string::npos;
        if (!caught) continue;
        chat.start_copy("west", {.more = policy.more + audited("west")});
        IssueCheck others;
        chat.request_all({name}, others, 300ms);
        // Whose claim it was may replace the key that it waits with.
        CHECK(others.granted() <= 1);
        CHECK(others.refused("name_taken") > 0);
    }
    CHECK(caught);
    CHECK(check.findings({audit, chat.tree.folder() / "west.jsonl"}, bucket_of(chat)) == Findings{});
}

TEST_CASE("Proof: the service goes over to other credentials of its own under load, and no request is lost") {
    constexpr int asked = 60;
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    Process& service = chat.start_copy("west", {.more = unlimited + audited("west")});
    const std::string before = chat.tree.key("provisioner").text();
    IssueCheck check;
    {
        std::jthread asking([&] { chat.request_all(names("r", asked), check); });
        REQUIRE(support::eventually([&] { return check.granted() > 3; }));
        chat.tree.replace_service_user();
        service.signal(SIGHUP);
        service.wait_for_output("] reloaded");
        CHECK(check.granted() < asked);
    }
    CHECK(check.granted() == asked);
    CHECK(check.refused("name_taken") == std::size_t(asked * (chat.requesters - 1)));
    CHECK(check.findings({chat.tree.folder() / "west.jsonl"}, {}) == Findings{});
    CHECK(chat.connected().contains(chat.tree.key("provisioner").text()));
    CHECK_FALSE(chat.connected().contains(before));
}

TEST_CASE("Proof: a killed service has issued nothing that its audit does not tell of, and remembers names") {
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    const support::VouchedTree::Policy policy{.more = unlimited + "[ledger]\nstore = \"sqlite:names.db\"\n" +
                                                      audited("west")};
    IssueCheck check;
    Process& first = chat.start_copy("west", policy);
    {
        std::jthread asking([&] { chat.request_all(names("k", 60), check, 500ms); });
        REQUIRE(support::eventually([&] { return check.granted() > 20; }));
        first.signal(SIGKILL);
        (void)first.wait();
        chat.start_copy("west", policy);
    }
    chat.request_all(names("k", 60), check);
    CHECK(check.granted() > 40);
    CHECK(check.findings({chat.tree.folder() / "west.jsonl"}, {}) == Findings{});
}

/// A file system of 64 KiB of its own, where we may mount one.
class SmallDisk {
  public:
    SmallDisk() : mounted_(mount("tmpfs", path().c_str(), "tmpfs", 0, "size=64k") == 0) {}
    ~SmallDisk() {
        if (mounted_) umount(path().c_str());
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] std::string path() const { return folder_.path().string(); }
    [[nodiscard]] bool mounted() const { return mounted_; }

  private:
    support::TempDir folder_;
    bool mounted_;
};

TEST_CASE("Proof: on a full disk nothing is issued, and with room again it goes on by itself") {
    const SmallDisk disk;
    if (!disk.mounted()) SKIP("only root may mount a small disk");
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    chat.start_copy("west", {.more = unlimited + "[audit]\nfile = \"" + disk.path() + "/audit.jsonl\"\n"});
    IssueCheck check;
    chat.request_all({"before"}, check);
    REQUIRE(check.granted() == 1);

    const std::string ballast = disk.path() + "/ballast";
    const auto filled = support::run({.argv = {"dd", "if=/dev/zero", "of=" + ballast, "bs=4k", "count=15"}});
    CHECK(filled.exit_code == 0);
    IssueCheck full;
    chat.request_all(names("full", 40), full);
    CHECK(full.refused("audit_unavailable") > 0);

    IssueCheck none;
    chat.request_all({"none"}, none);
    CHECK(none.granted() == 0);
    CHECK(none.refused("audit_unavailable") == 10);

    std::filesystem::remove(ballast);
    IssueCheck after;
    chat.request_all({"after"}, after);
    CHECK(after.granted() == 1);
    const std::vector<std::filesystem::path> audit{disk.path() + "/audit.jsonl"};
    for (const IssueCheck* const part : {&check, &full, &after})
        CHECK(part->findings(audit, {}) == Findings{});
}

TEST_CASE("Proof: a full disk is known before anything is to be written on it") {
    const SmallDisk disk;
    if (!disk.mounted()) SKIP("only root may mount a small disk");
    const auto audit = provisioner::AuditLog::open(disk.path() + "/audit.jsonl");
    const std::string ballast = disk.path() + "/ballast";
    CHECK(support::run({.argv = {"dd", "if=/dev/zero", "of=" + ballast, "bs=4k", "count=16"}}).exit_code ==
          0);
    CHECK(audit->check().error().code == std::errc::no_space_on_device);
    std::filesystem::remove(ballast);
    CHECK(audit->check());
}

TEST_CASE("Proof: a header that claims to be the server's stamp gains nothing") {
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    chat.start_copy("west", {.more = audited("west")});
    bus::Connection connection = chat.connect("requester-0");
    const std::string stamp = R"({"acc":")" + chat.tree.stranger().text() + R"(","user":")" +
                              chat.tree.key("requester-1").text() + R"("})";
    bus::Message request;
    request.subject = chat.subject_of("requester-0");
    request.body = chat.request_for("wallyqs");
    request.headers = {{"Nats-Request-Info", stamp}, {"Nats-Request-Info", stamp}};
    const auto reply = connection.request(request, 5s);
    REQUIRE(reply);
    const std::string audit = support::read_text(chat.tree.folder() / "west.jsonl");
    CHECK(audit.find("\"requester\":\"" + chat.tree.key("requester-0").text()) != std::string::npos);
    CHECK(audit.find(chat.tree.key("requester-1").text()) == std::string::npos);
    CHECK(audit.find(chat.tree.stranger().text()) == std::string::npos);
}

TEST_CASE("Proof: more than can be answered is told to be busy at once, and nobody is left waiting") {
    constexpr int requests = 8000;
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    Process& service = chat.start_copy("west", {.more = unlimited});
    IssueCheck check;
    bus::Connection connection = chat.connect("requester-0");
    const std::string inbox = connection.new_inbox();
    std::set<int> answered;
    std::atomic<std::size_t> come = 0;
    const auto listening = connection.listen(
        {.subject = inbox + ".*", .queue = "", .workers = 1},
        [&](const bus::Message& reply) {
            const int number = std::stoi(reply.subject.substr(inbox.size() + 1));
            check.reply(number, reply.body);
            answered.insert(number);
            come = answered.size();
        },
        5s);
    REQUIRE(listening);

    // All of them lie before it when it goes on.
    support::freeze(service.pid());
    bus::Message request;
    request.subject = chat.subject_of("requester-0");
    request.body = chat.request_for("wallyqs");
    for (int i = 0; i < requests; ++i) {
        request.reply = inbox + "." + std::to_string(i);
        REQUIRE(connection.publish(request));
    }
    REQUIRE(connection.flush(5s));
    support::thaw(service.pid());

    REQUIRE(support::eventually([&] { return come == requests; }));
    CHECK(check.refused("busy") > 0);
    CHECK(check.granted() > 0);
    CHECK(check.granted() + check.refused("busy") == requests);
}

TEST_CASE("Proof: as JSON the log is an object a line, one line a decision, and holds no seed") {
    Deployment chat(support::nats_servers().back());
    Process& service = chat.start_copy("west", {.more = unlimited + "[log]\nformat = \"json\"\n"});
    IssueCheck check;
    chat.request_all({"one", "two"}, check);
    std::istringstream lines(service.stop().err);
    std::map<std::string, std::size_t> messages;
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        const auto json = nlohmann::json::parse(line, nullptr, false);
        REQUIRE(json.is_object());
        REQUIRE(json.contains("time"));
        ++messages[json.at("message").get<std::string>()];
        CHECK_FALSE(std::regex_search(line, std::regex("S[AU][A-Z2-7]{56}")));
    }
    CHECK(messages["issued"] == 2);
    CHECK(messages["refused"] == 18);
    CHECK(messages["draining"] == 1);
}

TEST_CASE("Proof: nothing is published to a reply subject outside the inboxes") {
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    chat.start_copy("west");
    bus::Connection inside = chat.connect("provisioner");
    std::atomic<int> heard = 0;
    const auto listening = inside.listen(
        {.subject = "victim.>", .queue = "", .workers = 1}, [&](const bus::Message&) { ++heard; }, 5s);
    REQUIRE(listening);
    // Inside PROVISION, where a reply subject arrives as it was sent.
    const access::Requester who{.account = chat.tree.account(), .user = chat.tree.key("requester-0")};
    bus::Message request;
    request.subject = access::Subjects().mapped(access::Endpoint::access, who);
    request.reply = "victim.subject";
    request.body = chat.request_for("wallyqs");
    REQUIRE(inside.publish(request));
    request.body = chat.request_for("derek");
    REQUIRE(inside.request(request, 5s));
    REQUIRE(inside.flush(5s));
    CHECK(heard == 0);
    IssueCheck check;
    chat.request_all({"wallyqs"}, check);
    CHECK(check.granted() == 1);
}

}  // namespace
}  // namespace natscreds
