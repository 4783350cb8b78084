// What is a creds file is written in its own way, and that reads the same.
#include <natscreds/jwt/creds.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)jwt::find_token(base::as_text({data, size}));
    const auto credentials = jwt::Credentials::parse(base::Secret::copy_of({data, size}));
    if (!credentials) return 0;
    const auto again = jwt::Credentials::parse(credentials->text());
    fuzz::require(again && again->user().token == credentials->user().token);
    fuzz::require(again->key().public_key() == credentials->key().public_key());
    return 0;
}
