// Whatever claims to be a certificate is refused or read; what it calls its owner can be shown and written down.
#include <algorithm>
#include <cstdint>
#include <string>

#include <natscreds/base/bytes.h>
#include <natscreds/base/letters.h>
#include <natscreds/provisioner/identity/certificate.h>
#include <natscreds/provisioner/identity/errc.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto names = read_certificate(base::as_text({data, size}));
    if (!names) {
        fuzz::require(names.error().code == Errc::bad_certificate);
        return 0;
    }
    fuzz::require(!names->primary.empty() && names->primary.size() <= 400);
    fuzz::require(std::ranges::all_of(names->primary, base::is_printable));
    for (const char* kind : {"dns", "email", "uri"}) {
        for (const std::string& name : names->claims.values(kind))
            fuzz::require(!name.empty() && std::ranges::all_of(name, base::is_printable));
    }
    for (const std::string& name : names->claims.values("cn"))
        fuzz::require(name.find('\0') == std::string::npos && name.find('\n') == std::string::npos);
    return 0;
}
