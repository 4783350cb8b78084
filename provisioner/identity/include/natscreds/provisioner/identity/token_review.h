#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>
#include <natscreds/provisioner/identity/service_account.h>

namespace natscreds::provisioner::identity {

/// The question whether a token is good, put to the API server of the cluster: it alone knows what was deleted since.
///
/// Source:  authentication.k8s.io/v1 TokenReview.

/// Where the question is posted to, below the API server's address.
inline constexpr std::string_view token_review_path = "/apis/authentication.k8s.io/v1/tokenreviews";

/// The body to post: the whole token, for one audience.
[[nodiscard]] std::string token_review(std::string_view token, std::string_view audience);

/// The ServiceAccount, by the API server's answer. It answers 201 to a token that it refuses too, so what counts is
/// `status.authenticated`; and it must speak of our audience and of the account that the token names.
///
/// Fails:   Errc::too_large, bad_json, bad_answer, not_authenticated; then as examine_claims.
[[nodiscard]] base::Result<ServiceAccount> verify_by_review(const ForeignJwt& token, std::string_view answer,
                                                            const Examination& examination);

}  // namespace natscreds::provisioner::identity
