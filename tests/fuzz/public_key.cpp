// What is a public key is written again as it was, and nothing else is one.
#include <natscreds/nkeys/public_key.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    const auto key = nkeys::PublicKey::parse(text);
    fuzz::require(!key || key->text() == text);
    fuzz::require(!key || std::string_view("OAUNCX").find(text.front()) != std::string_view::npos);
    return 0;
}
