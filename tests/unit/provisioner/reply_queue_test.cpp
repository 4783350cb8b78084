#include <atomic>
#include <csignal>
#include <fstream>
#include <latch>
#include <mutex>
#include <thread>

#include <sys/resource.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/requests/reply_queue.h>
#include <support/eventually.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/idle_ledger.h>
#include <support/process.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;

namespace {

/// A ledger whose flush() is the test's business.
class FlushingLedger final : public support::IdleLedger {
  public:
    base::Status flush(Ticket ticket) override {
        if (std::latch* const disk = hangs_at) disk->wait();
        if (ticket != lost) return {};
        return base::Error{Reason::ledger_unavailable, "lost"};
    }

    std::atomic<Ticket> lost = 0;
    std::atomic<std::latch*> hangs_at = nullptr;
};

Answer issued(const std::string& name, Ticket ticket = 0) {
    Answer answer;
    answer.body = "{}";
    answer.identified = true;
    answer.ticket = ticket;
    answer.record.event = "issued";
    answer.record.name = name;
    return answer;
}

Answer refused_nobody(base::Time now) {
    return refuse({}, {Reason::malformed, "no"}, now);
}

struct Bench {
    explicit Bench(AuditLog* audit = nullptr)
        : delivery(
              {.ledger = ledger,
               .audit = audit,
               .clock = clock,
               .intervals = intervals,
               .send = [this](const std::string& reply, const Answer& answer) { return send(reply, answer); },
               .observe = [](const Served&) {},
               .failed = [this](const base::Error&) { ++failures; }}) {}

    base::Status send(const std::string& reply, const Answer& answer) {
        const std::lock_guard lock(mutex);
        sent.emplace_back(reply, answer.outcome);
        return {};
    }

