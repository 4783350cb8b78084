#include <natscreds/provisioner/identity/token_review.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <natscreds/jwt/strict_json.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_answer_bytes = 256 * 1024;
constexpr const char* api_version = "authentication.k8s.io/v1";

Json member(const Json& object, const char* name) {
    return object.is_object() ? object.value(name, Json()) : Json();
}

/// The `status` of an answer.
base::Result<Json> read_status(std::string_view answer) {
    if (answer.size() > max_answer_bytes) return base::Error{Errc::too_large, "TokenReview"};
    const auto checked = jwt::check_json_object(answer);
    if (!checked) return base::Error{Errc::bad_json, "TokenReview: " + checked.error().detail};
    const Json review = Json::parse(answer);
    Json status = member(review, "status");
    const bool is_review = member(review, "kind") == "TokenReview" &&
                           member(review, "apiVersion") == api_version && status.is_object();
    if (!is_review) return base::Error{Errc::bad_answer, "not a TokenReview"};
    return status;
}

/// Whether the answer is about this account, for this audience.
base::Status check_status(const Json& status, const ServiceAccountClaims& account,
                          const std::string& audience) {
    const Json audiences = member(status, "audiences");
    // A server that does not know audiences leaves them out, and has not checked ours.
    if (!audiences.is_array() || std::ranges::find(audiences, Json(audience)) == audiences.end())
        return base::Error{Errc::bad_answer, "not for the audience \"" + audience + "\""};
    const Json user = member(status, "user");
    const std::string name = "system:serviceaccount:" + account.namespace_name + ":" + account.name;
    if (member(user, "username") != name || member(user, "uid") != account.uid)
        return base::Error{Errc::bad_answer, "about somebody else"};
    return {};
}

}  // namespace

std::string token_review(std::string_view token, std::string_view audience) {
    const Json review{{"apiVersion", api_version},
                      {"kind", "TokenReview"},
                      {"spec", {{"token", token}, {"audiences", Json::array({audience})}}}};
    return review.dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<ServiceAccount> verify_by_review(const ForeignJwt& token, std::string_view answer,
                                              const Examination& examination) {
    const auto status = read_status(answer);
    if (!status) return status.error();
    if (member(*status, "authenticated") != true) return base::Error{Errc::not_authenticated, {}};
    auto claims = examine_claims(token, examination);
    if (!claims) return claims.error();
    const auto checked = check_status(*status, *claims, examination.expected.audience);
    if (!checked) return checked.error();
    return ServiceAccount(std::move(*claims));
}

}  // namespace natscreds::provisioner::identity
