#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <natscreds/base/clock.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/bus/key_value.h>
#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::provisioner {

/// A ledger in a JetStream key-value bucket, which any number of copies of the service share.
///
/// Shape:   `name.NAME` holds a record as JSON; `deny.KIND.VALUE` is there while somebody is denied, `requester.NAME`
///          while a requester has that name, `operation.ID` until a copy has it in its audit,
///          with "taken" while one is about to write it there; `name.=probe` is
///          written to find out whether the bucket takes anything again.
/// Holds:   each copy has a mirror that follows the bucket, so a denial counts everywhere as soon as the bucket
///          has it. A claim is written to the bucket, never to the mirror alone. While the bucket cannot be
///          followed or not be written, the mirror serves renewals for `max_offline`, and nothing else is written;
///          when something could not be, the next attempt is made after tidy() has written the probe. A name that is
///          over is taken out of the bucket only as long as nobody has written it anew. Copies of 0.1 may share the
///          bucket: what they leave out when they write is put back.
/// Fails:   open: bus::Errc, Errc::timeout when the mirror is not complete in time.
class JetStreamLedger final : public Ledger {
  public:
    struct Options {
        const base::IntervalClock& intervals;
        std::chrono::seconds max_offline{900};
        std::chrono::milliseconds timeout{5000};  ///< for the first reading of the whole bucket
        std::size_t max_names = 1'000'000;        ///< in the bucket: no new one is written beside so many
        /// Otherwise there are no lists, and a record that is looked up is asked for then.
        bool follow = true;
    };
    [[nodiscard]] static base::Result<std::unique_ptr<JetStreamLedger>> open(
        std::unique_ptr<bus::KeyValue> bucket, const Options& options);
    ~JetStreamLedger() override;

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
    [[nodiscard]] base::Result<std::vector<Operation>> take_operations() override;
    [[nodiscard]] base::Result<bool> has_operation(const std::string& id) override;
    [[nodiscard]] base::Status forget_operation(const std::string& id) override;
    void tidy(const NameRule& rule, base::Time now) override;
    [[nodiscard]] LedgerSize size() const override;
    [[nodiscard]] bool may_renew_unwritten() override;
    void stop_following() override;
    [[nodiscard]] base::Status check() override;

  private:
    class Mirror;
    JetStreamLedger(std::unique_ptr<bus::KeyValue> bucket, const Options& options);
    [[nodiscard]] std::optional<base::Error> refresh(const std::string& key);
    [[nodiscard]] std::optional<base::Error> refresh_unfollowed(const std::string& key);
    [[nodiscard]] base::Result<bool> take(const Operation& operation, std::uint64_t seen);
    base::Error unavailable();
    void mend_some(base::Time now);
    void forget_denials(base::Time now);

    std::unique_ptr<bus::KeyValue> bucket_;
    std::chrono::seconds max_offline_;
    std::size_t max_names_;
    bool follows_;
    std::unique_ptr<Mirror> mirror_;
    std::unique_ptr<bus::KeyWatch> watch_;
};

}  // namespace natscreds::provisioner
