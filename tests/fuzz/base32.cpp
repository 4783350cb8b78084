// What decodes is written again as it was: each value has one spelling.
#include <natscreds/base/base32.h>
#include <natscreds/base/base64url.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    base::Bytes bytes(base::base32_decoded_size(text.size()));
    if (base::base32_decode(text, bytes)) fuzz::require(base::base32_encode(bytes) == text);
    const auto url_bytes = base::base64url_decode(text);
    if (url_bytes) fuzz::require(base::base64url_encode(*url_bytes) == text);
    return 0;
}
