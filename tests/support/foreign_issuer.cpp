#include <support/foreign_issuer.h>

#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <natscreds/base/base64url.h>

namespace natscreds::support {
namespace {

void require(bool holds) {
    if (!holds) throw std::runtime_error("OpenSSL failed in a fixture");
}

/// A number of a key, in base64url of a fixed length (0: as long as it is).
std::string field(const EVP_PKEY* key, const char* name, int size) {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(key, name, &number) == 1);
    const int length = size == 0 ? BN_num_bytes(number) : size;
    base::Bytes bytes(static_cast<std::size_t>(length));
    BN_bn2binpad(number, bytes.data(), length);
    BN_free(number);
    return base::base64url_encode(bytes);
}

/// The two numbers of an ECDSA signature, which OpenSSL writes in DER.
base::Bytes two_numbers(const base::Bytes& der, int size) {
    const unsigned char* at = der.data();
    ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    require(pair != nullptr);
    base::Bytes bytes(static_cast<std::size_t>(2 * size));
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes.data(), size);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes.data() + size, size);
    ECDSA_SIG_free(pair);
    return bytes;
}

}  // namespace

struct ForeignIssuer::Key {
    explicit Key(EVP_PKEY* made) : pkey(made) { require(made != nullptr); }
    ~Key() { EVP_PKEY_free(pkey); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    [[nodiscard]] bool is_rsa() const { return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA; }
    [[nodiscard]] bool is_curve() const { return EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC; }
    /// Of a number of its curve, in bytes.
    [[nodiscard]] int size() const { return (EVP_PKEY_get_bits(pkey) + 7) / 8; }

    EVP_PKEY* pkey;
};

namespace {

std::string algorithm_of(std::string_view kind) {
    if (kind == "RSA") return "RS256";
    return kind == "EC" ? "ES256" : std::string(kind);
}

EVP_PKEY* make_key(const std::string& algorithm) {
    if (algorithm == "EdDSA") return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    if (algorithm == "ES384") return EVP_EC_gen("P-384");
    return algorithm == "ES256" ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
}

const EVP_MD* digest_for(const std::string& algorithm) {
    if (algorithm == "EdDSA") return nullptr;
    if (algorithm.ends_with("384")) return EVP_sha384();
    return algorithm.ends_with("512") ? EVP_sha512() : EVP_sha256();
}

std::string signed_text(std::string_view header, std::string_view claims) {
    return base::base64url_encode(base::as_bytes(header)) + "." +
           base::base64url_encode(base::as_bytes(claims));
}

}  // namespace

ForeignIssuer::ForeignIssuer(std::string_view kind, std::string key_id)
    : key_(std::make_unique<Key>(make_key(algorithm_of(kind)))),
      algorithm_(algorithm_of(kind)),
      key_id_(std::move(key_id)) {}

ForeignIssuer::~ForeignIssuer() = default;

std::string ForeignIssuer::token(std::string_view claims) const {
    return token_with_header(R"({"alg":")" + algorithm_ + R"(","kid":")" + key_id_ + R"("})", claims);
}

std::string ForeignIssuer::token_with_header(std::string_view header, std::string_view claims) const {
    return token_as(algorithm_, header, claims);
}

std::string ForeignIssuer::token_as(std::string_view by, std::string_view header,
                                    std::string_view claims) const {
    const std::string algorithm(by);
    const std::string text = signed_text(header, claims);
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    std::size_t size = 512;
    base::Bytes signature(size);
    EVP_PKEY_CTX* options = nullptr;
    require(EVP_DigestSignInit(context, &options, digest_for(algorithm), nullptr, key_->pkey) == 1);
    if (algorithm.starts_with("PS")) {
        require(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1);
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    require(EVP_DigestSign(context, signature.data(), &size, base::as_bytes(text).data(), text.size()) == 1);
    EVP_MD_CTX_free(context);
    signature.resize(size);
    return text + "." +
           base::base64url_encode(key_->is_curve() ? two_numbers(signature, key_->size()) : signature);
}

std::string ForeignIssuer::pem() const {
    BIO* const out = BIO_new(BIO_s_mem());
    require(PEM_write_bio_PUBKEY(out, key_->pkey) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(out);
    return pem;
}

std::string ForeignIssuer::jwk() const {
    const std::string common = R"("use":"sig","alg":")" + algorithm_ + R"(","kid":")" + key_id_ + "\",";
    if (key_->is_rsa())
        return R"({"kty":"RSA",)" + common + R"("n":")" + field(key_->pkey, OSSL_PKEY_PARAM_RSA_N, 0) +
               R"(","e":")" + field(key_->pkey, OSSL_PKEY_PARAM_RSA_E, 0) + "\"}";
    if (!key_->is_curve()) {
        base::Bytes raw(32);
        std::size_t size = raw.size();
        require(EVP_PKEY_get_raw_public_key(key_->pkey, raw.data(), &size) == 1);
        return R"({"kty":"OKP","crv":"Ed25519",)" + common + R"("x":")" + base::base64url_encode(raw) + "\"}";
    }
    const std::string curve = key_->size() == 48 ? "P-384" : "P-256";
    return R"({"kty":"EC","crv":")" + curve + "\"," + common + R"("x":")" +
           field(key_->pkey, OSSL_PKEY_PARAM_EC_PUB_X, key_->size()) + R"(","y":")" +
           field(key_->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, key_->size()) + "\"}";
}

std::string hmac_token(std::string_view header, std::string_view claims, std::string_view secret) {
    const std::string text = signed_text(header, claims);
    base::Bytes code(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    require(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), base::as_bytes(text).data(),
                 text.size(), code.data(), &size) != nullptr);
    code.resize(size);
    return text + "." + base::base64url_encode(code);
}

}  // namespace natscreds::support
