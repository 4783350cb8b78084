// Whatever is sent, and whatever is signed and sent, is read or refused; what is read keeps to the protocol.
#include <cstdint>

#include <natscreds/access/request.h>

#include "signed_body.h"

using namespace natscreds;

namespace {

constexpr std::string_view audience = "chat.req.access";

void check(std::string_view body) {
    const auto request = access::parse_request(body, {.audience = audience, .now = fuzz::noon});
    if (!request) return;
    if (!*request) {
        fuzz::require(access::reason_of(request->error().code).has_value());
        return;
    }
    fuzz::require((*request)->key.kind() == nkeys::Kind::user);
    fuzz::require((*request)->issued_at >= fuzz::noon - access::clock_tolerance);
    fuzz::require((*request)->issued_at <= fuzz::noon + access::clock_tolerance);
    const auto ttl = (*request)->options.ttl;
    fuzz::require(!ttl || (ttl->count() > 0 && ttl->count() <= INT32_MAX));
    const auto& identity = (*request)->options.identity;
    fuzz::require(!identity || identity->kind.size() + identity->token.size() < body.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    check(text);
    const auto body = fuzz::signed_body(text, audience);
    if (body) check(*body);
    check(fuzz::signed_payload(text, fuzz::user_key()));
    return 0;
}
