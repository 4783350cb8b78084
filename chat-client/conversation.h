#pragma once

#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/net/session.h>

namespace natscreds::chat {

/// A Chat and the Session that it talks through: events go in, effects go out.
///
/// Thread:  one.
class Conversation {
  public:
    Conversation(Chat chat, Session& session, Mailbox& mailbox, const base::Clock& clock)
        : chat_(std::move(chat)), session_(session), mailbox_(mailbox), clock_(clock) {}

    /// Takes in all that has happened, and carries out what the Chat wants done.
    void update();
    void type(std::string_view line);

    [[nodiscard]] bool left() const noexcept { return left_; }
    [[nodiscard]] bool anything_failed() const noexcept { return failed_; }
    [[nodiscard]] Chat& chat() noexcept { return chat_; }

  private:
    void take(const Event& event);
    void carry_out(const Effect& effect);

    Chat chat_;
    Session& session_;
    Mailbox& mailbox_;
    const base::Clock& clock_;
    bool left_ = false;
    bool failed_ = false;
};

}  // namespace natscreds::chat
