// Whatever an issuer publishes is refused or holds a key; no token that it did not sign verifies with it.
#include <cstdint>
#include <string>
#include <string_view>

#include <natscreds/base/base64url.h>
#include <natscreds/base/bytes.h>
#include <natscreds/provisioner/identity/key_set.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

namespace {

/// {"alg":"RS256"}.{}, with a signature of zeros, as long as one of the algorithm's where that has a length.
std::string unsigned_token(std::string_view algorithm) {
    const std::string header = "{\"alg\":\"" + std::string(algorithm) + "\"}";
    const std::size_t size = algorithm == "ES384" ? 96 : 64;
    return base::base64url_encode(base::as_bytes(header)) + ".e30." +
           base::base64url_encode(base::Bytes(size));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto keys = KeySet::parse(base::as_text({data, size}));
    if (!keys) return 0;
    fuzz::require(keys->size() > 0 && keys->size() <= 64);
    bool known = false;
    for (const std::string_view algorithm : {"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"}) {
        const std::string text = unsigned_token(algorithm);
        const auto token = ForeignJwt::parse(text);
        fuzz::require(token.has_value() && !keys->verify(*token));
        known = known || keys->knows(*token);
    }
    fuzz::require(known);
    return 0;
}
