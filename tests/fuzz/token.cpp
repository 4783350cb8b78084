// What decodes is the text it was made of, decodes again, and can be shown.
#include <variant>

#include <natscreds/jwt/token.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    const auto any = jwt::decode_any(text);
    const auto user = jwt::decode<jwt::UserClaims>(text);
    fuzz::require(!user || any);
    if (!any) return 0;
    const jwt::Token& token =
        std::visit([](const auto& decoded) -> const jwt::Token& { return decoded.token; }, *any);
    fuzz::require(text.find(token.text()) != std::string_view::npos);
    fuzz::require(jwt::decode_any(token.text()).has_value());
    fuzz::require(!jwt::pretty_payload(token).empty());
    return 0;
}
