#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace natscreds::support {

/// What the requesters saw, to be compared afterwards with what the service wrote down.
/// Thread: reply() any.
class IssueCheck {
  public:
    /// One reply's body, to the request of that number.
    void reply(int request, const std::string& body);

    /// How many requests were granted; how many were refused with this reason.
    [[nodiscard]] std::size_t granted() const;
    [[nodiscard]] std::size_t refused(const std::string& reason) const;

    /// Everything that must not be: a request with two replies, a JWT that is not in the audits as it is, a name
    /// that two keys could renew at the same time, an audit file that does not verify, and a name that the ledger
    /// (name -> public key; empty: not looked at) gives to another key than one that got it. A key that its owner has
    /// replaced, by the audit, cannot be renewed from then on.
    [[nodiscard]] std::vector<std::string> findings(const std::vector<std::filesystem::path>& audits,
                                                    const std::map<std::string, std::string>& ledger) const;

  private:
    struct Issue {
        std::string jwt;
        std::string name;
        std::string key;
    };

    mutable std::mutex mutex_;
    std::map<int, int> replies_;
    std::vector<Issue> issues_;
    std::map<std::string, std::size_t> refusals_;
};

}  // namespace natscreds::support
