#pragma once

#include <cstddef>
#include <memory>

#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::provisioner {

/// A ledger in this process's memory: gone when it ends, and of no use to a second copy of the service.
///
/// Holds:   at most `max_names` names; when they are all taken, new ones cannot be written. Names that are
///          over are forgotten by and by, and when room is needed.
class MemoryLedger final : public Ledger {
  public:
    MemoryLedger(NameRule rule, std::size_t max_names);
    ~MemoryLedger() override;

    [[nodiscard]] base::Result<std::optional<NameEntry>> find(const std::string& name) override;
    [[nodiscard]] base::Result<std::optional<Ticket>> write(const Change& change, base::Time now) override;
    [[nodiscard]] base::Result<bool> has_room(const Owner& owner, std::size_t limit, base::Time now) override;
    [[nodiscard]] base::Result<bool> denied(const Denial& whom, base::Time now) override;
    [[nodiscard]] base::Status deny(const DenialRecord& denial) override;
    [[nodiscard]] base::Status allow(const Denial& whom) override;
    [[nodiscard]] std::uint64_t denials_state() override;
    [[nodiscard]] base::Result<std::vector<DenialRecord>> denials(base::Time now) override;
    [[nodiscard]] base::Result<std::vector<ListedName>> list(const NameQuery& query) override;
    [[nodiscard]] base::Result<std::optional<NamedRequester>> find_requester(
        const nkeys::PublicKey& key) override;
    [[nodiscard]] base::Result<std::vector<NamedRequester>> requesters() override;
    [[nodiscard]] base::Status add_requester(const NamedRequester& requester) override;
    [[nodiscard]] base::Status remove_requester(const std::string& name) override;
    [[nodiscard]] base::Status note(const Operation& operation) override;
    [[nodiscard]] base::Result<std::vector<Operation>> operations() override;
    [[nodiscard]] base::Result<bool> has_operation(const std::string& id) override;
    [[nodiscard]] base::Status forget_operation(const std::string& id) override;
    void tidy(const NameRule& rule, base::Time now) override;
    [[nodiscard]] LedgerSize size() const override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace natscreds::provisioner
