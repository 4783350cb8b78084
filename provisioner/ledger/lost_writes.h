#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::provisioner {

/// Writes that were undone, by their tickets.
///
/// Holds:   at most `most` stretches of them. Where a disk fails more often than that, the two oldest stretches are made
///          one, with what lies between: an answer that still waits for so old a ticket is refused, never granted.
/// Thread:  one at a time.
class LostWrites {
  public:
    static constexpr std::size_t most = 1024;

    /// Those with tickets in (after, last].
    void add(Ticket after, Ticket last);
    [[nodiscard]] bool contains(Ticket ticket) const;
    [[nodiscard]] std::size_t size() const noexcept { return stretches_.size(); }

  private:
    struct Stretch {
        Ticket after;
        Ticket last;
    };
    std::deque<Stretch> stretches_;  ///< the oldest first
};

}  // namespace natscreds::provisioner
