#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::chat {

/// Which sealed messages were taken in, so that each counts once: also one that somebody sends again much later, and
/// one that is read from the stream after it was heard.
///
/// Holds:   of each sender the newest `max_of_one`; what is dated before all that is remembered of its sender counts as
///          seen, once something had to be forgotten. What is dated ahead by more than an hour does not count. At most
///          `max_senders`; the one who was silent for longest makes room.
class SeenMessages {
  public:
    static constexpr std::size_t max_of_one = 256;
    static constexpr std::size_t max_senders = 256;

    struct Seen {
        nkeys::PublicKey sender;
        std::string id;
        base::Time signed_at;
    };
    /// Whether it is the first time, and counts.
    bool insert(const Seen& seen, base::Time now);

    struct Sender {
        base::Time from{};                                           ///< what is older counts as seen
        base::Time heard_at{};                                       ///< by our clock
        std::vector<std::pair<base::Time, std::string>> marks = {};  ///< the oldest first
    };
    [[nodiscard]] const std::map<nkeys::PublicKey, Sender>& all() const noexcept { return senders_; }
    void restore(const nkeys::PublicKey& sender, Sender known);
    /// What stands for an id: 12 characters of base64url.
    [[nodiscard]] static std::string mark_of(std::string_view id);

  private:
    std::map<nkeys::PublicKey, Sender> senders_;
};

}  // namespace natscreds::chat
