// Whatever is sent, and whatever is signed and sent, is read or refused; what is read is the requester's own.
#include <natscreds/access/renewal.h>

#include "signed_body.h"

using namespace natscreds;

namespace {

constexpr std::string_view audience = "chat.req.renew";

void check(std::string_view body) {
    const auto request = access::parse_renewal(body, {.audience = audience, .now = fuzz::noon});
    if (!request) {
        fuzz::require(access::reason_of(request.error().code).has_value());
        return;
    }
    fuzz::require(request->key.kind() == nkeys::Kind::user);
    fuzz::require(request->issued_at >= fuzz::noon - access::clock_tolerance);
    fuzz::require(request->issued_at <= fuzz::noon + access::clock_tolerance);
    fuzz::require(request->current.content.subject == request->key.text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    check(text);
    const auto body = fuzz::signed_body(text, audience);
    if (body) check(*body);
    const auto inside =
        fuzz::signed_body(R"({"type":"renew_request","jwt":")" + std::string(text) + "\"}", audience);
    if (inside) check(*inside);
    check(fuzz::signed_payload(text, fuzz::user_key()));
    return 0;
}
