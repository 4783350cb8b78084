#pragma once

#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::support {

/// A ledger that knows nobody, keeps nothing and denies nobody: for tests to make one of their own of.
class IdleLedger : public provisioner::Ledger {
  public:
    base::Result<std::optional<provisioner::NameEntry>> find(const std::string&) override {
        return std::optional<provisioner::NameEntry>();
    }
    base::Result<std::optional<provisioner::Ticket>> write(const Change&, base::Time) override {
        return std::optional<provisioner::Ticket>();
    }
    base::Result<bool> has_room(const provisioner::Owner&, std::size_t, base::Time) override { return true; }
    base::Result<bool> denied(const provisioner::Denial&, base::Time) override { return false; }
    base::Status deny(const provisioner::Denial&) override { return {}; }
    base::Status allow(const provisioner::Denial&) override { return {}; }
    std::uint64_t denials_state() override { return 0; }
    std::vector<std::string> denied_names() override { return {}; }
};

}  // namespace natscreds::support
