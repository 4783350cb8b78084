#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/ledger/denial.h>
#include <natscreds/provisioner/ledger/name_query.h>
#include <natscreds/provisioner/ledger/operation.h>
#include <natscreds/provisioner/policy/claim.h>
#include <natscreds/provisioner/policy/requesters.h>

namespace natscreds::provisioner {

/// How much a ledger holds; nothing where that was not counted yet.
struct LedgerSize {
    std::optional<std::size_t> names = {};  ///< also those that are over and not forgotten yet
    std::optional<std::size_t> denials = {};
};

/// Which write has to be on disk before anything that follows from it is said aloud.
using Ticket = std::uint64_t;

/// Who has which name, who is denied, and which requesters have names: the service's only memory.
///
/// Shape:   names are as Policy::ledger_name() says.
/// Holds:   write() is a compare-and-set, so of several copies of the service that want one name at the same
///          time one succeeds. A denial counts, on each copy that shares the ledger, within a second.
/// Fails:   access::Reason::ledger_unavailable.
/// Thread:  any.
class Ledger {
  public:
    virtual ~Ledger() = default;

    [[nodiscard]] virtual base::Result<std::optional<NameEntry>> find(const std::string& name) = 0;

    /// What to write, if the name's revision is still `seen`; 0: if it has no record.
    struct Change {
        const std::string& name;
        const NameRecord& record;
        std::uint64_t seen = 0;
    };
    /// Nothing when it was not: somebody else was faster.
    [[nodiscard]] virtual base::Result<std::optional<Ticket>> write(const Change& change, base::Time now) = 0;

    /// Waits until that write outlives this process, as far as this ledger can.
    [[nodiscard]] virtual base::Status flush(Ticket) { return {}; }

    /// Whether the owner, which is no key, has fewer than `limit` names that are not over.
    [[nodiscard]] virtual base::Result<bool> has_room(const Owner& owner, std::size_t limit,
                                                      base::Time now) = 0;

    [[nodiscard]] virtual base::Result<bool> denied(const Denial& whom, base::Time now) = 0;
    /// In the place of the record that there may be of the same denial.
    [[nodiscard]] virtual base::Status deny(const DenialRecord& denial) = 0;
    [[nodiscard]] virtual base::Status allow(const Denial& whom) = 0;
    /// Another number whenever the deny list has changed, by whomever: as late as denied() knows of it.
    [[nodiscard]] virtual std::uint64_t denials_state() = 0;
    /// Those that count, by kind and value.
    [[nodiscard]] virtual base::Result<std::vector<DenialRecord>> denials(base::Time now) = 0;

    /// In the order of their names, those only that outlive this process.
    [[nodiscard]] virtual base::Result<std::vector<ListedName>> list(const NameQuery& query) = 0;

    // ---- requesters with names, and what operators did: on each copy that shares the ledger within a second

    [[nodiscard]] virtual base::Result<std::optional<NamedRequester>> find_requester(
        const nkeys::PublicKey& key) = 0;
    /// By name.
    [[nodiscard]] virtual base::Result<std::vector<NamedRequester>> requesters() = 0;
    /// Fails also with std::errc::file_exists, where the name or the key is somebody's.
    [[nodiscard]] virtual base::Status add_requester(const NamedRequester& requester) = 0;
    /// Also where there is none.
    [[nodiscard]] virtual base::Status remove_requester(const std::string& name) = 0;

    [[nodiscard]] virtual base::Status note(const Operation& operation) = 0;
    /// Those that were not forgotten yet, the oldest first.
    [[nodiscard]] virtual base::Result<std::vector<Operation>> operations() = 0;
    /// Those that this copy is to write into its audit: of several that share the ledger one is given each, until it
    /// forgets it. What a copy took and did not forget for half a minute, another one is given.
    [[nodiscard]] virtual base::Result<std::vector<Operation>> take_operations() { return operations(); }
    /// Whether it was not forgotten yet: asked of the ledger itself.
    [[nodiscard]] virtual base::Result<bool> has_operation(const std::string& id) = 0;
    [[nodiscard]] virtual base::Status forget_operation(const std::string& id) = 0;

    /// Whether renewals may go on although write() fails.
    [[nodiscard]] virtual bool may_renew_unwritten() { return false; }

    /// Forgets denials and some of the names that are over, so that in the end none is left, and looks for denials that it
    /// is not told of, and whether what could not be written to can be now. To be called several times a second;
    /// each time it does little.
    virtual void tidy(const NameRule&, base::Time) {}

    /// As it was counted last, where tidy() counts. Waits for no disk and no server.
    [[nodiscard]] virtual LedgerSize size() const { return {}; }

    /// Stops listening to what others write, as it must before its connection is drained.
    virtual void stop_following() {}

    /// Whether it can be asked at all.
    [[nodiscard]] virtual base::Status check() { return {}; }
};

/// A name that was written down.
struct Kept {
    Decision decision;
    Ticket ticket = 0;
};

struct ClaimContext {
    base::Time now;
    std::size_t max_names = 0;  ///< that one owner may have; 0: any number
};

/// Writes a claim down, when the rule grants it. Fails: as NameRule::decide; access::Reason::ledger_unavailable;
/// denied when the owner would have too many names (one or two more where it asks several copies at once).
[[nodiscard]] base::Result<Kept> claim_name(Ledger& ledger, const NameRule& rule, const Claim& claim,
                                            const ClaimContext& context);

/// The same for a renewal; see NameRule::renew.
[[nodiscard]] base::Result<Kept> renew_name(Ledger& ledger, const NameRule& rule, const RenewalClaim& renewal,
                                            base::Time now);

/// Changes the record of a name that has one, from whatever it is by then to what `change` makes of it: on disk, when
/// this returns. The record as it was before; nothing where there is none. Fails: access::Reason::ledger_unavailable.
[[nodiscard]] base::Result<std::optional<NameRecord>> change_name(
    Ledger& ledger, const std::string& name, const std::function<NameRecord(const NameRecord&)>& change,
    base::Time now);

/// Whether a name is denied, be it in all accounts, by itself, or in one, as the ledger names it there.
/// Fails: access::Reason::ledger_unavailable.
[[nodiscard]] base::Result<bool> name_denied(Ledger& ledger, const std::string& name,
                                             const std::string& ledger_name, base::Time now);

/// By what name a requester is known, and what it may have. What the policy says counts more than what the ledger says:
/// where it gives the ledger's name to another key, the ledger's entry is without a name. Nothing for one that is in no
/// list. Fails: access::Reason::ledger_unavailable.
[[nodiscard]] base::Result<std::optional<NamedRequester>> known_requester(const Requesters& of_policy,
                                                                          Ledger& ledger,
                                                                          const nkeys::PublicKey& key);

}  // namespace natscreds::provisioner
