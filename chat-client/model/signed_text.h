#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::chat {

/// The parts of a token that a chat message has, of either version.
///
/// Holds:   signed by `issuer`. `body` is a JSON object with the message's own fields.
struct SignedText {
    nkeys::PublicKey issuer;
    base::Time issued_at;
    std::optional<base::Time> expires;
    std::string subject;
    std::string name;
    std::string body;
    std::string signature;  ///< as text
};

/// Reads a token of version 2; of version 1, or of none, as older clients sign them.
/// Fails: Errc::bad_signature, not_a_message.
[[nodiscard]] base::Result<SignedText> read_signed_text(std::string_view token);

}  // namespace natscreds::chat
