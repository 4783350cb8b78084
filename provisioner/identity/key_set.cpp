#include <natscreds/provisioner/identity/key_set.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/joined.h>
#include <natscreds/jwt/strict_json.h>
#include <natscreds/provisioner/identity/errc.h>

#include "algorithms.h"
#include "openssl.h"

namespace natscreds::provisioner::identity {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_key_set_bytes = 256 * 1024;
constexpr std::size_t max_keys = 64;
constexpr std::size_t ed25519_size = 32;
constexpr int pss_salt_size = 32;  // as long as the digest: RFC 7518 section 3.5
constexpr int weakest_rsa = 2048;
constexpr int strongest_rsa = 8192;  // more would let one token cost a core for long

using PublicKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using Number = Owned<BIGNUM, BN_free>;

Number number(base::ByteView bytes) {
    return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

/// The bytes of a field in base64url; nothing when it is missing or something else.
std::optional<base::Bytes> bytes_of(const Json& jwk, const char* name) {
    const auto field = jwk.find(name);
    if (field == jwk.end() || !field->is_string()) return std::nullopt;
    return base::base64url_decode(field->get_ref<const std::string&>());
}

PublicKey build(const char* type, OSSL_PARAM_BLD* builder) {
    const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder));
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return PublicKey(key);
}

/// Checked here and not by EVP_PKEY_public_check, whose prime tests are slow: an odd exponent above one that fits 32
/// bits, and an odd modulus of a length in bounds.
bool acceptable(const BIGNUM* modulus, const BIGNUM* exponent) {
    const int bits = BN_num_bits(modulus);
    return bits >= weakest_rsa && bits <= strongest_rsa && BN_is_odd(modulus) == 1 &&
           BN_num_bits(exponent) <= 32 && BN_is_odd(exponent) == 1 && BN_is_one(exponent) == 0;
}

PublicKey rsa_key(const Json& jwk) {
    const auto n = bytes_of(jwk, "n");
    const auto e = bytes_of(jwk, "e");
    if (!n || !e) return nullptr;
    const Number modulus = number(*n);
    const Number exponent = number(*e);
    if (!modulus || !exponent || !acceptable(modulus.get(), exponent.get())) return nullptr;
    const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return build("RSA", builder.get());
}

/// The length of each of the two numbers that keys and signatures of these curves consist of.
std::size_t coordinate_size(Algorithm algorithm) {
    return algorithm == Algorithm::es384 ? 48 : 32;
}

PublicKey curve_key(const Json& jwk, Algorithm algorithm) {
    const auto x = bytes_of(jwk, "x");
    const auto y = bytes_of(jwk, "y");
    const std::size_t size = coordinate_size(algorithm);
    if (!x || !y || x->size() != size || y->size() != size) return nullptr;
    base::Bytes point{0x04};  // uncompressed, SEC 1 section 2.3.3
    point.insert(point.end(), x->begin(), x->end());
    point.insert(point.end(), y->begin(), y->end());
    const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                    algorithm == Algorithm::es384 ? "P-384" : "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    return build("EC", builder.get());  // refuses a point that is not on the curve
}

PublicKey ed25519_key(const Json& jwk) {
    const auto x = bytes_of(jwk, "x");
    if (!x || x->size() != ed25519_size) return nullptr;
    return PublicKey(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, x->data(), x->size()));
}

PublicKey key_for(const Json& jwk, Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::es256:
        case Algorithm::es384:
            return curve_key(jwk, algorithm);
        case Algorithm::eddsa:
            return ed25519_key(jwk);
        default:
            return rsa_key(jwk);
    }
}

/// OpenSSL reads DER; a JWT has the two numbers one after the other.
std::optional<base::Bytes> der_of(base::ByteView signature, std::size_t size) {
    if (signature.size() != 2 * size) return std::nullopt;
    const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
    Number r = number(signature.first(size));
    Number s = number(signature.last(size));
    if (!pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
    static_cast<void>(r.release());  // the pair's now
    static_cast<void>(s.release());
    base::Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)));
    unsigned char* end = der.data();
    i2d_ECDSA_SIG(pair.get(), &end);
    return der;
}

/// None for EdDSA, which has its own.
const EVP_MD* digest_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::rs384:
        case Algorithm::es384:
            return EVP_sha384();
        case Algorithm::rs512:
            return EVP_sha512();
        case Algorithm::eddsa:
            return nullptr;
        default:
            return EVP_sha256();
    }
}

bool set_pss(EVP_PKEY_CTX* options) {
    return EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(options, pss_salt_size) == 1;
}

