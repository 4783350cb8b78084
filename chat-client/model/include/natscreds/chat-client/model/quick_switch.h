#pragma once

#include <string_view>
#include <vector>

#include <natscreds/chat-client/model/chat.h>

namespace natscreds::chat {

/// The places of a chat whose titles have these letters in this order, upper and lower case alike: those that begin
/// with them first, then those that contain them as they are, then the others; among equals those with something unread
/// first. Without letters all but the one that is looked at. Valid until the chat changes.
[[nodiscard]] std::vector<const Room*> places_like(const Chat& chat, std::string_view letters);

}  // namespace natscreds::chat
