#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <support/talker.h>

#include "streak.h"
#include "vouched_regions.h"

namespace natscreds::test {

/// People in a channel, talker-0 and so on of all regions alike, each of whom says something every second. Each has
/// credentials from the service, and renews them.
///
/// Fails:   as a test does.
/// Thread:  one at a time.
class ChattingCrowd {
  public:
#ifdef __SANITIZE_ADDRESS__
    static constexpr std::size_t talkers = 6;  ///< everybody checks everybody's signatures: more are too much
#else
    static constexpr std::size_t talkers = 20;
#endif

    explicit ChattingCrowd(const VouchedRegions& where);

    /// From when on, after `since`, so much in a row was heard by everybody that all is; as far as it has come.
    [[nodiscard]] std::optional<Moment> heard_by_all(Moment since);

    /// Says no more, and waits until the last has been heard by all.
    void stop();

    struct Figures {
        std::size_t said = 0;
        std::size_t deliveries = 0;  ///< one for each listener
        std::size_t lost = 0;        ///< of these
    };
    [[nodiscard]] Figures between(Moment begin, Moment end);

    /// When that was said which not everybody has heard.
    [[nodiscard]] std::vector<Moment> losses();
    /// Who has not heard whom since then, a line each: for the one who looks for the reason.
    [[nodiscard]] std::string unheard(Moment since);
    /// How often somebody heard something twice.
    [[nodiscard]] std::size_t doubles();
    /// How many have lost their server and found another.
    [[nodiscard]] std::size_t reconnected();
    /// Those that have ended.
    [[nodiscard]] std::vector<std::string> gone();

  private:
    struct Said {
        Moment when;
        std::array<int, talkers> heard{};  ///< how often, by each; its speaker does not hear it
    };

    void talk_until(const std::stop_token& stop);
    void listen();
    void note(std::size_t listener, const std::string& line);
    [[nodiscard]] static bool heard_by_all(const Said& said);

    std::vector<std::unique_ptr<support::Talker>> talkers_;
    std::array<std::size_t, talkers> read_{};  ///< how much of what each has printed
    std::mutex mutex_;
    std::vector<Said> said_;
    std::jthread talking_;
};

}  // namespace natscreds::test
