#include <natscreds/nkeys/signing_key.h>

#include <algorithm>
#include <cstdlib>

#include <sodium.h>

#include "encoding.h"

namespace natscreds::nkeys {

SigningKey SigningKey::expand(Kind kind, const base::Secret& raw_seed) {
    PublicBytes public_half;
    base::Secret expanded =
        base::Secret::filled(crypto_sign_SECRETKEYBYTES, [&](std::span<std::uint8_t> memory) {
            const int made =
                crypto_sign_seed_keypair(public_half.data(), memory.data(), raw_seed.expose().data());
            if (made != 0) std::abort();
        });
    return {PublicKey::create(kind, public_half), std::move(expanded)};
}

base::Result<SigningKey> SigningKey::generate(Kind kind, base::Random& random) {
    if (kind == Kind::curve) return base::Error{Errc::cannot_sign, "generating a key"};
    const base::Secret seed =
        base::Secret::filled(raw_size, [&](std::span<std::uint8_t> memory) { random.fill(memory); });
    return expand(kind, seed);
}

base::Result<SigningKey> SigningKey::create(Kind kind, const base::Secret& raw_seed) {
    if (kind == Kind::curve) return base::Error{Errc::cannot_sign, "making a key of its bytes"};
    if (raw_seed.size() != raw_size) return base::Error{Errc::bad_length, "raw seed"};
    return expand(kind, raw_seed);
}

base::Result<SigningKey> SigningKey::parse_private(std::string_view text, Kind kind) {
    if (kind == Kind::curve) return base::Error{Errc::cannot_sign, "private key"};
    const base::Result<base::Secret> halves = decode_private(text, crypto_sign_SECRETKEYBYTES);
    if (!halves) return halves.error();
    SigningKey key = expand(kind, base::Secret::copy_of(halves->expose().first(raw_size)));
    const bool belong_together =
        std::ranges::equal(key.public_key().bytes(), halves->expose().subspan(raw_size));
    if (!belong_together) return base::Error{Errc::not_a_private_key, "its halves do not belong together"};
    return key;
}

base::Result<SigningKey> SigningKey::parse_seed(std::string_view text) {
    const base::Result<RawSeed> seed = decode_seed(text);
    if (!seed) return seed.error();
    if (seed->kind == Kind::curve) return base::Error{Errc::cannot_sign, "seed"};
    return expand(seed->kind, seed->bytes);
}

base::Result<SigningKey> SigningKey::parse_seed(std::string_view text, Kind expected) {
    base::Result<SigningKey> key = parse_seed(text);
    if (!key || key->public_key().kind() == expected) return key;
    return base::Error{Errc::wrong_kind, "seed of the kind " + std::string(name(key->public_key().kind())) +
                                             " instead of " + std::string(name(expected))};
}

Signature SigningKey::sign(base::ByteView message) const {
    Signature signature;
    const int made = crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                                          expanded_.expose().data());
    if (made != 0) std::abort();
    return signature;
}

base::Secret SigningKey::seed_text() const {
    return encode_seed(public_key_.kind(), expanded_.expose().first(raw_size));
}

base::Secret SigningKey::raw_seed() const {
    return base::Secret::copy_of(expanded_.expose().first(raw_size));
}

base::Secret SigningKey::private_text() const {
    return encode_private(expanded_.expose());
}

}  // namespace natscreds::nkeys
