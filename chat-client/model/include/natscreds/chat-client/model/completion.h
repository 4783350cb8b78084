#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/chat.h>

namespace natscreds::chat {

/// What the last word before the cursor can become, the likeliest first: commands, channels ("#Ge", or after
/// /join), settings after /set, and names of people, those who spoke last before the others who are online. Upper and lower case are
/// alike.
///
/// Holds:   each ends so that one can go on: a name that begins the line with ": ", everything else with a space.
[[nodiscard]] std::vector<std::string> completions(const Chat& chat, std::string_view before, base::Time now);

}  // namespace natscreds::chat
