#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>

namespace natscreds::provisioner::identity {

/// The ways to sign that are accepted; a key serves one of them only.
/// Source: RFC 7518 section 3.1, RFC 8037 section 3.1.
enum class Algorithm { rs256, rs384, rs512, ps256, es256, es384, eddsa };

/// A JWT that another system signed, taken apart and not believed: KeySet::verify tells whether it is genuine.
///
/// Shape:   three parts of base64url, at most 16 KiB; a header of `alg`, `kid`, `typ` and the
///          thumbprints of a certificate, which are not looked at, and nothing else: no token brings its own key,
///          or an extension that changes how it is to be read.
/// Holds:   views of the text it was made of, which must outlive it: whoever has a token can use it, so it is not
///          copied.
/// Fails:   Errc::too_large, bad_shape, bad_base64, bad_json, bad_header, unknown_algorithm.
/// Source:  RFC 7515 section 3.1, RFC 8725 section 3.
class ForeignJwt {
  public:
    [[nodiscard]] static base::Result<ForeignJwt> parse(std::string_view text);
    static base::Result<ForeignJwt> parse(std::string&& text) = delete;

    [[nodiscard]] Algorithm algorithm() const noexcept { return algorithm_; }

    /// Which key the signer says it used; may be empty.
    [[nodiscard]] const std::string& key_id() const noexcept { return key_id_; }

    /// The claims: a JSON object that can be read in one way only.
    [[nodiscard]] const std::string& claims() const noexcept { return claims_; }

    /// What is signed: the first two parts with the dot between.
    [[nodiscard]] std::string_view signed_part() const noexcept { return signed_part_; }

    /// The signature, in base64url.
    [[nodiscard]] std::string_view signature() const noexcept { return signature_; }

  private:
    ForeignJwt() = default;

    Algorithm algorithm_{};
    std::string key_id_;
    std::string claims_;
    std::string_view signed_part_;
    std::string_view signature_;
};

}  // namespace natscreds::provisioner::identity
