#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <natscreds/bus/connection.h>
#include <support/issue_check.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/vouched_tree.h>

namespace natscreds::support {

/// Parts of a policy: requesters that may ask as often as they like, and an audit in a file of the copy's.
inline const std::string unlimited = "[limits]\nrequester = { per_second = 100000, burst = 100000 }\n";
[[nodiscard]] std::string audited(const std::string& copy);

/// The prefix with 0, with 1, and so on.
[[nodiscard]] std::vector<std::string> names(const std::string& prefix, int count);

/// A vouched deployment that runs: a server with JetStream, and as many copies of the service as are started.
/// Fails: throws, which fails the test.
class Deployment {
  public:
    explicit Deployment(const ServerBinary& binary, int requesters = 10);

    /// Starts a copy with a configuration of that name, and waits until it serves.
    Process& start_copy(const std::string& name, const VouchedTree::Policy& policy = {});

    [[nodiscard]] bus::Connection connect(const std::string& user) const;

    /// The body of an access request for a name, by a new key.
    [[nodiscard]] std::string request_for(const std::string& name) const;
    /// Where the user sends it.
    [[nodiscard]] std::string subject_of(const std::string& user) const;

    /// Sends requests for each of the names as each of the requesters, from as many threads, and notes the
    /// replies. What has no reply within `timeout` is asked no more.
    void request_all(const std::vector<std::string>& names, IssueCheck& check,
                     bus::Timeout timeout = bus::Timeout(5000)) const;

    /// The key of one of the server's clients, for each that is connected at the moment.
    [[nodiscard]] std::set<std::string> connected() const;

    const int requesters;
    VouchedTree tree;
    NatsServer server;

  private:
    class PatientAsker;

    std::vector<std::unique_ptr<Process>> copies_;
    mutable std::atomic<int> requests_ = 0;
};

}  // namespace natscreds::support
