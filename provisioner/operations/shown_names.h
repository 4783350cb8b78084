#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/provisioner/operations/carry_out.h>

/// Names of the ledger as people and programs read them.
namespace natscreds::provisioner {

class ShownNames {
  public:
    explicit ShownNames(const Desk& desk) : desk_(desk) {}

    /// In a frame.
    [[nodiscard]] std::string table(const std::vector<ListedName>& names);
    /// All that is known of one.
    [[nodiscard]] std::string table(const ListedName& name);
    /// {"name":"wallyqs","state":"held",...}
    [[nodiscard]] std::string json(const ListedName& name);

  private:
    [[nodiscard]] std::string known_as(const NameRecord& record);
    [[nodiscard]] base::Time kept_until(const NameRecord& record) const;
    [[nodiscard]] std::string state(const NameRecord& record) const;

    const Desk& desk_;
    std::map<nkeys::PublicKey, std::string> known_;  ///< names of requesters, looked up before
};

}  // namespace natscreds::provisioner
