#include <natscreds/provisioner/requests/identity_desk.h>

#include <chrono>

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

constexpr std::chrono::milliseconds longest_wait{250};

}  // namespace

/// One of those that may ask the prover, if there is room for it.
class IdentityDesk::Turn {
  public:
    explicit Turn(IdentityDesk& desk) : desk_(desk) {
        std::unique_lock lock(desk_.mutex_);
        const auto free = [&] { return desk_.under_way_ < desk_.limits_.at_once; };
        taken_ = desk_.stuck_ ? free() : desk_.ended_.wait_for(lock, longest_wait, free);
        desk_.stuck_ = !taken_;
        if (taken_) ++desk_.under_way_;
    }
    ~Turn() {
        if (!taken_) return;
        const std::lock_guard lock(desk_.mutex_);
        --desk_.under_way_;
        desk_.stuck_ = false;
        desk_.ended_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    [[nodiscard]] bool taken() const noexcept { return taken_; }

  private:
    IdentityDesk& desk_;
    bool taken_;
};

std::variant<Proven, Disproof> IdentityDesk::prove(const access::Identity& identity, base::Instant now) {
    if (prover_ == nullptr)
        return Disproof{bad_identity("this service checks no identities of other systems")};
    if (identity.kind != "kubernetes")
        return Disproof{bad_identity("this service checks identities of the kind kubernetes only")};
    if (!slow_enough(now))
        return Disproof{{Reason::rate_limited, "too many identities to be checked at present"}};
    const Turn turn(*this);
    if (!turn.taken()) return Disproof{{Reason::busy, "too many identities are being checked at present"}};
    const auto account = prover_->prove(base::as_text(identity.token.expose()));
    if (!account) return disproof(account.error());
    const identity::AccountClaims& claims = account->claims();
    const bool in_pod = claims.bound_to && claims.bound_to->kind == "Pod";
    return Proven{.service_account = claims.namespace_name + "/" + claims.name,
                  .expires = claims.expires,
                  .pod = in_pod ? claims.bound_to->name : ""};
}

bool IdentityDesk::slow_enough(base::Instant now) {
    const std::lock_guard lock(mutex_);
    return !limits_.rate.limits() || bucket_.take(limits_.rate, now);
}

}  // namespace natscreds::provisioner
