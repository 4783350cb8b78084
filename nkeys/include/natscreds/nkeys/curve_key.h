#pragma once

#include <string_view>
#include <utility>

#include <natscreds/base/bytes.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::nkeys {

/// A private curve key (X25519, "SX..."): it seals messages for another curve key and opens theirs.
///
/// Shape:   sealed = "xkv1", a nonce of 24 bytes, then NaCl's box (tag first): 44 bytes more than the message.
/// Holds:   the private half lies in locked memory, and leaves it only as a Secret.
///          The private key's text is 56 characters ("P...").
/// Fails:   parse_seed: as SigningKey::parse_seed, with Errc::wrong_kind for a key that signs. create: bad_length.
///          parse_private: as SigningKey::parse_private.
///          seal: wrong_kind, unusable_key. open: not_sealed, wrong_kind, cannot_open.
/// Source:  nats-io/nkeys xkeys.go.
class CurveKey {
  public:
    [[nodiscard]] static CurveKey generate(base::Random& random);
    [[nodiscard]] static base::Result<CurveKey> create(const base::Secret& raw_seed);
    [[nodiscard]] static base::Result<CurveKey> parse_seed(std::string_view text);
    [[nodiscard]] static base::Result<CurveKey> parse_private(std::string_view text);

    [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }
    [[nodiscard]] base::Secret seed_text() const;
    [[nodiscard]] base::Secret private_text() const;
    [[nodiscard]] base::Secret raw_seed() const;

    [[nodiscard]] base::Result<base::Bytes> seal(base::ByteView message, const PublicKey& recipient,
                                                 base::Random& random) const;
    [[nodiscard]] base::Result<base::Bytes> open(base::ByteView sealed, const PublicKey& sender) const;

  private:
    CurveKey(PublicKey public_key, base::Secret seed) : public_key_(public_key), seed_(std::move(seed)) {}
    static CurveKey of(base::Secret raw_seed);

    PublicKey public_key_;
    base::Secret seed_;
};

}  // namespace natscreds::nkeys
