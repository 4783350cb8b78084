// What a real API server issued, published and answered, recorded in tests/data/kubernetes.
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/key_cache.h>
#include <natscreds/provisioner/identity/service_account.h>
#include <natscreds/provisioner/identity/token_review.h>

#include <catch2/catch_test_macros.hpp>

#include <support/test_data.h>

using namespace natscreds;
using namespace natscreds::provisioner::identity;
using namespace std::chrono_literals;

namespace {

constexpr base::Time recorded_at{1'795'250'366s};
const Expected pods{.issuer = "https://127.0.0.1:26443", .audience = "nats", .bound_to = {"Pod"}};

std::string recorded(const std::string& name) {
    return support::read_test_data("kubernetes/" + name);
}

std::error_code offline(const std::string& token, base::Time at) {
    const auto keys = KeySet::parse(recorded("jwks.json"));
    const auto verified = verify_offline(*ForeignJwt::parse(token), *keys, {pods, at});
    return verified ? std::error_code{} : verified.error().code;
}

std::error_code reviewed(const std::string& token, const std::string& answer) {
    const auto verified =
        verify_by_review(*ForeignJwt::parse(token), recorded(answer), {pods, recorded_at + 1s});
    return verified ? std::error_code{} : verified.error().code;
}

}  // namespace

TEST_CASE("Kubernetes: a pod's real token is verified by the cluster's real keys until it expires") {
    const std::string token = recorded("token");
    CHECK(offline(token, recorded_at) == std::error_code{});
    CHECK(offline(token, recorded_at + 3600s) == Errc::expired);
    CHECK(offline(recorded("token_other_audience"), recorded_at) == Errc::wrong_audience);
    const std::string other = recorded("token_other_audience");
    const std::string mixed = token.substr(0, token.rfind('.')) + other.substr(other.rfind('.'));
    CHECK(offline(mixed, recorded_at) == Errc::bad_signature);
    CHECK(key_set_address(recorded("discovery.json"), pods.issuer).value() ==
          pods.issuer + "/openid/v1/jwks");
}

TEST_CASE(
    "Kubernetes: a real review proves a token, and refuses one that was altered, or whose pod is gone") {
    const std::string token = recorded("token");
    CHECK(reviewed(token, "review.json") == std::error_code{});
    CHECK(reviewed(token, "review_altered.json") == Errc::not_authenticated);
    CHECK(reviewed(token, "review_deleted.json") == Errc::not_authenticated);
    CHECK(reviewed(recorded("token_other_audience"), "review_other_audience.json") ==
          Errc::not_authenticated);
}
