#include <natscreds/nkeys/curve_key.h>

#include <algorithm>
#include <cstdlib>

#include <sodium.h>

#include "encoding.h"

namespace natscreds::nkeys {
namespace {

constexpr std::string_view version = "xkv1";
constexpr std::size_t nonce_size = crypto_box_NONCEBYTES;
constexpr std::size_t overhead = version.size() + nonce_size + crypto_box_MACBYTES;

base::Status check_curve(const PublicKey& key) {
    if (key.kind() == Kind::curve) return {};
    return base::Error{Errc::wrong_kind, key.text() + ": a curve key is needed"};
}

}  // namespace

CurveKey CurveKey::of(base::Secret raw_seed) {
    PublicBytes public_half;
    if (crypto_scalarmult_base(public_half.data(), raw_seed.expose().data()) != 0) std::abort();
    return {PublicKey::create(Kind::curve, public_half), std::move(raw_seed)};
}

CurveKey CurveKey::generate(base::Random& random) {
    return of(base::Secret::filled(raw_size, [&](std::span<std::uint8_t> memory) { random.fill(memory); }));
}

base::Result<CurveKey> CurveKey::parse_seed(std::string_view text) {
    base::Result<RawSeed> seed = decode_seed(text);
    if (!seed) return seed.error();
    if (seed->kind != Kind::curve) {
        return base::Error{Errc::wrong_kind,
                           "seed of the kind " + std::string(name(seed->kind)) + " instead of curve"};
    }
    return of(std::move(seed->bytes));
}

base::Result<CurveKey> CurveKey::create(const base::Secret& raw_seed) {
    if (raw_seed.size() != raw_size) return base::Error{Errc::bad_length, "raw seed"};
    return of(base::Secret::copy_of(raw_seed.expose()));
}

base::Result<CurveKey> CurveKey::parse_private(std::string_view text) {
    base::Result<base::Secret> raw_seed = decode_private(text, raw_size);
    if (!raw_seed) return raw_seed.error();
    return of(std::move(*raw_seed));
}

base::Secret CurveKey::seed_text() const {
    return encode_seed(Kind::curve, seed_.expose());
}

base::Secret CurveKey::private_text() const {
    return encode_private(seed_.expose());
}

base::Secret CurveKey::raw_seed() const {
    return base::Secret::copy_of(seed_.expose());
}

base::Result<base::Bytes> CurveKey::seal(base::ByteView message, const PublicKey& recipient,
                                         base::Random& random) const {
    const base::Status is_curve = check_curve(recipient);
    if (!is_curve) return is_curve.error();
    base::Bytes sealed(message.size() + overhead);
    const auto nonce = std::span(sealed).subspan(version.size(), nonce_size);
    std::ranges::copy(base::as_bytes(version), sealed.begin());
    random.fill(nonce);
    const int failed =
        crypto_box_easy(sealed.data() + version.size() + nonce_size, message.data(), message.size(),
                        nonce.data(), recipient.bytes().data(), seed_.expose().data());
    if (failed != 0) return base::Error{Errc::unusable_key, recipient.text()};
    return sealed;
}

base::Result<base::Bytes> CurveKey::open(base::ByteView sealed, const PublicKey& sender) const {
    const bool is_sealed =
        sealed.size() >= overhead && base::as_text(sealed.first(version.size())) == version;
    if (!is_sealed) return base::Error{Errc::not_sealed, ""};
    const base::Status is_curve = check_curve(sender);
    if (!is_curve) return is_curve.error();
    const base::ByteView nonce = sealed.subspan(version.size(), nonce_size);
    const base::ByteView box = sealed.subspan(version.size() + nonce_size);
    base::Bytes message(sealed.size() - overhead);
    const int failed = crypto_box_open_easy(message.data(), box.data(), box.size(), nonce.data(),
                                            sender.bytes().data(), seed_.expose().data());
    if (failed != 0) return base::Error{Errc::cannot_open, "sender " + sender.text()};
    return message;
}

}  // namespace natscreds::nkeys
