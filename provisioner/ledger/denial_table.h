#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <natscreds/provisioner/ledger/denial.h>

namespace natscreds::provisioner {

/// Denials in memory, each with the revision in which it was read.
/// Thread: one at a time.
class DenialTable {
  public:
    void put(const DenialRecord& denial, std::uint64_t revision = 0);
    void erase(const Denial& whom);
    /// All of them at once, in the place of those that are there.
    void replace(const std::vector<DenialRecord>& all);

    [[nodiscard]] bool counts(const Denial& whom, base::Time now) const;
    /// Those that count, in their order.
    [[nodiscard]] std::vector<DenialRecord> counting(base::Time now) const;

    struct Over {
        Denial whom;
        std::uint64_t revision;
    };
    /// Those that count no more.
    [[nodiscard]] std::vector<Over> over(base::Time now) const;

    /// Another number whenever something has changed.
    [[nodiscard]] std::uint64_t state() const noexcept { return state_; }
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

  private:
    struct Row {
        DenialRecord denial;
        std::uint64_t revision;
    };
    std::map<Denial, Row> rows_;
    std::uint64_t state_ = 0;
};

}  // namespace natscreds::provisioner
