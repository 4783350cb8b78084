// Whatever an issuer's discovery document says, its keys are asked for over https alone, and of that issuer.
#include <cstdint>

#include <natscreds/base/bytes.h>
#include <natscreds/provisioner/identity/key_cache.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    const auto address = key_set_address(text, "https://issuer");
    if (!address) return 0;
    fuzz::require(address->starts_with("https://"));
    fuzz::require(text.find("issuer") != std::string_view::npos);
    fuzz::require(!key_set_address(text, "https://issuer/"));
    return 0;
}
