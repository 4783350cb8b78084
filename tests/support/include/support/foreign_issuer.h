#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace natscreds::support {

/// An issuer's signing key, with which tests make genuine and hostile tokens.
class ForeignIssuer {
  public:
    /// A new key: "RSA" (2048 bits, for RS256) or "EC" (P-256), or for the algorithm of that name.
    ForeignIssuer(std::string_view kind, std::string key_id);
    ~ForeignIssuer();
    ForeignIssuer(const ForeignIssuer&) = delete;
    ForeignIssuer& operator=(const ForeignIssuer&) = delete;

    /// A token of these claims with the header of this key.
    [[nodiscard]] std::string token(std::string_view claims) const;

    /// A token with any header, signed as this key signs.
    [[nodiscard]] std::string token_with_header(std::string_view header, std::string_view claims) const;

    /// The same, signed by another algorithm of the key's family: "PS256" with an RSA key.
    [[nodiscard]] std::string token_as(std::string_view algorithm, std::string_view header,
                                       std::string_view claims) const;

    /// The public half, as PEM.
    [[nodiscard]] std::string pem() const;

    /// The public half, as an entry of a key set.
    [[nodiscard]] std::string jwk() const;

  private:
    struct Key;
    std::unique_ptr<Key> key_;
    std::string algorithm_;
    std::string key_id_;
};

/// A token whose signature is an HMAC-SHA256 with this secret.
[[nodiscard]] std::string hmac_token(std::string_view header, std::string_view claims,
                                     std::string_view secret);

}  // namespace natscreds::support
