// Whatever a service answers is a grant, a refusal or no reply; and none is believed by itself.
#include <natscreds/access/reply.h>

#include "signed_body.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto reply = access::parse_reply(base::as_text({data, size}));
    if (!reply) return 0;
    if (const auto* const grant = std::get_if<access::Grant>(&*reply)) {
        fuzz::require(access::parse_reply(access::encode_grant(*grant)).has_value());
        const auto verified = access::verify(
            *grant,
            {.key = fuzz::user_key().public_key(), .name = "wallyqs", .account = {}, .now = fuzz::noon});
        fuzz::require(!verified || verified->content.name == "wallyqs");
        return 0;
    }
    const auto& refusal = std::get<access::Refusal>(*reply);
    fuzz::require(!refusal.retry_after || refusal.retry_after->count() > 0);
    fuzz::require(refusal.error.detail.find('\n') == std::string::npos);
    return 0;
}
