#include <atomic>
#include <csignal>
#include <mutex>

#include <sys/resource.h>
#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/service/delivery.h>
#include <natscreds/provisioner/service/memory_ledger.h>
#include <support/fakes.h>
#include <support/process.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;

namespace {

/// A ledger whose flush() is the test's business.
class FlushingLedger final : public Ledger {
  public:
    base::Result<std::optional<NameEntry>> find(const std::string&) override {
        return std::optional<NameEntry>();
    }
    base::Result<std::optional<Ticket>> write(const Change&, base::Time) override {
        return std::optional<Ticket>();
    }
    base::Result<bool> has_room(const nkeys::PublicKey&, std::size_t, base::Time) override { return true; }
    base::Result<bool> denied(const Denial&, base::Time) override { return false; }
    base::Status deny(const Denial&) override { return {}; }
    base::Status allow(const Denial&) override { return {}; }
    base::Status flush(Ticket ticket) override {
        if (ticket != lost) return {};
        return base::Error{Reason::ledger_unavailable, "lost"};
    }

    std::atomic<Ticket> lost = 0;
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
    std::mutex mutex;
    std::vector<std::pair<std::string, std::error_code>> sent;
    std::atomic<int> failures = 0;
    Delivery delivery;
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

TEST_CASE("Delivery: with nothing to flush, an answer is sent before deliver() returns") {
    Bench bench;
    bench.delivery.deliver({.reply = "_INBOX.a", .answer = issued("wallyqs")});
    CHECK(bench.sent == Sent{{"_INBOX.a", {}}});
}

TEST_CASE("Delivery: each answer is sent once, in order, when drain() returns") {
    Bench bench;
    for (int i = 1; i <= 100; ++i)
        bench.delivery.deliver({.reply = std::to_string(i), .answer = issued("x", 1)});
    bench.delivery.drain();
    REQUIRE(bench.sent.size() == 100);
    for (int i = 1; i <= 100; ++i)
        CHECK(bench.sent[static_cast<std::size_t>(i) - 1].first == std::to_string(i));
    bench.delivery.deliver({.reply = "late", .answer = issued("x", 1)});
    CHECK(bench.sent.size() == 101);
    CHECK(bench.delivery.waiting() == 0);
}

TEST_CASE("Delivery: what the ledger loses goes out as a refusal, and the others as they are") {
    Bench bench;
    bench.ledger.lost = 7;
    bench.delivery.deliver({.reply = "a", .answer = issued("one", 6)});
    bench.delivery.deliver({.reply = "b", .answer = issued("two", 7)});
    bench.delivery.drain();
    CHECK(bench.sent == Sent{{"a", {}}, {"b", Reason::ledger_unavailable}});
    CHECK(bench.failures == 1);
}

TEST_CASE("Delivery: an answer goes out when its audit line is in the file") {
    const support::TempDir folder;
    auto audit = AuditLog::open(folder / "audit.jsonl").value();
    {
        Bench bench(&audit);
        bench.delivery.deliver({.reply = "a", .answer = issued("wallyqs")});
        bench.delivery.drain();
        CHECK(text_of(folder / "audit.jsonl").find("wallyqs") != std::string::npos);
        CHECK(bench.delivery.audit_head() == audit.head());
    }
    CHECK(verify_audit(folder / "audit.jsonl", audit.head())->lines == 1);
}

TEST_CASE("Delivery: refusals that nobody stands behind share one line, whatever their number") {
    const support::TempDir folder;
    auto audit = AuditLog::open(folder / "audit.jsonl").value();
    {
        Bench bench(&audit);
        for (int i = 0; i < 500; ++i)
            bench.delivery.deliver({.reply = "a", .answer = refused_nobody(bench.clock.now())});
        bench.delivery.drain();
        CHECK(bench.sent.size() == 500);
    }
    const auto summary = verify_audit(folder / "audit.jsonl", std::nullopt);
    CHECK(summary->lines <= 2);
    CHECK(text_of(folder / "audit.jsonl").find(R"("refusals":{"malformed":)") != std::string::npos);
}

// A limit on the size of files stands in for a full disk.
TEST_CASE("Delivery: where the audit cannot be written nothing that was issued goes out, until it can") {
    const support::TempDir folder;
    const auto outcome = support::run_in_child([&] {
        AuditLog audit = AuditLog::open(folder / "audit.jsonl").value();
        Bench bench(&audit);
        limit_files(10);
        bench.delivery.deliver({.reply = "a", .answer = issued("wallyqs")});
        bench.delivery.drain();
        if (bench.delivery.audit_state() || bench.failures == 0) return 1;
        limit_files(RLIM_INFINITY);
        bench.delivery.deliver({.reply = "b", .answer = issued("wallyqs")});
        return bench.sent == Sent{{"a", Reason::audit_unavailable}, {"b", {}}} ? 0 : 2;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("Delivery: an audit that failed is tried again although nobody asks for anything") {
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
