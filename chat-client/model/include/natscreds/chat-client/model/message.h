#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/bytes.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/errc.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/public_key.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::chat {

/// The longest text of a message, and the longest body in which one may come, in bytes.
inline constexpr std::size_t max_text_bytes = 4096;
inline constexpr std::size_t max_body_bytes = 16'384;
/// The longest sign of a reaction, in bytes: a family of four with skin colours has 41.
inline constexpr std::size_t max_reaction_bytes = 48;
inline constexpr std::size_t max_topic_bytes = 200;

enum class MessageKind {
    post,
    direct,
    presence,
    announcement,  ///< which curve key messages to its sender are sealed for; a stream keeps it
    sealed,        ///< a direct message that is not opened yet (sealed.h)
};

/// What a presence says beside "I am here".
enum class Movement { stays, arrives, leaves };

/// Names a message: who signed it, and the id that they gave it.
struct MessageRef {
    nkeys::PublicKey sender;
    std::string id;

    auto operator<=>(const MessageRef&) const = default;
};

/// What a post or a direct message does. Clients of version 1 know words alone, and pass over the rest.
enum class Saying {
    words,     ///< says something; with `about`, as a reply to that
    edit,      ///< `text` stands in the place of what the sender said before
    deletion,  ///< takes back what the sender said before
    reaction,  ///< `text`, one sign, stands below what somebody said
    topic,     ///< `text` is what the channel is about
    receipt,   ///< the sender has read what was said so far; only sealed
};

/// What a message does beside saying its text, and to which other message.
struct Annotation {
    Saying saying = Saying::words;
    std::optional<MessageRef> about = {};
    std::uint64_t revision =
        0;                   ///< counts up for each message, reaction or topic: an older one changes nothing
    bool withdrawn = false;  ///< the reaction is taken back
};

/// A message as it arrived: signed by `sender`, for the place that it came to.
///
/// NOT:     a name to be believed. `name` and `text` are the sender's own, and not yet fit to be shown.
struct Message {
    MessageKind kind;
    nkeys::PublicKey sender;
    base::Time issued_at;
    std::optional<base::Time> expires = {};
    std::string name = {};
    std::string id = {};       ///< of this sender's; where the message has none, its signature
    std::string channel = {};  ///< of a post
    std::string text = {};     ///< of a post or a direct message
    Annotation note = {};
    Movement movement = Movement::stays;
    std::optional<jwt::Decoded<jwt::UserClaims>> user = {};  ///< what it shows for its sender's name
    std::optional<nkeys::PublicKey> curve =
        {};                   ///< the curve key that its sender announces or has sealed with
    base::Bytes box = {};     ///< of a sealed one
    bool was_sealed = false;  ///< a direct message that has been opened
    bool asks_receipt = false;
};

/// A message's own among all: by its sender and what the sender called it.
[[nodiscard]] std::string id_of(const Message& message);
[[nodiscard]] std::string id_of(const MessageRef& message);

/// The subjects of one chat: "chat.KUBECON.posts.General".
class ChatSubjects {
  public:
    /// Fails: Errc::bad_name.
    [[nodiscard]] static base::Result<ChatSubjects> create(std::string_view community);

    [[nodiscard]] std::string posts(std::string_view channel) const;
    [[nodiscard]] std::string directs(const nkeys::PublicKey& recipient) const;
    [[nodiscard]] std::string online() const;
    /// The stream that keeps the posts, where there is one.
    [[nodiscard]] std::string posts_stream() const;
    /// Where a user's announcement is kept, and each sealed message: a user's newest `sealed_slots` for each other.
    [[nodiscard]] std::string keys(std::string_view user) const;
    [[nodiscard]] std::string sealed(std::string_view recipient, std::string_view sender,
                                     std::string_view slot) const;
    [[nodiscard]] std::string keys_stream() const { return posts_stream() + "_KEYS"; }
    [[nodiscard]] std::string sealed_stream() const { return posts_stream() + "_SEALED"; }

    /// Reads what came on a subject. Also messages of the tutorial's client, which lack the user's JWT, the id
    /// or the version, or are signed as version 1.
    /// Fails: Errc::too_large, bad_signature, not_a_message, wrong_place.
    [[nodiscard]] base::Result<Message> parse(std::string_view subject, std::string_view body) const;

  private:
    explicit ChatSubjects(std::string prefix) : prefix_(std::move(prefix)) {}

    std::string prefix_;  ///< "chat.KUBECON."
};

/// Who signs what is sent, and when.
struct Sender {
    const nkeys::SigningKey& key;
    const std::string& name;
    base::Time now;
    std::string_view user =
        {};  ///< the sender's JWT, that a post shows to those who read it later; empty: none
    std::optional<nkeys::PublicKey> curve = {};  ///< what a presence announces
};

/// A new id, as no other message has.
[[nodiscard]] std::string new_message_id(base::Random& random);

struct Written {
    std::string id;
    std::string text;  ///< UTF-8
    Annotation note = {};
};

/// The bodies to send. A message may be sent again with the same id: whoever has it passes over the second.
[[nodiscard]] std::string encode_post(const Written& written, std::string_view channel, const Sender& sender);
[[nodiscard]] std::string encode_direct(const Written& written, const nkeys::PublicKey& recipient,
                                        const Sender& sender);
/// `user` empty: without the JWT, where it would not fit.
[[nodiscard]] std::string encode_presence(Movement movement, std::string_view user, const Sender& sender);
/// Of the sender's curve key.
[[nodiscard]] std::string encode_announcement(const Sender& sender);

}  // namespace natscreds::chat
