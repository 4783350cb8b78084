#include <natscreds/chat-client/model/command.h>

#include <algorithm>
#include <array>
#include <utility>

#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

constexpr std::array specs{
    CommandSpec{"/help", "", "this list"},
    CommandSpec{"/join", "CHANNEL", "go to a channel, a new one too"},
    CommandSpec{"/leave", "[CHANNEL]", "leave this channel, or another one"},
    CommandSpec{"/msg", "NAME [TEXT]", "write to one person"},
    CommandSpec{"/query", "NAME [TEXT]", "the same"},
    CommandSpec{"/close", "", "close this conversation, or leave this channel"},
    CommandSpec{"/list", "", "what is open, and what of it is unread"},
    CommandSpec{"/clear", "", "clear the screen of this room"},
    CommandSpec{"/me", "TEXT", "say what you do"},
    CommandSpec{"/reply", "TEXT", "reply to the newest message of others"},
    CommandSpec{"/react", "SIGN", "a sign below it, such as 👍; again: take it back"},
    CommandSpec{"/edit", "TEXT", "edit your last message"},
    CommandSpec{"/delete", "", "take your last message back"},
    CommandSpec{"/names", "", "who is online"},
    CommandSpec{"/nick", "", "where your name comes from"},
    CommandSpec{"/whois", "NAME", "whose name that is; accepts a new key"},
    CommandSpec{"/insecure", "NAME",
                "send plain messages to who has announced no curve key; again: no longer"},
    CommandSpec{"/rekey", "", "have a new curve key for sealed messages; what came is still read"},
    CommandSpec{"/ignore", "[NAME]", "hide what somebody writes until you leave; again: show it"},
    CommandSpec{"/search", "WORDS", "find an older message of this place"},
    CommandSpec{"/set", "[NAME [VALUE]]", "show settings; change one until you leave"},
    CommandSpec{"/rtt", "", "time to the server and back"},
    CommandSpec{"/servers", "", "which server this is"},
    CommandSpec{"/quit", "", "leave"},
};

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// A text's first word, and what follows it.
std::pair<std::string_view, std::string_view> first_word(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    return {text.substr(0, end), trimmed(text.substr(end))};
}

base::Error usage(std::string_view command) {
    const auto* const spec = std::ranges::find(specs, command, &CommandSpec::name);
    const std::string text = spec != specs.end()
                                 ? "type " + std::string(spec->name) + " " + std::string(spec->arguments)
                                 : harmless(command) + " is not a command: /help lists them";
    return {std::make_error_code(std::errc::invalid_argument), text};
}

std::string_view without(char sign, std::string_view name) {
    return !name.empty() && name.front() == sign ? name.substr(1) : name;
}

Set parse_set(std::string_view rest) {
    const auto [name, value] = first_word(rest);
    return {.name = std::string(name), .value = std::string(value)};
}

base::Result<Command> parse_leave(std::string_view rest) {
    const auto [word, text] = first_word(rest);
    const std::string_view channel = without('#', word);
    if (!text.empty() || (!word.empty() && !is_name(channel))) return usage("/leave");
    return Command(Close{std::string(channel)});
}

base::Result<Command> parse_with_argument(std::string_view name, std::string_view rest) {
    const auto [word, text] = first_word(rest);
    if (word.empty()) return usage(name);
    if (name == "/join") {
        if (!text.empty() || !is_name(without('#', word))) return usage(name);
        return Command(Join{std::string(without('#', word))});
    }
    if (name == "/msg" || name == "/query")
        return Command(Direct{std::string(without('@', word)), std::string(text)});
    if (name == "/me") return Command(Act{std::string(rest)});
    if (name == "/whois") return Command(WhoIs{std::string(without('@', word))});
    if (name == "/insecure") return Command(Insecure{std::string(without('@', word))});
    if (name == "/search") return Command(Search{std::string(rest)});
    if (name == "/reply") return Command(About{Saying::words, std::string(rest)});
    if (name == "/react") return Command(About{Saying::reaction, std::string(rest)});
    if (name == "/edit") return Command(About{Saying::edit, std::string(rest)});
    return usage(name);
}

}  // namespace

std::span<const CommandSpec> command_specs() noexcept {
    return specs;
}

base::Result<Command> parse_command(std::string_view line) {
    const bool several_lines = line.find('\n') != std::string_view::npos;
    if (!line.starts_with('/') || several_lines) return Command(Say{std::string(line)});
    if (line.starts_with("//")) return Command(Say{std::string(line.substr(1))});
    const auto [name, rest] = first_word(line);
    if (name == "/help") return Command(Help{});
    if (name == "/leave") return parse_leave(rest);
    if (name == "/close") return Command(Close{});
    if (name == "/delete") return Command(About{Saying::deletion, {}});
    if (name == "/clear") return Command(Clear{});
    if (name == "/list") return Command(ListPlaces{});
    if (name == "/ignore") return Command(Ignore{std::string(without('@', rest))});
    if (name == "/nick") return Command(Nick{});
    if (name == "/rekey") return Command(Rekey{});
    if (name == "/names") return Command(Names{});
    if (name == "/set") return Command(parse_set(rest));
    if (name == "/rtt") return Command(RoundTrip{});
    if (name == "/servers") return Command(Servers{});
    if (name == "/quit") return Command(Quit{});
    return parse_with_argument(name, rest);
}

}  // namespace natscreds::chat
