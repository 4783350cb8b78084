#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <natscreds/access/request.h>
#include <natscreds/bus/connection.h>
#include <support/vouched_tree.h>

namespace natscreds::support {

/// How to reach servers that trust a tree.
struct Way {
    std::vector<std::string> servers;      ///< tried in this order
    std::filesystem::path authority = {};  ///< whom to believe, where they have TLS
};

/// A connection as one of the tree's users. Fails: throws, which fails the test.
[[nodiscard]] bus::Connection connect(const VouchedTree& tree, const std::string& user, const Way& way);

/// Where a user sends its access requests.
[[nodiscard]] std::string access_subject(const VouchedTree& tree, const std::string& user);

/// The body of an access request, by a new key.
[[nodiscard]] std::string access_body(const access::AccessOptions& options);

/// One of a tree's requesters, with a connection of its own.
///
/// Holds:   all that comes in reply to a request is heard, be it one reply or more, in time or late.
/// Fails:   throws, which fails the test.
/// Thread:  one at a time; `heard` runs on a thread of the connection's.
class Asker {
  public:
    using Heard = std::function<void(int request, const std::string& body)>;
    Asker(const VouchedTree& tree, const std::string& user, const Way& way, Heard heard);

    /// Sends request number so-and-so without waiting for its reply.
    [[nodiscard]] base::Status ask(int number, const access::AccessOptions& options);

  private:
    bus::Connection connection_;
    std::string inbox_;
    bus::Message request_;
    bus::Subscription listening_;
};

}  // namespace natscreds::support
