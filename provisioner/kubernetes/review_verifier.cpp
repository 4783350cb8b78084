#include <natscreds/provisioner/kubernetes/review_verifier.h>

#include <string>

#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/token_review.h>

namespace natscreds::provisioner::kubernetes {
namespace {

/// A review is made, and answered with 201 whatever it comes to; older servers say 200.
bool is_review(const ApiAnswer& answer) {
    return answer.status == 201 || answer.status == 200;
}

}  // namespace

base::Result<identity::Verified> ReviewVerifier::verify(std::string_view text) {
    const auto token = identity::ForeignJwt::parse(text);
    if (!token) return token.error();
    const identity::Examination examination{.expected = expected_, .now = clocks_.wall.now()};
    if (const auto claims = identity::examine_claims(*token, examination); !claims) return claims.error();
    const auto answer = review(text);
    if (!answer) return answer.error();
    auto account = identity::verify_by_review(*token, *answer, examination);
    if (!account) return account.error();
    return identity::Verified(*std::move(account));
}

base::Status ReviewVerifier::check() {
    // A review of nobody's token is a no, and says that we may ask.
    const auto answer = review("none");
    return answer ? base::Status() : base::Status(answer.error());
}

base::Result<std::string> ReviewVerifier::review(std::string_view token) {
    if (const base::Status turn = take_turn(); !turn) return turn.error();
    const std::string path(identity::token_review_path);
    auto answer = server_.post(path, identity::token_review(token, expected_.audience));
    if (answer && !is_review(*answer)) {
        answer = base::Error{identity::Errc::unreachable,
                             server_.url() + path + ": it answered " + std::to_string(answer->status)};
    }
    keep(answer ? base::Status() : base::Status(answer.error()));
    if (!answer) return answer.error();
    return std::move(answer->body);
}

base::Status ReviewVerifier::take_turn() {
    const std::lock_guard lock(mutex_);
    if (!failure_) return {};
    if (trying_ || clocks_.intervals.now() - failed_at_ < pause) return *failure_;
    trying_ = true;
    return {};
}

void ReviewVerifier::keep(const base::Status& answered) {
    const std::lock_guard lock(mutex_);
    trying_ = false;
    failed_at_ = clocks_.intervals.now();
    failure_ = answered ? std::nullopt : std::optional(answered.error());
}

}  // namespace natscreds::provisioner::kubernetes
