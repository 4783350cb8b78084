#pragma once

#include <system_error>

namespace natscreds::chat {

/// Why something that arrived is not shown, something typed is not done, or settings are not taken.
enum class Errc {
    not_a_message = 1,  ///< not a signed chat message, or one without its fields
    bad_signature,      ///< not signed by the key that it names; whom it names is then not shown
    wrong_place,        ///< signed for another channel or recipient than it came to: a replay
    too_large,          ///< longer than a message may be
    bad_name,           ///< not a name that a chat or a channel can have
    unknown_setting,    ///< there is none of this name
    wrong_type,         ///< a setting's value is not a text
    bad_setting,        ///< a setting cannot have this value
    key_taken,          ///< two actions would have the same key
    not_toml,           ///< the settings cannot be read as TOML
    not_rooms,          ///< what is kept of an earlier chat cannot be read
    cannot_open,        ///< sealed for another curve key, or garbage
    not_sealed_state,   ///< what is kept of sealed messages cannot be read
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::chat

template <>
struct std::is_error_code_enum<natscreds::chat::Errc> : std::true_type {};
