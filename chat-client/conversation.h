#pragma once

#include <functional>
#include <optional>
#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/chat-client/model/bot_line.h>
#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/link.h>
#include <natscreds/chat-client/net/session.h>

namespace natscreds::chat {

/// A Chat and the Session that it talks through: events go in, effects go out.
///
/// Thread:  one.
class Conversation {
  public:
    struct Parts {
        Chat chat;
        Link link;
        Session& session;
        Mailbox& mailbox;
        const base::Clock& clock;
        const base::IntervalClock& intervals;
        std::function<void(const KeptRooms&)> keep = {};  ///< called when channels come or go
        std::function<void(const SealedState&)> keep_sealed = {};
        std::function<base::Result<nkeys::CurveKey>()> new_curve = {};  ///< makes and keeps one
    };
    explicit Conversation(Parts parts) : parts_(std::move(parts)) {}

    /// Takes in all that has happened, and carries out what the Chat wants done.
    void update();
    void type(std::string_view line);
    /// What a bot wants said. Fails: as Chat::send and Chat::place_of.
    [[nodiscard]] base::Result<Sent> say(const BotRequest& request);

    [[nodiscard]] bool left() const noexcept { return left_; }
    [[nodiscard]] bool anything_failed() { return failed_ || parts_.chat.sealed().unsent > 0; }
    [[nodiscard]] Chat& chat() noexcept { return parts_.chat; }
    [[nodiscard]] const Link& link() const noexcept { return parts_.link; }
    [[nodiscard]] base::Time now() const { return parts_.clock.now(); }

  private:
    void take(const Event& event);
    void connect(const Connected& connected);
    void disconnect();
    void measure(const Measured& measured);
    void carry_out(const Effect& effect);
    void carry_out_effects();
    void renew_curve();
    void keep_sealed();

    Parts parts_;
    std::optional<base::Instant> away_since_;  ///< since when no server answers
    base::Time sealed_kept_at_{};
    bool rooms_changed_ = false;
    bool left_ = false;
    bool failed_ = false;
};

}  // namespace natscreds::chat
