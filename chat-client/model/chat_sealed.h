#pragma once

#include <natscreds/chat-client/model/chat.h>

namespace natscreds::chat {

/// The sealed side of a Chat: whose curve key is known, what waits for one, what was read.
class Chat::Sealed {
  public:
    explicit Sealed(Chat& chat) : chat_(chat), talk_(chat.sealed_) {}

    /// Whether direct messages are sealed at all: one has a curve key.
    [[nodiscard]] bool on() const { return chat_.self_.curve.has_value(); }
    /// The curve key that somebody announces, if they do.
    void take_curve(const Message& message, base::Time now);
    /// Whether a direct message counts: a sealed one once.
    [[nodiscard]] bool admit(const Message& message, base::Time now);
    void cannot_open(base::Time now);
    void hear_kept(const StoredMessage& stored, base::Time now);
    void take_receipt(const Message& message);
    /// Says what was read, where both want that.
    void send_receipt(const Room& room);

    /// Fails: std::errc::invalid_argument, where nothing may be sent to that person now.
    [[nodiscard]] base::Status check(const Place& place, const std::string& text) const;
    /// Sends it sealed, plain where that is allowed, or later, when there is a key to seal for.
    void send(Send message, base::Time now);
    void release(const nkeys::PublicKey& person);
    void give_up_held(base::Time now);

  private:
    [[nodiscard]] bool seal(Send& message);
    void tell_missing(const nkeys::PublicKey& person, base::Time now);
    [[nodiscard]] std::string name_of(const nkeys::PublicKey& person, base::Time now) const;
    void tell(const nkeys::PublicKey& person, std::string text, base::Time now);

    Chat& chat_;
    SealedTalk& talk_;
};

}  // namespace natscreds::chat
