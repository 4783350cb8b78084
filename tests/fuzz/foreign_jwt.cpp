// Whatever claims to be another system's token is refused or taken apart; what it claims keeps to Kubernetes' rules.
#include <cstdint>

#include <natscreds/base/bytes.h>
#include <natscreds/provisioner/identity/service_account.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    const auto token = ForeignJwt::parse(text);
    if (!token) return 0;
    fuzz::require(text == std::string(token->signed_part()) + "." + std::string(token->signature()));
    const Expected expected{.issuer = "https://cluster", .audience = "nats"};
    const base::Time now{std::chrono::seconds{1'700'000'000}};
    const auto claims = examine_claims(*token, {expected, now});
    if (!claims) return 0;
    fuzz::require(claims->expires > now);
    fuzz::require(claims->namespace_name.find_first_of(".*> ") == std::string::npos);
    fuzz::require(!claims->name.empty() && claims->name.find_first_of("*> ") == std::string::npos);
    return 0;
}
