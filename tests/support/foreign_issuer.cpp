#include <support/foreign_issuer.h>

#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
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
base::Bytes two_numbers(const base::Bytes& der) {
    const unsigned char* at = der.data();
    ECDSA_SIG* const pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    require(pair != nullptr);
    base::Bytes bytes(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes.data(), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes.data() + 32, 32);
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

    EVP_PKEY* pkey;
};

ForeignIssuer::ForeignIssuer(std::string_view kind, std::string key_id)
    : key_(std::make_unique<Key>(kind == "RSA" ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"))),
      key_id_(std::move(key_id)) {}

ForeignIssuer::~ForeignIssuer() = default;

std::string ForeignIssuer::token(std::string_view claims) const {
    const std::string algorithm = key_->is_rsa() ? "RS256" : "ES256";
    return token_with_header(R"({"alg":")" + algorithm + R"(","kid":")" + key_id_ + R"("})", claims);
}

std::string ForeignIssuer::token_with_header(std::string_view header, std::string_view claims) const {
    const std::string text =
        base::base64url_encode(base::as_bytes(header)) + "." + base::base64url_encode(base::as_bytes(claims));
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    std::size_t size = 512;
    base::Bytes signature(size);
    require(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_->pkey) == 1);
    require(EVP_DigestSign(context, signature.data(), &size, base::as_bytes(text).data(), text.size()) == 1);
    EVP_MD_CTX_free(context);
    signature.resize(size);
    return text + "." + base::base64url_encode(key_->is_rsa() ? signature : two_numbers(signature));
}

std::string ForeignIssuer::jwk() const {
    const std::string id = R"("use":"sig","kid":")" + key_id_ + "\"";
    if (key_->is_rsa())
        return R"({"kty":"RSA","alg":"RS256",)" + id + R"(,"n":")" +
               field(key_->pkey, OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
               field(key_->pkey, OSSL_PKEY_PARAM_RSA_E, 0) + "\"}";
    return R"({"kty":"EC","alg":"ES256","crv":"P-256",)" + id + R"(,"x":")" +
           field(key_->pkey, OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
           field(key_->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"}";
}

}  // namespace natscreds::support
