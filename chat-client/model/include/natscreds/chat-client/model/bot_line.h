#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/message.h>
#include <natscreds/chat-client/model/news.h>

namespace natscreds::chat {

/// The version of the lines that bots and `nats-chat --plain --json` exchange. What is added keeps it; what would
/// break a bot raises it.
inline constexpr int bot_lines_version = 1;

/// One line from a bot: what it wants done.
///
/// Shape:   {"v":1,"do":"say","channel":"NATS","text":"hello","tag":"1"}; `v` and `tag` may be missing. docs/chat.md has
///          all of them.
struct BotRequest {
    enum class Action { say, act, command };
    Action action = Action::say;
    std::string channel = {};  ///< where; of several it is `person`, a name or a key, that counts
    std::string person = {};
    std::string text = {};
    Annotation note = {};
    /// Whose message it is about, where that is the bot's own: then `note.about` lacks its sender.
    std::string own_id = {};
    std::string tag = {};  ///< comes back in the answer
};

/// Fails: std::errc::invalid_argument; the detail says what is wrong, and what was expected.
[[nodiscard]] base::Result<BotRequest> parse_bot_request(std::string_view line);

/// The lines to a bot, each one JSON object without a newline.
[[nodiscard]] std::string hello_line(const std::string& name, const nkeys::PublicKey& key);
[[nodiscard]] std::string news_line(const News& news);
/// What became of a request: sent with this id, or not, and why.
struct BotAnswer {
    std::string tag;
    std::string id = {};
    std::string error = {};  ///< empty: a server has it
};
[[nodiscard]] std::string answer_line(const BotAnswer& answer);

}  // namespace natscreds::chat
