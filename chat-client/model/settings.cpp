#include <natscreds/chat-client/model/settings.h>

#include <algorithm>
#include <span>

#include <natscreds/chat-client/model/errc.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

constexpr std::string_view keys_prefix = "keys.";
constexpr std::string_view colours_prefix = "colors.";
constexpr std::string_view own_colour = "default";
constexpr std::string_view standard_colour = "standard";

constexpr std::array<std::string_view, 4> bell_names{"off", "direct", "mention", "all"};

/// In the order of the actions.
constexpr std::array<std::string_view, action_names.size()> standard_keys{
    "alt-down", "alt-up", "alt-a", "page-up",   "page-down", "alt-home", "alt-end", "ctrl-r",
    "ctrl-k",   "alt-o",  "f2",    "alt-enter", "ctrl-l",    "f1",       "ctrl-x"};

/// A table of names is in the order of its enum.
template <class T>
std::optional<T> named(std::span<const std::string_view> names, std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<T>(found - names.begin());
}

template <class T>
std::string name_of(std::span<const std::string_view> names, T value) {
    return std::string(names[static_cast<std::size_t>(value)]);
}

base::Error unknown(std::string_view name) {
    return {Errc::unknown_setting, harmless(name)};
}

}  // namespace

Settings::Settings() {
    for (std::size_t i = 0; i < action_names.size(); ++i)
        keys_.emplace(static_cast<Action>(i), Key::parse(standard_keys[i]).value());
}

base::Status Settings::set(std::string_view name, std::string_view value) {
    const Settings before = *this;
    base::Status status = assign(name, value);
    if (status) status = check_key(name);
    if (!status) *this = before;
    return status;
}

base::Status Settings::assign(std::string_view name, std::string_view value) {
    if (name == "bell") return assign_bell(value);
    if (const auto which = named<Switch>(switch_names, name)) return assign_switch(*which, value);
    if (name.starts_with(colours_prefix)) return assign_colour(name.substr(colours_prefix.size()), value);
    if (name.starts_with(keys_prefix)) return assign_key(name.substr(keys_prefix.size()), value);
    return unknown(name);
}

base::Status Settings::assign_bell(std::string_view value) {
    const auto bell = named<Bell>(bell_names, value);
    if (!bell) return base::Error{Errc::bad_setting, "bell: expected off, direct, mention or all"};
    bell_ = *bell;
    return {};
}

base::Status Settings::assign_switch(Switch which, std::string_view value) {
    if (value != "on" && value != "off")
        return base::Error{Errc::bad_setting, name_of(switch_names, which) + ": expected on or off"};
    on_[static_cast<std::size_t>(which)] = value == "on";
    return {};
}

base::Status Settings::assign_colour(std::string_view ink_name, std::string_view value) {
    const std::string name = std::string(colours_prefix) + std::string(ink_name);
    const auto ink = named<Ink>(ink_names, ink_name);
    if (!ink) return unknown(name);
    if (value == standard_colour) {
        colours_.erase(*ink);
        return {};
    }
    const auto colour = named<Colour>(colour_names, value);
    if (!colour && value != own_colour) {
        return base::Error{Errc::bad_setting, name + R"(: expected a colour such as "red" or "bright_blue", )"
                                                     R"("default" for the terminal's own, or "standard")"};
    }
    colours_[*ink] = colour;
    return {};
}

base::Status Settings::assign_key(std::string_view action_name, std::string_view value) {
    const std::string name = std::string(keys_prefix) + std::string(action_name);
    const auto action = named<Action>(action_names, action_name);
    if (!action) return unknown(name);
    const base::Result<Key> key = Key::parse(value);
    if (!key) return key.error().within(name);
    keys_.at(*action) = *key;
    return {};
}

std::optional<Action> Settings::other_with_key_of(Action action) const {
    const auto found = std::ranges::find_if(
        keys_, [&](const auto& bound) { return bound.first != action && bound.second == keys_.at(action); });
    return found != keys_.end() ? std::optional(found->first) : std::nullopt;
}

base::Status Settings::check_key(std::string_view name) const {
    if (!name.starts_with(keys_prefix)) return {};
    const auto action = named<Action>(action_names, name.substr(keys_prefix.size()));
    const auto other = action ? other_with_key_of(*action) : std::nullopt;
    if (!other) return {};
    return base::Error{Errc::key_taken, std::string(name) + ": " + key_of(*other).text() + " is the key of " +
                                            name_of(action_names, *other)};
}

std::vector<Settings::Entry> Settings::entries() const {
    std::vector<Entry> all{{"bell", name_of(bell_names, bell_)}};
    for (std::size_t i = 0; i < switch_names.size(); ++i)
        all.push_back({std::string(switch_names[i]), on_[i] ? "on" : "off"});
    for (const auto& [action, key] : keys_)
        all.push_back({std::string(keys_prefix) + name_of(action_names, action), key.text()});
    for (std::size_t i = 0; i < inks; ++i) {
        const auto changed = colours_.find(static_cast<Ink>(i));
        std::string value(standard_colour);
        if (changed != colours_.end())
            value = changed->second ? name_of(colour_names, *changed->second) : std::string(own_colour);
        all.push_back({std::string(colours_prefix) + std::string(ink_names[i]), std::move(value)});
    }
    return all;
}

}  // namespace natscreds::chat
