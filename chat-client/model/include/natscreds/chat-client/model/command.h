#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/message.h>

namespace natscreds::chat {

/// What a person can ask for, one type each.
struct Say {
    std::string text;
};
struct Help {};
struct Join {
    std::string channel;
};
struct Direct {
    std::string name;
    std::string text;  ///< empty: only open the conversation
};
/// Leaves a channel, or closes a conversation.
struct Close {
    std::string channel;  ///< empty: the place that is looked at
};
/// About one message of this place: one's own newest, or the newest of others.
struct About {
    Saying saying;     ///< words: a reply
    std::string text;  ///< a reaction's sign
};
struct Clear {};
struct ListPlaces {};
struct Nick {};
struct Act {
    std::string text;
};
struct Names {};
struct WhoIs {
    std::string name;
};
/// Passes over what somebody writes, or no longer.
struct Ignore {
    std::string name;  ///< empty: say who is ignored
};
/// Lets plain messages go to somebody who has announced no curve key, or no longer.
struct Insecure {
    std::string name;
};
/// Another curve key of one's own.
struct Rekey {};
struct Search {
    std::string words;
};
struct Set {
    std::string name = {};   ///< empty: show all; its beginning: show those
    std::string value = {};  ///< empty: show
};
struct RoundTrip {};
struct Servers {};
struct Quit {};

using Command = std::variant<Say, Help, Join, Direct, Close, About, Clear, ListPlaces, Nick, Act, Names,
                             WhoIs, Ignore, Insecure, Rekey, Search, Set, RoundTrip, Servers, Quit>;

/// How each command is written, for /help and for completion.
struct CommandSpec {
    std::string_view name;       ///< "/join"
    std::string_view arguments;  ///< "CHANNEL"
    std::string_view help;
};
[[nodiscard]] std::span<const CommandSpec> command_specs() noexcept;

/// Reads a line as it was typed. "//x" says "/x"; a text of several lines is said, whatever it begins with.
/// Fails: std::errc::invalid_argument; the detail says what to type instead.
[[nodiscard]] base::Result<Command> parse_command(std::string_view line);

}  // namespace natscreds::chat
