#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>

namespace natscreds::provisioner::identity {

/// The keys that an issuer publishes (a JWK Set), of which it may have several while it changes them.
///
/// Shape:   RSA of 2048 to 8192 bits, P-256, P-384 and Ed25519, at least one and at most 64; keys for other uses and
///          algorithms are passed over. A key serves the algorithm that it names; one that names none serves that of its
///          type: RS256, ES256, ES384, EdDSA.
/// Holds:   a key verifies one algorithm only, and two keys of one algorithm never share an id.
/// Fails:   Errc::too_large, bad_json, bad_key_set.
/// Thread:  any; copies share the keys.
/// Source:  RFC 7517, RFC 7518 sections 3 and 6, RFC 8037.
class KeySet {
  public:
    [[nodiscard]] static base::Result<KeySet> parse(std::string_view text);

    /// Whether one of these keys signed the token: the one that it names, or any if it names none.
    /// Fails: Errc::unknown_key, bad_signature.
    [[nodiscard]] base::Status verify(const ForeignJwt& token) const;

    /// Whether there is a key that verify would try.
    [[nodiscard]] bool knows(const ForeignJwt& token) const noexcept;

    [[nodiscard]] std::size_t size() const noexcept;

    /// "2 keys (ES256, RS256)"
    [[nodiscard]] std::string describe() const;

  private:
    struct Key;
    using Keys = std::vector<Key>;

    explicit KeySet(std::shared_ptr<const Keys> keys) : keys_(std::move(keys)) {}
    friend struct KeySetReader;

    std::shared_ptr<const Keys> keys_;
};

}  // namespace natscreds::provisioner::identity
