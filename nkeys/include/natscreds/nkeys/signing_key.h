#pragma once

#include <string_view>
#include <utility>

#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::nkeys {

/// A private key that signs: an operator's, account's, user's, server's or cluster's.
///
/// Holds:   the private half lies in locked memory, and leaves it only as a Secret.
/// Shape:   the seed is 32 bytes, its text 58 base32 characters ("SUAA..."); the private key, as the Go library
///          calls it, is the seed and then the public key, its text 108 characters ("P...") without the kind.
/// Fails:   generate: Errc::cannot_sign for a curve key. create: cannot_sign, bad_length. parse_seed:
///          Errc::bad_length, bad_alphabet, bad_checksum, not_a_seed, bad_kind, cannot_sign, tested in that
///          order; with a kind asked for, wrong_kind after them. parse_private: cannot_sign, bad_length,
///          bad_alphabet, bad_checksum, not_a_private_key.
/// Thread:  sign() may be called from several threads at once.
/// Source:  nats-io/nkeys strkey.go, keypair.go; RFC 8032.
class SigningKey {
  public:
    [[nodiscard]] static base::Result<SigningKey> generate(Kind kind, base::Random& random);
    [[nodiscard]] static base::Result<SigningKey> create(Kind kind, const base::Secret& raw_seed);
    [[nodiscard]] static base::Result<SigningKey> parse_seed(std::string_view text);
    [[nodiscard]] static base::Result<SigningKey> parse_seed(std::string_view text, Kind expected);
    [[nodiscard]] static base::Result<SigningKey> parse_private(std::string_view text, Kind kind);

    [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }
    [[nodiscard]] Signature sign(base::ByteView message) const;

    [[nodiscard]] base::Secret seed_text() const;
    [[nodiscard]] base::Secret private_text() const;
    [[nodiscard]] base::Secret raw_seed() const;

  private:
    SigningKey(PublicKey public_key, base::Secret expanded)
        : public_key_(public_key), expanded_(std::move(expanded)) {}
    static SigningKey expand(Kind kind, const base::Secret& raw_seed);

    PublicKey public_key_;
    base::Secret expanded_;  // 64 bytes: the seed, then the public key, as RFC 8032 implementations keep it
};

}  // namespace natscreds::nkeys
