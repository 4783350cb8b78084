#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <natscreds/base/bytes.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/errc.h>
#include <natscreds/nkeys/kind.h>

namespace natscreds::nkeys {

using PublicBytes = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// The public half of an nkey: a kind and 32 bytes, written as 56 base32 characters ("UD46...").
///
/// Shape:   text is exactly 56 characters, upper case, no padding.
/// Holds:   the checksum was right and kind() is a public kind; no other instance can exist.
/// Fails:   parse: Errc::bad_length, bad_alphabet, bad_checksum, not_a_public_key, bad_kind, tested in that
///          order; with a kind asked for, wrong_kind after them.
/// Source:  nats-io/nkeys strkey.go.
class PublicKey {
  public:
    [[nodiscard]] static base::Result<PublicKey> parse(std::string_view text);
    [[nodiscard]] static base::Result<PublicKey> parse(std::string_view text, Kind expected);
    [[nodiscard]] static PublicKey create(Kind kind, const PublicBytes& bytes) noexcept;

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] const PublicBytes& bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::string text() const;

    /// Fails with Errc::bad_signature, and Errc::cannot_sign for a curve key.
    [[nodiscard]] base::Status verify(base::ByteView message, const Signature& signature) const;

    auto operator<=>(const PublicKey&) const = default;

  private:
    PublicKey(Kind kind, const PublicBytes& bytes) noexcept : kind_(kind), bytes_(bytes) {}

    Kind kind_;
    PublicBytes bytes_;
};

}  // namespace natscreds::nkeys
