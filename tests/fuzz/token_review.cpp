// Whatever an API server answers proves nobody but the account that the token names.
#include <cstdint>

#include <natscreds/base/base64url.h>
#include <natscreds/provisioner/identity/token_review.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

namespace {

constexpr std::string_view header = R"({"alg":"RS256"})";
constexpr std::string_view claims =
    R"({"iss":"c","aud":["nats"],"exp":1800000000,"sub":"system:serviceaccount:n:a",)"
    R"("kubernetes.io":{"namespace":"n","serviceaccount":{"name":"a","uid":"u1"}}})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view answer = base::as_text({data, size});
    const std::string text = base::base64url_encode(base::as_bytes(header)) + "." +
                             base::base64url_encode(base::as_bytes(claims)) + ".AA";
    const auto token = ForeignJwt::parse(text);
    fuzz::require(token.has_value());
    const Expected expected{.issuer = "c", .audience = "nats"};
    const auto verified =
        verify_by_review(*token, answer, {expected, base::Time{std::chrono::seconds{1'700'000'000}}});
    if (!verified) return 0;
    fuzz::require(answer.find("TokenReview") != std::string_view::npos ||
                  answer.find("\\u") != std::string_view::npos);
    fuzz::require(answer.find("true") != std::string_view::npos);
    return 0;
}
