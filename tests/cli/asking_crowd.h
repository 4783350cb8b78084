#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <support/asker.h>
#include <support/issue_check.h>

#include "streak.h"
#include "vouched_regions.h"

namespace natscreds::test {

/// Fifty requests a second for credentials, from all regions alike: for names that nobody has, and now and then from
/// all regions at once for one name, be it a talker's or one that the last owner has not asked for again.
///
/// Fails:   as a test does.
/// Thread:  one at a time.
class AskingCrowd {
  public:
    static constexpr std::chrono::milliseconds timeout{5000};  ///< as our own clients have it

    AskingCrowd(const VouchedRegions& where, support::IssueCheck& check);

    /// What service is: replies, whatever they say; or that names are written down.
    enum class Service { replies, names };
    /// From when on, after `since`, so many requests in a row had it that everybody's must.
    [[nodiscard]] std::optional<Moment> served(Moment since, Service service) const;

    /// Asks no more, and waits for the last replies.
    void stop();

    /// What became of the requests that were sent in a time.
    struct Figures {
        std::size_t asked = 0;
        std::map<std::string, std::size_t> outcomes =
            {};  ///< "granted", a reason, "no responders", "no reply"
        std::vector<std::chrono::microseconds> times = {};  ///< until the reply, in order
    };
    [[nodiscard]] Figures between(Moment begin, Moment end) const;

    /// When those were sent that had no reply in time, or none but the server's word that nobody listens.
    [[nodiscard]] std::vector<Moment> failures() const;

  private:
    struct Requester {
        std::size_t number;
        std::unique_ptr<support::Asker> asker;
    };
    struct Asked {
        Moment sent;
        std::optional<Moment> replied = {};
        std::string outcome = {};
    };

    void ask_until(const std::stop_token& stop);
    void ask_in_each_region(std::size_t beat);
    void take(int request, const std::string& body);
    [[nodiscard]] static bool in_time(const Asked& asked);
    [[nodiscard]] static bool served(const Asked& asked, Service service);

    support::IssueCheck& check_;
    mutable std::mutex mutex_;
    std::vector<Asked> asked_;
    std::map<std::string, std::vector<Requester>> askers_;  ///< by region
    std::jthread asking_;
};

}  // namespace natscreds::test
