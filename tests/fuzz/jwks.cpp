// Whatever an issuer publishes is refused or holds a key; no token that it did not sign verifies with it.
#include <cstdint>

#include <natscreds/provisioner/identity/key_set.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto keys = KeySet::parse(base::as_text({data, size}));
    if (!keys) return 0;
    fuzz::require(keys->size() > 0 && keys->size() <= 64);
    // {"alg":"RS256"}.{}.A and {"alg":"ES256"}.{} with 64 bytes
    const auto rsa = ForeignJwt::parse("eyJhbGciOiJSUzI1NiJ9.e30.AA");
    const auto ec = ForeignJwt::parse("eyJhbGciOiJFUzI1NiJ9.e30." + std::string(86, 'A'));
    fuzz::require(rsa.has_value() && ec.has_value());
    fuzz::require(!keys->verify(*rsa) && !keys->verify(*ec));
    fuzz::require(keys->knows(*rsa) || keys->knows(*ec));
    return 0;
}
