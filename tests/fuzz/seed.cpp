// What is a seed is written again as it was; it signs or it seals, never both; in a file it is found.
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/key_file.h>
#include <natscreds/nkeys/signing_key.h>

#include "require.h"

using namespace natscreds;

namespace {

bool is_written_as(const base::Secret& seed, std::string_view text) {
    return base::as_text(seed.expose()) == text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    const auto signing = nkeys::SigningKey::parse_seed(text);
    const auto curve = nkeys::CurveKey::parse_seed(text);
    fuzz::require(!signing || is_written_as(signing->seed_text(), text));
    fuzz::require(!curve || is_written_as(curve->seed_text(), text));
    fuzz::require(!(signing && curve));
    const auto found = nkeys::find_seed(base::Secret::copy_of({data, size}));
    fuzz::require(!signing || (found && found->public_key() == signing->public_key()));
    return 0;
}
