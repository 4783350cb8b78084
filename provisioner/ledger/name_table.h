#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
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

/// Names in memory: 200 bytes each, where they have up to 15 characters and no requester limit is in force.
/// Thread: one at a time.
class NameTable {
  public:
    [[nodiscard]] std::optional<NameEntry> find(const std::string& name) const;
    void put(const std::string& name, const NameRecord& record, std::uint64_t revision);
    void erase(const std::string& name);
    /// Some of the names that are over: each call looks at the next few thousand, and begins again after the
    /// last.
    [[nodiscard]] std::vector<OldName> next_over(const NameRule& rule, base::Time now);
    /// At most once a second, so that a full table is not searched from end to end for every request.
    void forget_what_is_over(const NameRule& rule, base::Time now);

    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    /// How many of them are the requester's.
    [[nodiscard]] std::size_t held_by(const nkeys::PublicKey& requester) const;

  private:
    /// A NameRecord without its texts.
    struct Row {
        nkeys::PublicBytes key;
        nkeys::PublicBytes requester;
        base::Time expires;
        std::uint64_t revision;
        std::uint32_t generation;
        std::uint16_t role;  ///< index into roles_
        Form form;
        bool has_requester;
    };
    [[nodiscard]] NameRecord record_of(const Row& row) const;
    [[nodiscard]] std::uint16_t role_index(const std::string& role);
    void count_off(const Row& row);

    std::map<std::string, Row> rows_;
    std::vector<std::string> roles_;
    std::map<nkeys::PublicBytes, std::size_t> held_;
    base::Time last_cleared_{};
    std::string looked_at_;  ///< the last one that next_over() looked at
};

}  // namespace natscreds::provisioner
