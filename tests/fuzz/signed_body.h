#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/base64url.h>
#include <natscreds/base/bytes.h>
#include <natscreds/base/clock.h>
#include <natscreds/jwt/token.h>

#include "require.h"

namespace natscreds::fuzz {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

/// The same 32 bytes each time.
class OneKey final : public base::Random {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes)
            byte = 7;
    }
};

inline const nkeys::SigningKey& user_key() {
    static const nkeys::SigningKey key = [] {
        OneKey random;
        return nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
    }();
    return key;
}

/// A token with this text as its `nats` object, by a key that may ask: what an attacker can send. Nothing when the
/// text is no JSON object.
inline std::optional<std::string> signed_body(std::string_view body, std::string_view audience) {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = user_key().public_key().text();
    draft.name = body.substr(0, 8);
    draft.audience = audience;
    draft.claims.body = body;
    const auto token = jwt::sign(draft, user_key(), noon);
    return token ? std::optional(token->text()) : std::nullopt;
}

/// A token with this text as its whole payload (times, audience, subject, issuer, name and types), signed over the
/// text. `$KEY` in it is the signing key, so that the issuer can be the right one.
inline std::string signed_payload(std::string_view text, const nkeys::SigningKey& key) {
    constexpr std::string_view header = R"({"typ":"JWT","alg":"ed25519-nkey"})";
    constexpr std::string_view placeholder = "$KEY";
    std::string payload(text);
    const std::string signer = key.public_key().text();
    for (std::size_t at = payload.find(placeholder); at != std::string::npos;
         at = payload.find(placeholder, at))
        payload.replace(at, placeholder.size(), signer);
    const std::string to_sign = base::base64url_encode(base::as_bytes(header)) + "." +
                                base::base64url_encode(base::as_bytes(payload));
    return to_sign + "." + base::base64url_encode(key.sign(base::as_bytes(to_sign)));
}

}  // namespace natscreds::fuzz
