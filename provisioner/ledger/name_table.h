#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/policy/claim.h>

namespace natscreds::provisioner {

/// A name that is over, and the revision in which it was.
struct OldName {
    std::string name;
    std::uint64_t revision;
};

/// Names in memory: 250 bytes each, where they have up to 15 characters, one holder, and an owner that has others.
/// Thread: one at a time.
class NameTable {
  public:
    [[nodiscard]] std::optional<NameEntry> find(const std::string& name) const;
    void put(const std::string& name, const NameRecord& record, std::uint64_t revision);
    void erase(const std::string& name);
    [[nodiscard]] std::vector<ListedName> list(const NameQuery& query) const;
    /// Some of the names that are over: each call looks at the next few thousand, and begins again after the
    /// last.
    [[nodiscard]] std::vector<OldName> next_over(const NameRule& rule, base::Time now);
    /// At most once a second, so that a full table is not searched from end to end for every request.
    void forget_what_is_over(const NameRule& rule, base::Time now);

    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    /// How many of them are the owner's; of owners that are keys it is not counted.
    [[nodiscard]] std::size_t held_by(const Owner& owner) const;

  private:
    using Owners = std::map<std::string, std::size_t>;  ///< and how many names they have

    /// A NameRecord, with what many have in common kept once.
    struct Row {
        Owners::pointer owner;  ///< null: its only holder, by its key
        const std::string* role;
        base::Time expires;
        std::uint64_t revision;
        std::vector<NameKey> holders;
        std::unique_ptr<const std::vector<NameKey>> former;
        std::unique_ptr<const nkeys::PublicBytes> requester;  ///< where the owner does not say it
        Form form;
        bool owner_is_requester;
        bool outlives_expiry;
    };
    [[nodiscard]] static NameRecord record_of(const Row& row);
    void count_off(const Row& row);

    std::map<std::string, Row> rows_;
    std::set<std::string> roles_;
    Owners owners_;
    base::Time last_cleared_{};
    std::string looked_at_;  ///< the last one that next_over() looked at
};

}  // namespace natscreds::provisioner
