#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::provisioner {

/// A requester that people know by a name.
struct NamedRequester {
    std::string name;  ///< by the rule of Name; empty: it is somebody else's by what counts more
    nkeys::PublicKey key;
    std::set<std::string, std::less<>> roles =
        {};  ///< that it may have, and no others; empty: as one without a name

    bool operator==(const NamedRequester&) const = default;
};

/// Requesters with names, as one place has them.
///
/// Holds:   a name stands for one key. Where a key has two names, which create() refuses, the first counts.
/// Fails:   create: std::errc::invalid_argument, with both names of such a key.
/// Thread:  one at a time.
class Requesters {
  public:
    [[nodiscard]] static base::Result<Requesters> create(const std::vector<NamedRequester>& all);

    /// In the place of the one that had the name.
    void put(const NamedRequester& requester);
    void erase(const std::string& name);

    /// Null where it is not known. Good until the next change.
    [[nodiscard]] const NamedRequester* find(const nkeys::PublicKey& key) const;
    [[nodiscard]] const NamedRequester* find(std::string_view name) const;

    [[nodiscard]] std::vector<NamedRequester> all() const;
    [[nodiscard]] bool empty() const noexcept { return by_name_.empty(); }

    bool operator==(const Requesters&) const = default;

  private:
    std::map<std::string, NamedRequester, std::less<>> by_name_;
    std::set<std::pair<nkeys::PublicKey, std::string>> by_key_;
};

}  // namespace natscreds::provisioner