    FlushingLedger ledger;
    support::FakeClock clock;
    support::FakeIntervals intervals;
    std::mutex mutex;
    std::vector<std::pair<std::string, std::error_code>> sent;
    std::atomic<int> failures = 0;
    ReplyQueue delivery;
};

void limit_files(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

using Sent = std::vector<std::pair<std::string, std::error_code>>;

std::string text_of(const std::filesystem::path& file) {
    return support::read_text(file);
}

}  // namespace

TEST_CASE("ReplyQueue: with nothing to flush, an answer is sent before deliver() returns") {
    Bench bench;
    bench.delivery.deliver({.reply = "_INBOX.a", .answer = issued("wallyqs")});
    CHECK(bench.sent == Sent{{"_INBOX.a", {}}});
}

TEST_CASE("ReplyQueue: each answer is sent once, in order, when drain() returns") {
    Bench bench;
    for (int i = 1; i <= 100; ++i)
        bench.delivery.deliver({.reply = std::to_string(i), .answer = issued("x", 1)});
    REQUIRE(bench.delivery.drain(support::default_timeout));
    REQUIRE(bench.sent.size() == 100);
    for (int i = 1; i <= 100; ++i)
        CHECK(bench.sent[static_cast<std::size_t>(i) - 1].first == std::to_string(i));
    CHECK(bench.delivery.waiting() == 0);
}

TEST_CASE(
    "ReplyQueue: a drain is in time while the disk hangs, says how many answers wait, and sends none of "
    "them") {
    std::latch disk{1};
    Bench bench;
    bench.ledger.hangs_at = &disk;
    bench.delivery.deliver({.reply = "a", .answer = issued("one", 1)});
    REQUIRE(support::eventually([&] { return bench.delivery.waiting() == 0; }));
    bench.delivery.deliver({.reply = "b", .answer = issued("two", 2)});

    const base::Status drained = bench.delivery.drain(std::chrono::milliseconds(20));

    CHECK(drained.error().code == std::errc::timed_out);
    CHECK(drained.error().detail.starts_with("2 answers"));
    {
        const std::lock_guard lock(bench.mutex);
        CHECK(bench.sent.empty());
    }
    disk.count_down();
    CHECK(bench.delivery.drain(support::default_timeout));
    CHECK(bench.sent == Sent{{"a", {}}, {"b", {}}});
}

TEST_CASE("ReplyQueue: what the ledger loses goes out as a refusal, and the others as they are") {
    Bench bench;
    bench.ledger.lost = 7;
    bench.delivery.deliver({.reply = "a", .answer = issued("one", 6)});
    bench.delivery.deliver({.reply = "b", .answer = issued("two", 7)});
    REQUIRE(bench.delivery.drain(support::default_timeout));
    CHECK(bench.sent == Sent{{"a", {}}, {"b", Reason::ledger_unavailable}});
    CHECK(bench.failures == 1);
}

TEST_CASE("ReplyQueue: an answer goes out when its audit line is in the file") {
    const support::TempDir folder;
    auto audit = AuditLog::open(folder / "audit.jsonl").value();
    {
        Bench bench(&audit);
        bench.delivery.deliver({.reply = "a", .answer = issued("wallyqs")});
        REQUIRE(bench.delivery.drain(support::default_timeout));
        CHECK(text_of(folder / "audit.jsonl").find("wallyqs") != std::string::npos);
        CHECK(bench.delivery.audit_head() == audit.head());
    }
    CHECK(verify_audit(folder / "audit.jsonl", audit.head())->lines == 1);
}

TEST_CASE("ReplyQueue: lines that answer nobody go into the same chain, also while answers go out") {
    const support::TempDir folder;
    auto audit = AuditLog::open(folder / "audit.jsonl").value();
    {
        Bench bench(&audit);
        const std::jthread answers([&] {
            for (int i = 0; i < 50; ++i)
                bench.delivery.deliver({.reply = "a", .answer = issued("wallyqs")});
        });
        for (int i = 0; i < 50; ++i) {
            AuditRecord record;
            record.event = "operation";
            record.by = "ann@host";
            CHECK(bench.delivery.write_down({record}));
        }
    }
    CHECK(verify_audit(folder / "audit.jsonl", audit.head())->lines == 100);
    CHECK(text_of(folder / "audit.jsonl").find(R"("by":"ann@host")") != std::string::npos);
    Bench unaudited;
    CHECK(unaudited.delivery.write_down({AuditRecord()}));
}

TEST_CASE("ReplyQueue: refusals that nobody stands behind share one line, whatever their number") {
    const support::TempDir folder;
    auto audit = AuditLog::open(folder / "audit.jsonl").value();
    {
        Bench bench(&audit);
        for (int i = 0; i < 500; ++i)
            bench.delivery.deliver({.reply = "a", .answer = refused_nobody(bench.clock.now())});
        REQUIRE(bench.delivery.drain(support::default_timeout));
        CHECK(bench.sent.size() == 500);
    }
    const auto summary = verify_audit(folder / "audit.jsonl", std::nullopt);
    CHECK(summary->lines <= 2);
    CHECK(text_of(folder / "audit.jsonl").find(R"("refusals":{"malformed":)") != std::string::npos);
}

TEST_CASE(
    "ReplyQueue: refusals that nobody stands behind are written down a second later, wherever the clock was "
    "set") {
    const support::TempDir folder;
    auto audit = AuditLog::open(folder / "audit.jsonl").value();
    Bench bench(&audit);
    const auto written = [&] { return text_of(folder / "audit.jsonl"); };
    bench.delivery.deliver({.reply = "a", .answer = refused_nobody(bench.clock.now())});
    REQUIRE(support::eventually([&] { return written().find("malformed") != std::string::npos; }));
    bench.clock.advance(std::chrono::hours(GENERATE(-1, 1)));
    bench.intervals.advance(std::chrono::seconds(1));
    bench.delivery.deliver(
        {.reply = "b", .answer = refuse({}, {Reason::too_large, "no"}, bench.clock.now())});
    CHECK(support::eventually([&] { return written().find("too_large") != std::string::npos; }));
}

// A limit on the size of files stands in for a full disk.
TEST_CASE("ReplyQueue: where the audit cannot be written nothing that was issued goes out, until it can") {
    const support::TempDir folder;
    const auto outcome = support::run_in_child([&] {
        AuditLog audit = AuditLog::open(folder / "audit.jsonl").value();
        Bench bench(&audit);
        limit_files(10);
        bench.delivery.deliver({.reply = "a", .answer = issued("wallyqs")});
        if (!bench.delivery.drain(support::default_timeout)) return 4;
        if (bench.delivery.audit_state() || bench.failures == 0) return 1;
        limit_files(RLIM_INFINITY);
        bench.delivery.deliver({.reply = "b", .answer = issued("wallyqs")});
        if (!bench.delivery.drain(support::default_timeout)) return 3;
        return bench.sent == Sent{{"a", Reason::audit_unavailable}, {"b", {}}} ? 0 : 2;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("ReplyQueue: an audit that failed is tried again although nobody asks for anything") {
    const support::TempDir folder;
    const auto outcome = support::run_in_child([&] {
        AuditLog audit = AuditLog::open(folder / "audit.jsonl").value();
        Bench bench(&audit);
        limit_files(10);
        bench.delivery.deliver({.reply = "a", .answer = issued("wallyqs")});
        if (!support::eventually([&] { return !bench.delivery.audit_state(); })) return 1;
        limit_files(RLIM_INFINITY);
        return support::eventually([&] { return bench.delivery.audit_state().has_value(); }) ? 0 : 2;
    });
    CHECK(outcome.exit_code == 0);
    CHECK(text_of(folder / "audit.jsonl").find("\"event\":\"recovered\"") != std::string::npos);
}

TEST_CASE(
    "ReplyQueue: refusals of the unidentified are counted although the audit could not be written for a "
    "while") {
    const support::TempDir folder;
    const auto outcome = support::run_in_child([&] {
        AuditLog audit = AuditLog::open(folder / "audit.jsonl").value();
        limit_files(10);
        Bench bench(&audit);
        for (int i = 0; i < 3; ++i)
            bench.delivery.deliver({.reply = "a", .answer = refused_nobody(bench.clock.now())});
        if (!support::eventually([&] { return !bench.delivery.audit_state(); })) return 1;
        limit_files(RLIM_INFINITY);
        return support::eventually([&] { return bench.delivery.audit_state().has_value(); }) ? 0 : 2;
    });
    CHECK(outcome.exit_code == 0);
    std::ifstream stream(folder / "audit.jsonl");
    std::size_t counted = 0;
    for (std::string line; std::getline(stream, line);) {
        const std::size_t at = line.find("\"malformed\":");
        if (at != std::string::npos) counted += std::stoul(line.substr(at + 12));
    }
    CHECK(counted == 3);
}
