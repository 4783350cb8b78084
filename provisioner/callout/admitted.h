#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::provisioner {

/// The names that were let in, and until when: finds those that have been denied since.
///
/// Holds:   the deny list is gone through when it has changed, or somebody was let in, since the last time; then once,
///          however many were let in.
///          At most `most` names; the one whose time is over first makes room.
/// Thread:  one at a time.
class Admitted {
  public:
    static constexpr std::size_t most = 65'536;

    void add(const std::string& name, base::Time until);
    /// Each of them once: they are then no longer let in. To be called several times a second.
    [[nodiscard]] std::vector<std::string> take_denied(Ledger& ledger, base::Time now);

    [[nodiscard]] std::size_t size() const noexcept { return until_.size(); }

  private:
    void forget_those_over(base::Time now);

    std::map<std::string, base::Time> until_;
    std::optional<std::uint64_t> seen_;  ///< the deny list's state that all of them were compared with
    base::Time cleared_{};
};

}  // namespace natscreds::provisioner
