#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/access/subjects.h>
#include <natscreds/bus/connection.h>
#include <support/trust_tree.h>

namespace natscreds::support {

/// The service's side of the protocol, as small as tests of clients need it: whoever asks is given a JWT of the
/// trust tree's account, which lives for `life` and may ask for its renewal, listen to its inbox and to `news`, and post in the chat.
///
/// Holds:   it answers direct requests; with Vouched::yes also those to subjects that end in a user's key, for
///          which it believes what is there.
/// Thread:  any.
class IssuingService {
  public:
    enum class Vouched { no, yes };
    struct Setup {
        std::string server;
        const TrustTree& tree;
        std::chrono::seconds life;
        Vouched vouched = Vouched::no;
    };
    explicit IssuingService(const Setup& setup);

    /// From now on all are refused; with nothing, all are granted again.
    void refuse_with(std::optional<access::Refusal> refusal);

    /// From now on all are granted something else than what they would be: as `alter` leaves it.
    void alter_with(std::function<void(access::Grant&)> alter);

    /// The subjects of the requests so far, once there are so many; fewer if they do not come.
    [[nodiscard]] std::vector<std::string> asked(std::size_t count);

    /// The tokens of the identities that came with requests so far; nobody checks them here.
    [[nodiscard]] std::vector<std::string> proofs();

  private:
    void answer(const bus::Message& request);
    [[nodiscard]] std::string reply_to(const bus::Message& request);
    void note(const std::optional<access::Identity>& identity);
    [[nodiscard]] std::string grant(const nkeys::PublicKey& key, const std::string& name);

    const TrustTree& tree_;
    const std::chrono::seconds life_;
    const access::Subjects subjects_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<access::Refusal> refusal_;
    std::function<void(access::Grant&)> alter_;
    std::vector<std::string> asked_;
    std::vector<std::string> proofs_;
    bus::Connection connection_;
    std::vector<bus::Subscription> subscriptions_;
};

}  // namespace natscreds::support
