#pragma once

#include <string>

#include <natscreds/chat-client/model/chat.h>

namespace natscreds::chat {

/// A name as it is shown everywhere: "derek" when it is verified, "derek?" when nobody but the sender says so,
/// "derek!" when the name used to be another key's, "bob(derek)" when derek calls himself bob, "derek(then)"
/// when it was verified at the time. No name can have
/// these signs itself.
[[nodiscard]] std::string shown(const Author& author);

/// A line of a room without its time and place: "derek: hello", "* derek waves".
[[nodiscard]] std::string shown(const Line& line);

/// A message that was changed, or what somebody does to it.
[[nodiscard]] std::string shown_change(const News& news);

/// A line of --plain: "#KUBECON derek: hello", "@derek: hello", "* derek is online".
///
/// Holds:   one line, also where the message has several: then with " / " between them.
[[nodiscard]] std::string plain_line(const News& news);

}  // namespace natscreds::chat
