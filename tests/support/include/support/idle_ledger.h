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
    base::Status deny(const provisioner::DenialRecord&) override { return {}; }
    base::Status allow(const provisioner::Denial&) override { return {}; }
    std::uint64_t denials_state() override { return 0; }
    base::Result<std::vector<provisioner::DenialRecord>> denials(base::Time) override {
        return std::vector<provisioner::DenialRecord>();
    }
    base::Result<std::vector<provisioner::ListedName>> list(const provisioner::NameQuery&) override {
        return std::vector<provisioner::ListedName>();
    }
    base::Result<std::optional<provisioner::NamedRequester>> find_requester(
        const nkeys::PublicKey&) override {
        return std::optional<provisioner::NamedRequester>();
    }
    base::Result<std::vector<provisioner::NamedRequester>> requesters() override {
        return std::vector<provisioner::NamedRequester>();
    }
    base::Status add_requester(const provisioner::NamedRequester&) override { return {}; }
    base::Status remove_requester(const std::string&) override { return {}; }
    base::Status note(const provisioner::Operation&) override { return {}; }
    base::Result<std::vector<provisioner::Operation>> operations() override {
        return std::vector<provisioner::Operation>();
    }
    base::Result<bool> has_operation(const std::string&) override { return false; }
    base::Status forget_operation(const std::string&) override { return {}; }
};

}  // namespace natscreds::support
