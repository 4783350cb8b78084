#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/message.h>

namespace natscreds::chat {

/// The JSON of what is said, which is the same in the open and sealed.

/// A field that is a string, and "" if it is missing; nothing if it is anything else.
[[nodiscard]] std::optional<std::string> text_field(const nlohmann::json& fields, const char* name);

/// What is said in a place: its type is that of plain words there, or of what else it does.
[[nodiscard]] nlohmann::json fields_of(const Written& written, const char* words_type);

/// Completes a message that has its sender and kind. The signature stands for an id that is missing.
/// Fails: Errc::not_a_message, too_large.
[[nodiscard]] base::Result<Message> read_words(Message message, const nlohmann::json& fields,
                                               std::string_view signature);

/// Signed by the sender, for this place.
[[nodiscard]] std::string sign(const std::string& subject, const nlohmann::json& fields,
                               const Sender& sender);

}  // namespace natscreds::chat
