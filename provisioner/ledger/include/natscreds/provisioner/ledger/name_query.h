#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/provisioner/policy/claim.h>

namespace natscreds::provisioner {

/// A name's record, and which of its states this is.
struct NameEntry {
    NameRecord record;
    std::uint64_t revision;  ///< above 0
};

struct ListedName {
    std::string name;
    NameEntry entry;
};

/// Which names are to be listed: those of which all is true that is asked for.
struct NameQuery {
    std::string after = {};  ///< only names behind this one
    std::size_t most = 1000;
    std::optional<Owner> owner = {};
    std::optional<nkeys::PublicKey> requester = {};  ///< as whom they were asked for, or whose they are
    std::optional<nkeys::PublicKey> key = {};        ///< that holds them, or did
    std::string role = {};                           ///< empty: any
    std::optional<base::Time> expires_from = {};     ///< the last credentials, at this moment or later
    std::optional<base::Time> expires_before = {};

    /// Whatever `after` and `most` say.
    [[nodiscard]] bool matches(const NameRecord& record) const;
};

}  // namespace natscreds::provisioner
