#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/message.h>
#include <natscreds/nkeys/curve_key.h>

namespace natscreds::chat {

/// Direct messages that only their recipient can read.
///
/// Shape:   {"type":"chat-sealed","version":2,"curve":"X...","box":"..."}, signed as every message is, with the recipient's
///          key as `sub`. `box` is base64url of nkeys' xkv1, from that curve key for the one that the recipient has
///          announced. Inside is the body of a plain direct message, with "from" and "to", the two user keys, and
///          "receipt":true where the sender wants to know that it was read.
/// Holds:   a box counts for the one who signed it alone, and for the one to whom it was signed: another's box, signed
///          anew, says whose it is.

/// How much text fits into one, beside its sender's JWT or not.
inline constexpr std::size_t max_sealed_text_bytes = 3600;
/// Of one sender's messages to one recipient so many are kept, the newest.
inline constexpr std::size_t sealed_slots = 64;

struct Sealing {
    const nkeys::CurveKey& own;
    const nkeys::PublicKey& recipients;  ///< curve key
    base::Random& random;
    bool asks_receipt = false;
};

/// Fails: as CurveKey::seal.
[[nodiscard]] base::Result<std::string> encode_sealed(const Written& written,
                                                      const nkeys::PublicKey& recipient, const Sender& sender,
                                                      const Sealing& sealing);

/// Opens one that came for `self`, with any of these keys: the direct message that it is.
/// Fails: Errc::cannot_open, wrong_place (another's box, or another's message), not_a_message, too_large.
[[nodiscard]] base::Result<Message> open_sealed(const Message& sealed, const nkeys::PublicKey& self,
                                                std::span<const nkeys::CurveKey> keys);

}  // namespace natscreds::chat
