// Whatever an issuer answers to who logs in: what people are shown is printable, and addresses are at https.
#include <algorithm>
#include <cstdint>

#include <natscreds/base/bytes.h>
#include <natscreds/base/letters.h>
#include <natscreds/login/answers.h>
#include <natscreds/login/errc.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::login;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    if (const auto code = parse_device_code(text)) {
        fuzz::require(!code->user_code.empty() && std::ranges::all_of(code->user_code, base::is_printable));
        fuzz::require(code->address.starts_with("https://"));
        fuzz::require(code->whole_address.empty() || code->whole_address.starts_with("https://"));
        fuzz::require(code->interval.count() > 0 && code->valid_for.count() > 0);
    }
    if (const auto tokens = parse_tokens(text)) fuzz::require(!tokens->access.empty());
    if (const auto endpoints = parse_endpoints(text, "https://issuer"))
        fuzz::require(endpoints->token.starts_with("https://"));
    if (const auto token = parse_github_token(text)) fuzz::require(!token->empty());
    fuzz::require(std::ranges::all_of(parse_refusal(text).detail, base::is_printable));
    return 0;
}
