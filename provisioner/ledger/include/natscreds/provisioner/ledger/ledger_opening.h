#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/ledger/ledger_configuration.h>
#include <natscreds/provisioner/policy/name.h>

namespace natscreds::provisioner {

/// What of a shared ledger is wanted: all of it, which is read first and then followed, or single records, each of which
/// is asked for when it is looked up.
enum class LedgerReading { all_at_once, single_records };

/// What a ledger works with, which must outlive it.
struct LedgerParts {
    bus::Connection* connection;  ///< used by a shared one only
    const base::IntervalClock& intervals;
    LedgerReading reading = LedgerReading::all_at_once;
    std::chrono::milliseconds timeout{5000};  ///< for reading all of it
};

/// The ledger that a configuration asks for.
/// Fails: as SqliteLedger::open, JetStreamLedger::open and bus::create_bucket.
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> open_ledger(const LedgerConfiguration& wanted,
                                                                NameRule rule, const LedgerParts& parts);

/// What a start does while it waits.
struct LedgerWait {
    std::function<bool(std::chrono::milliseconds)> wait;  ///< false: it is to end instead
    std::function<void(const base::Error&)> tell;         ///< what it waits for, once
};

/// The same, and one that cannot be reached yet is tried again for half a minute: a region that has only just come up
/// has no leader for its buckets yet, and of several copies that make the bucket together one may be told that it
/// cannot.
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> wait_for_ledger(
    const std::function<base::Result<std::unique_ptr<Ledger>>()>& open, const LedgerWait& waiting);

}  // namespace natscreds::provisioner
