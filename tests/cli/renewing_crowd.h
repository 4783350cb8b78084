#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "vouched_regions.h"

namespace natscreds::test {

/// One in each region, who gets credentials, and every second newer ones, which it goes over to.
///
/// Fails:   as a test does.
class RenewingCrowd {
  public:
    explicit RenewingCrowd(const VouchedRegions& where);

    [[nodiscard]] std::size_t renewals() const noexcept { return renewals_; }

  private:
    void renew_until(const std::stop_token& stop, const support::Way& way, const std::string& user);

    const VouchedRegions& where_;
    std::atomic<std::size_t> renewals_ = 0;
    std::vector<std::jthread> renewing_;
};

}  // namespace natscreds::test
