#pragma once

#include <filesystem>
#include <memory>

#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::provisioner {

/// A ledger in an SQLite file: for one copy of the service, which remembers everything when it comes back.
///
/// Holds:   writes are gathered, and can be found at once; flush() commits them in one transaction to disk
///          (`synchronous=FULL`), and nobody else waits for that. When a commit fails, all that was not on disk is
///          undone, and flush() fails for each of those writes. A second process (`nats-provisioner deny`) may
///          write as well; what it denies counts within a second, and a write of ours that it came before fails alone.
///          What 0.1 wrote is taken over as it is opened.
/// Fails:   open: with std::errc::io_error and SQLite's own words; otherwise as every Ledger.
class SqliteLedger final : public Ledger {
  public:
    [[nodiscard]] static base::Result<std::unique_ptr<SqliteLedger>> open(const std::filesystem::path& file,
                                                                          NameRule rule);
    ~SqliteLedger() override;

    [[nodiscard]] base::Result<std::optional<NameEntry>> find(const std::string& name) override;
    [[nodiscard]] base::Result<std::optional<Ticket>> write(const Change& change, base::Time now) override;
    [[nodiscard]] base::Status flush(Ticket ticket) override;
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
    [[nodiscard]] base::Status check() override;

  private:
    struct State;
    explicit SqliteLedger(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace natscreds::provisioner
