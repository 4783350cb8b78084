#include <natscreds/provisioner/ledger/ledger_opening.h>

#include <algorithm>
#include <array>
#include <utility>

#include <natscreds/bus/errc.h>
#include <natscreds/bus/key_value.h>
#include <natscreds/provisioner/ledger/jetstream_ledger.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/ledger/sqlite_ledger.h>

namespace natscreds::provisioner {
namespace {

constexpr std::chrono::seconds timeout{30};
constexpr std::chrono::milliseconds retry{250};

bool may_pass(const base::Error& error) {
    constexpr std::array passing{bus::Errc::timeout, bus::Errc::no_responders, bus::Errc::disconnected,
                                 bus::Errc::no_bucket, bus::Errc::failed};
    return std::ranges::any_of(passing, [&](bus::Errc code) { return error.code == code; });
}

}  // namespace

base::Result<std::unique_ptr<Ledger>> open_ledger(const LedgerConfiguration& wanted, NameRule rule,
                                                  const LedgerParts& parts) {
    if (wanted.kind == LedgerConfiguration::Kind::sqlite) {
        auto ledger = SqliteLedger::open(wanted.file, rule);
        if (!ledger) return ledger.error();
        return std::unique_ptr<Ledger>(std::move(*ledger));
    }
    if (wanted.kind == LedgerConfiguration::Kind::jetstream) {
        auto bucket = bus::create_bucket(
            *parts.connection, {.name = wanted.bucket, .replicas = wanted.replicas, .home = wanted.home});
        if (!bucket) return bucket.error();
        auto ledger = JetStreamLedger::open(std::move(*bucket),
                                            {.intervals = parts.intervals,
                                             .max_offline = wanted.max_offline,
                                             .timeout = parts.timeout,
                                             .max_names = wanted.max_names,
                                             .follow = parts.reading == LedgerReading::all_at_once});
        if (!ledger) return ledger.error();
        return std::unique_ptr<Ledger>(std::move(*ledger));
    }
    return std::unique_ptr<Ledger>(std::make_unique<MemoryLedger>(rule, wanted.max_names));
}

base::Result<std::unique_ptr<Ledger>> wait_for_ledger(
    const std::function<base::Result<std::unique_ptr<Ledger>>()>& open, const LedgerWait& waiting) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    auto ledger = open();
    if (!ledger && may_pass(ledger.error())) waiting.tell(ledger.error());
    while (!ledger && may_pass(ledger.error()) && std::chrono::steady_clock::now() < deadline) {
        if (!waiting.wait(retry)) break;
        ledger = open();
    }
    return ledger;
}

}  // namespace natscreds::provisioner
