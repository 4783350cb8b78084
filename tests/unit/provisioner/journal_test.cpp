// What operators did on its way into the audit.
#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/provisioner/ledger/jetstream_ledger.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/operations/journal.h>
#include <support/fake_bus.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace std::chrono_literals;

namespace {

const NameRule rule(24h);

Operation deny(const std::string& id) {
    return {.id = id, .at = base::Time(1'700'000'000s), .by = "ann@host", .what = "deny", .whom = "name x"};
}

/// A copy of the service, as far as this goes.
struct Copy {
    Copy(Ledger& ledger, const base::IntervalClock& intervals)
        : journal({.ledger = ledger,
                   .intervals = intervals,
                   .write_down = [this](const std::vector<AuditRecord>& records) -> base::Status {
                       if (full) return base::Error{std::make_error_code(std::errc::no_space_on_device), ""};
                       for (const AuditRecord& record : records)
                           audit.push_back(record);
                       return {};
                   },
                   .tell = [this](const std::string& what) { log.push_back(what); }}) {}

    bool full = false;
    std::vector<AuditRecord> audit;
    std::vector<std::string> log;
    Journal journal;
};

}  // namespace

TEST_CASE("Journal: what operators did is audited once, with who did it, and forgotten") {
    MemoryLedger ledger(rule, 10);
    const support::FakeIntervals intervals;
    Copy copy(ledger, intervals);
    copy.journal.take();
    CHECK(copy.audit.empty());
    REQUIRE(ledger.note(deny("1")));
    copy.journal.take();
    copy.journal.take();
    REQUIRE(copy.audit.size() == 1);
    CHECK(copy.audit[0].event == "operation");
    CHECK(copy.audit[0].by == "ann@host");
    CHECK(copy.audit[0].operation == "deny");
    CHECK(copy.audit[0].whom == "name x");
    CHECK(copy.audit[0].id == "1");
    CHECK(copy.audit[0].time == base::Time(1'700'000'000s));
    CHECK(copy.log == std::vector<std::string>{"operation by ann@host: deny name x"});
    CHECK(ledger.operations()->empty());
}

TEST_CASE("Journal: what the disk does not take waits, and is audited once when it does") {
    MemoryLedger ledger(rule, 10);
    support::FakeIntervals intervals;
    Copy copy(ledger, intervals);
    copy.full = true;
    REQUIRE(ledger.note(deny("1")));
    copy.journal.take();
    CHECK(ledger.operations()->size() == 1);
    CHECK(copy.log.size() == 1);
    copy.full = false;
    copy.journal.take();
    CHECK(copy.audit.empty());
    intervals.advance(5s);
    copy.journal.take();
    CHECK(copy.audit.size() == 1);
    CHECK(ledger.operations()->empty());
}

TEST_CASE("Journal: what is audited and cannot be forgotten yet is not audited again") {
    support::FakeIntervals intervals;
    auto bucket = std::make_unique<support::FakeKeyValue>();
    support::FakeKeyValue& fake = *bucket;
    const auto ledger = JetStreamLedger::open(std::move(bucket), {.intervals = intervals}).value();
    REQUIRE(ledger->note(deny("1")));
    std::vector<AuditRecord> audit;
    Journal journal({.ledger = *ledger,
                     .intervals = intervals,
                     .write_down =
                         [&](const std::vector<AuditRecord>& records) {
                             audit.insert(audit.end(), records.begin(), records.end());
                             fake.fail_writes_with(base::Error{bus::Errc::timeout, "slow"});
                             return base::Status();
                         },
                     .tell = [](const std::string&) {}});
    journal.take();
    CHECK(audit.size() == 1);
    fake.fail_writes_with({});
    intervals.advance(5s);
    journal.take();
    CHECK(audit.size() == 1);
    CHECK_FALSE(*ledger->has_operation("1"));
}

TEST_CASE("Journal: of two copies that share a bucket one audits each operation, whichever is asked first") {
    support::FakeIntervals intervals;
    auto bucket = std::make_unique<support::FakeKeyValue>();
    auto same = bucket->again();
    const auto west = JetStreamLedger::open(std::move(bucket), {.intervals = intervals}).value();
    const auto east = JetStreamLedger::open(std::move(same), {.intervals = intervals}).value();
    Copy first(*west, intervals);
    Copy second(*east, intervals);
    for (int i = 0; i < 10; ++i) {
        REQUIRE(east->note(deny(std::to_string(i))));
        (i % 2 == 0 ? first : second).journal.take();
        (i % 2 == 0 ? second : first).journal.take();
    }
    CHECK(first.audit.size() == 5);
    CHECK(second.audit.size() == 5);
    CHECK_FALSE(*west->has_operation("3"));
    intervals.advance(1min);
    first.journal.take();
    second.journal.take();
    CHECK(first.audit.size() + second.audit.size() == 10);
}

TEST_CASE("Journal: what a copy took before it ended, another one audits half a minute later") {
    support::FakeIntervals intervals;
    auto bucket = std::make_unique<support::FakeKeyValue>();
    auto same = bucket->again();
    const auto west = JetStreamLedger::open(std::move(bucket), {.intervals = intervals}).value();
    const auto east = JetStreamLedger::open(std::move(same), {.intervals = intervals}).value();
    REQUIRE(west->note(deny("1")));
    CHECK(west->take_operations()->size() == 1);
    CHECK(west->take_operations()->size() == 1);
    intervals.advance(29s);
    CHECK(east->take_operations()->empty());
    intervals.advance(1s);
    CHECK(east->take_operations()->size() == 1);
    CHECK(west->take_operations()->empty());
}
