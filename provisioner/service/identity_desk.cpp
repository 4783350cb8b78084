#include "identity_desk.h"

#include <natscreds/access/reason.h>
#include <natscreds/base/bytes.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;
using identity::Errc;

base::Error bad_identity(std::string why) {
    return {Reason::bad_identity, std::move(why)};
}

/// What is wrong with us, and not with the token: of that the requester learns that it may ask again.
bool is_trouble(const std::error_code& code) {
    return code.category() != make_error_code(Errc::expired).category() || code == Errc::unreachable ||
           code == Errc::stale_keys || code == Errc::bad_answer;
}

/// Which check failed. Of details only those that are our own words, and no text of the token's.
std::string in_words(const base::Error& error) {
    const bool ours =
        error.code == Errc::wrong_audience || error.code == Errc::not_bound || error.code == Errc::bad_claim;
    return ours ? error.message() : error.code.message();
}

Disproof disproof(const base::Error& error) {
    if (!is_trouble(error.code)) return {.refusal = bad_identity(in_words(error))};
    return {.refusal = bad_identity("the cluster cannot be asked about the token at present"),
            .trouble = error};
}

}  // namespace

std::variant<Proven, Disproof> IdentityDesk::prove(const access::Identity& identity, base::Time now) {
    if (prover_ == nullptr)
        return Disproof{bad_identity("this service checks no identities of other systems")};
    if (identity.kind != "kubernetes")
        return Disproof{bad_identity("this service checks identities of the kind kubernetes only")};
    if (!slow_enough(now))
        return Disproof{{Reason::rate_limited, "too many identities to be checked at present"}};
    const auto account = prover_->prove(base::as_text(identity.token.expose()));
    if (!account) return disproof(account.error());
    const identity::AccountClaims& claims = account->claims();
    return Proven{.service_account = claims.namespace_name + "/" + claims.name, .expires = claims.expires};
}

bool IdentityDesk::slow_enough(base::Time now) {
    const std::lock_guard lock(mutex_);
    return !rate_.limits() || bucket_.take(rate_, now);
}

}  // namespace natscreds::provisioner