bool signed_by(EVP_PKEY* key, const ForeignJwt& token) {
    auto signature = base::base64url_decode(token.signature());
    const Algorithm algorithm = token.algorithm();
    if (signature && (algorithm == Algorithm::es256 || algorithm == Algorithm::es384))
        signature = der_of(*signature, coordinate_size(algorithm));
    if (!signature) return false;
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* options = nullptr;  // the context's
    const base::ByteView text = base::as_bytes(token.signed_part());
    return context &&
           EVP_DigestVerifyInit(context.get(), &options, digest_of(algorithm), nullptr, key) == 1 &&
           (algorithm != Algorithm::ps256 || set_pss(options)) &&
           EVP_DigestVerify(context.get(), signature->data(), signature->size(), text.data(), text.size()) ==
               1;
}

/// What a key of this type can be used for; first what it is used for if it does not say.
std::vector<Algorithm> algorithms_of_type(const Json& jwk) {
    const Json kind = jwk.value("kty", Json());
    const Json curve = jwk.value("crv", Json());
    if (kind == "RSA") return {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256};
    if (kind == "EC" && curve == "P-256") return {Algorithm::es256};
    if (kind == "EC" && curve == "P-384") return {Algorithm::es384};
    if (kind == "OKP" && curve == "Ed25519") return {Algorithm::eddsa};
    return {};
}

/// What a key is for; nothing when it is not for us.
std::optional<Algorithm> algorithm_to_verify_with(const Json& jwk) {
    const Json use = jwk.value("use", Json("sig"));
    // As SPIFFE's bundles have it.
    if (use != "sig" && use != "jwt-svid") return std::nullopt;
    const std::vector<Algorithm> possible = algorithms_of_type(jwk);
    if (possible.empty()) return std::nullopt;
    const auto named = jwk.find("alg");
    if (named == jwk.end()) return possible.front();
    if (!named->is_string()) return std::nullopt;
    const auto algorithm = algorithm_named(named->get_ref<const std::string&>());
    return algorithm && std::ranges::count(possible, *algorithm) != 0 ? algorithm : std::nullopt;
}

}  // namespace

struct KeySet::Key {
    Algorithm algorithm;
    std::string id;
    PublicKey key;

    [[nodiscard]] bool serves(const ForeignJwt& token) const noexcept {
        return algorithm == token.algorithm() && (token.key_id().empty() || token.key_id() == id);
    }
};

/// Reads keys into the set's own type, which nobody else sees.
struct KeySetReader {
    static bool shares_its_id(const KeySet::Keys& keys, const KeySet::Key& other) {
        return !other.id.empty() && std::ranges::any_of(keys, [&](const KeySet::Key& key) {
            return key.algorithm == other.algorithm && key.id == other.id;
        });
    }

    /// A key that is not understood, or odd, is passed over: the issuer's others are as good as before (RFC 7517,
    /// section 5).
    static base::Result<KeySet> read(const Json& list) {
        const OwnErrors errors;
        auto keys = std::make_shared<KeySet::Keys>();
        for (const Json& jwk : list) {
            if (!jwk.is_object()) continue;
            const auto algorithm = algorithm_to_verify_with(jwk);
            if (!algorithm) continue;
            const Json id = jwk.value("kid", Json(""));
            if (!id.is_string()) continue;
            KeySet::Key key{*algorithm, id.get<std::string>(), key_for(jwk, *algorithm)};
            if (!key.key || shares_its_id(*keys, key)) continue;
            keys->push_back(std::move(key));
        }
        if (keys->empty()) return base::Error{Errc::bad_key_set, "no key that can be used"};
        return KeySet(std::move(keys));
    }
};

base::Result<KeySet> KeySet::parse(std::string_view text) {
    if (text.size() > max_key_set_bytes) return base::Error{Errc::too_large, "key set"};
    const auto checked = jwt::check_json_object(text);
    if (!checked) return base::Error{Errc::bad_json, "key set: " + checked.error().detail};
    const Json list = Json::parse(text).value("keys", Json());
    if (!list.is_array()) return base::Error{Errc::bad_key_set, "no list of keys"};
    if (list.size() > max_keys) return base::Error{Errc::bad_key_set, "more than 64 keys"};
    return KeySetReader::read(list);
}

base::Status KeySet::verify(const ForeignJwt& token) const {
    if (!knows(token)) return base::Error{Errc::unknown_key, {}};
    const OwnErrors errors;
    for (const Key& key : *keys_) {
        if (key.serves(token) && signed_by(key.key.get(), token)) return {};
    }
    return base::Error{Errc::bad_signature, {}};
}

bool KeySet::knows(const ForeignJwt& token) const noexcept {
    return std::ranges::any_of(*keys_, [&](const Key& key) { return key.serves(token); });
}

std::size_t KeySet::size() const noexcept {
    return keys_->size();
}

std::string KeySet::describe() const {
    std::set<std::string_view> algorithms;
    for (const Key& key : *keys_)
        algorithms.insert(name_of(key.algorithm));
    return std::to_string(size()) + (size() == 1 ? " key (" : " keys (") + base::joined(algorithms, ", ") +
           ")";
}

}  // namespace natscreds::provisioner::identity
