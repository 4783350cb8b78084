#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/ink.h>
#include <natscreds/chat-client/model/key.h>

namespace natscreds::chat {

/// What a key can be bound to. The keys that edit the line are readline's and are not bound here.
enum class Action {
    next_channel,
    previous_channel,
    next_unread,
    page_up,
    page_down,
    oldest,
    newest,
    search,
    switch_room,
    unfold,
    people,
    newline,
    redraw,
    help,
    leave,
};

inline constexpr std::array<std::string_view, 15> action_names{
    "next_channel", "previous_channel", "next_unread", "page_up", "page_down", "oldest", "newest", "search",
    "switch_room",  "unfold",           "people",      "newline", "redraw",    "help",   "leave"};

/// Which messages ring the terminal's bell.
enum class Bell {
    off,
    direct,   ///< those to oneself alone
    mention,  ///< those, and those that speak of oneself
    all,
};

/// What is on or off.
enum class Switch {
    presence,  ///< a line tells who comes and goes
    mouse,     ///< the wheel scrolls here; off: the mouse is the terminal's
    receipts,  ///< those who want it, too, are told that their sealed messages were read
};
inline constexpr std::array<std::string_view, 3> switch_names{"presence", "mouse", "receipts"};

/// How a person wants the chat: which keys, which colours, when it rings, what is on.
///
/// Holds:   every action has a key, and no key has two.
class Settings {
  public:
    Settings();

    /// Reads a TOML file of [keys], [colors], bell and the switches, all of them optional.
    /// Fails: Errc::not_toml, unknown_setting, wrong_type, bad_setting, key_taken; the detail says where:
    ///        "chat.toml:3: keys.next: ...".
    [[nodiscard]] static base::Result<Settings> parse(std::string_view text,
                                                      const std::filesystem::path& file);

    /// Changes one, named as in the file: "bell", "presence", "colors.mention", "keys.next_channel". A colour is one of
    /// colour_names, "default" (the terminal's own) or "standard" (this program's).
    /// Fails: Errc::unknown_setting, bad_setting, key_taken; then nothing has changed.
    [[nodiscard]] base::Status set(std::string_view name, std::string_view value);

    struct Entry {
        std::string name;
        std::string value;
    };
    /// All of them, as they can be set.
    [[nodiscard]] std::vector<Entry> entries() const;

    [[nodiscard]] Bell bell() const noexcept { return bell_; }
    [[nodiscard]] bool is_on(Switch which) const { return on_[static_cast<std::size_t>(which)]; }
    [[nodiscard]] const Key& key_of(Action action) const { return keys_.at(action); }
    /// Those inks that do not look as this program has them; empty: the terminal's own colour.
    [[nodiscard]] const std::map<Ink, std::optional<Colour>>& colours() const noexcept { return colours_; }

  private:
    [[nodiscard]] base::Status assign(std::string_view name, std::string_view value);
    [[nodiscard]] base::Status assign_bell(std::string_view value);
    [[nodiscard]] base::Status assign_switch(Switch which, std::string_view value);
    [[nodiscard]] base::Status assign_colour(std::string_view ink, std::string_view value);
    [[nodiscard]] base::Status assign_key(std::string_view action, std::string_view value);
    /// Whether another action has this one's key.
    [[nodiscard]] std::optional<Action> other_with_key_of(Action action) const;
    [[nodiscard]] base::Status check_key(std::string_view name) const;

    std::map<Action, Key> keys_;
    std::map<Ink, std::optional<Colour>> colours_;
    Bell bell_ = Bell::mention;
    std::array<bool, switch_names.size()> on_{true, true, false};
};

}  // namespace natscreds::chat
