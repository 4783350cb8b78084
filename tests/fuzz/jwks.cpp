// Whatever an issuer publishes is refused or holds a key; no token that it did not sign verifies with it.
#include <cstdint>

#include <natscreds/base/bytes.h>
#include <natscreds/provisioner/identity/key_set.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto keys = KeySet::parse(base::as_text({data, size}));
    if (!keys) return 0;
    fuzz::require(keys->size() > 0 && keys->size() <= 64);
    // {"alg":"RS256"}.{} and {"alg":"ES256"}.{}, with signatures of zeros
    const std::string rsa_text = "eyJhbGciOiJSUzI1NiJ9.e30.AA";
    const std::string ec_text = "eyJhbGciOiJFUzI1NiJ9.e30." + std::string(86, 'A');
    const auto rsa = ForeignJwt::parse(rsa_text);
    const auto ec = ForeignJwt::parse(ec_text);
    fuzz::require(rsa.has_value() && ec.has_value());
    fuzz::require(!keys->verify(*rsa) && !keys->verify(*ec));
    fuzz::require(keys->knows(*rsa) || keys->knows(*ec));
    return 0;
}
