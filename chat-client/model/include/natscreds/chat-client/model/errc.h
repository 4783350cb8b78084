#pragma once

#include <system_error>

namespace natscreds::chat {

/// Why something that arrived is not shown, or something typed is not done.
enum class Errc {
    not_a_message = 1,  ///< not a signed chat message, or one without its fields
    bad_signature,      ///< not signed by the key that it names; whom it names is then not shown
    wrong_place,        ///< signed for another channel or recipient than it came to: a replay
    too_large,          ///< longer than a message may be
    bad_name,           ///< not a name that a chat or a channel can have
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::chat

template <>
struct std::is_error_code_enum<natscreds::chat::Errc> : std::true_type {};
