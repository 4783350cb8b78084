// What must never happen, however requests, copies, disks and processes behave.
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include <sys/mount.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/access/subjects.h>
#include <natscreds/bus/key_value.h>
#include <support/deployment.h>
#include <support/programs.h>

namespace natscreds {
namespace {

using namespace std::chrono_literals;
using support::Deployment;
using support::IssueCheck;
using support::Process;
using Findings = std::vector<std::string>;

const std::string unlimited = "[limits]\nrequester = { per_second = 100000, burst = 100000 }\n";

std::string audited(const std::string& copy) {
    return "[audit]\nfile = \"" + copy + ".jsonl\"\n";
}

std::vector<std::string> names(const std::string& prefix, int count) {
    std::vector<std::string> made;
    for (int i = 0; i < count; ++i)
        made.push_back(prefix + std::to_string(i));
    return made;
}

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

TEST_CASE("Proof: two hundred keys race for a name on two copies, one of which stops, and it has one owner") {
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    const std::string shared = unlimited + "[ledger]\nstore = \"jetstream:names\"\n";
    chat.start_copy("west", {.more = shared + audited("west")});
    Process& east = chat.start_copy("east", {.more = shared + audited("east")});
    IssueCheck check;

    chat.race_for("a", 20, check);
    CHECK(check.granted() == 1);
    CHECK(check.refused("name_taken") == 199);

    // One copy stops in the middle; its requests are lost to their clients, and then it goes on.
    {
        std::jthread asking([&] { chat.request_all(names("b", 10), check, 100ms); });
        REQUIRE(support::eventually([&] { return check.granted() > 3; }));
        east.signal(SIGSTOP);
    }
    east.signal(SIGCONT);
    chat.request_all(names("b", 10), check);

    const auto folder = chat.tree.folder().path();
    CHECK(check.findings({folder / "west.jsonl", folder / "east.jsonl"}, bucket_of(chat)) == Findings{});
}

TEST_CASE("Proof: a killed service has issued nothing that its audit does not tell of, and remembers names") {
    Deployment chat(support::nats_servers().back());
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
    if (!disk.mounted()) {
        REQUIRE(geteuid() != 0);
        SUCCEED("only root may mount a small disk; AuditLog's own test stands for this one");
        return;
    }
    Deployment chat(support::nats_servers().back());
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
    service.signal(SIGSTOP);
    bus::Message request;
    request.subject = chat.subject_of("requester-0");
    request.body = chat.request_for("wallyqs");
    for (int i = 0; i < requests; ++i) {
        request.reply = inbox + "." + std::to_string(i);
        REQUIRE(connection.publish(request));
    }
    REQUIRE(connection.flush(5s));
    service.signal(SIGCONT);

    REQUIRE(support::eventually([&] { return come == requests; }));
    CHECK(check.refused("busy") > 0);
    CHECK(check.granted() > 0);
    CHECK(check.granted() + check.refused("busy") == requests);
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
