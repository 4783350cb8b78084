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
           code == Errc::stale_keys || code == Errc::bad_answer || code == Errc::bad_password_file;
}

/// Which check failed. Of details only those that are our own words, and no text of the token's.
std::string in_words(const base::Error& error) {
    const bool ours = error.code == Errc::wrong_audience || error.code == Errc::not_bound ||
                      error.code == Errc::bad_claim || error.code == Errc::bad_certificate ||
                      error.code == Errc::untrusted_certificate;
    return ours ? error.message() : error.code.message();
}

/// What one who shows bad proofs gets of our time.
constexpr Rate bad_proofs{.per_second = 1, .burst = 10};

VerifiedIdentity identity_of(const identity::ServiceAccount& account) {
    const identity::ServiceAccountClaims& claims = account.claims();
    const std::string name = claims.namespace_name + "/" + claims.name;
    VerifiedIdentity verified{
        .owner = Owner::of_service_account(name),
        .identity = std::string(identity::kubernetes_kind),
        .expires = claims.expires,
        .facts = {{"namespace", claims.namespace_name}, {"service_account", claims.name}},
        .service_account = name};
    if (claims.bound_to && claims.bound_to->kind == "Pod") verified.facts["pod"] = claims.bound_to->name;
    return verified;
}

VerifiedIdentity identity_of(const identity::OidcIdentity& one) {
    const identity::OidcClaims& claims = one.claims();
    return {.owner = Owner::of_subject(claims.issuer, claims.subject),
            .identity = claims.identity,
            .expires = claims.expires,
            .facts = claims.claims.facts(),
            .rule = one.rule()};
}

/// A password does not end by itself.
VerifiedIdentity identity_of(const identity::PasswordUser& user) {
    return {.owner = Owner::of_password(user.name()),
            .identity = std::string(identity::password_kind),
            .expires = base::Time::max(),
            .facts = {{"claim(user)", user.name()}},
            .rule = user.rule()};
}

VerifiedIdentity identity_of(const identity::CertificateOwner& one) {
    return {.owner = Owner::of_certificate(one.issuer_key(), one.names().primary),
            .identity = one.identity(),
            .expires = one.expires(),
            .facts = one.names().claims.facts(),
            .rule = one.rule()};
}

/// Whether somebody else has to be asked, who may take a while.
bool is_token(std::string_view kind) {
    return kind != identity::password_kind && kind != identity::x509_kind;
}

/// Whose proofs are counted, beside those of whoever shows them.
std::string counted_user(const Shown& shown) {
    return shown.user.empty() ? std::string() : "user " + shown.user;
}

const char* trouble_with(std::string_view kind) {
    if (kind == identity::kubernetes_kind) return "the cluster cannot be asked about the token at present";
    if (kind == identity::password_kind) return "passwords cannot be checked now";
    return "the issuer's keys cannot be had at present";
}

/// What verifies a kind of proof gives its own type.
template <class Found>
base::Result<identity::Verified> either(base::Result<Found> found) {
    if (!found) return found.error();
    return identity::Verified(*std::move(found));
}

constexpr std::chrono::milliseconds max_wait{250};

}  // namespace

/// One of those that may ask a verifier, if there is room for it.
class IdentityDesk::Turn {
  public:
    explicit Turn(IdentityDesk& desk) : desk_(desk) {
        std::unique_lock lock(desk_.mutex_);
        const auto free = [&] { return desk_.under_way_ < desk_.limits_.at_once; };
        taken_ = desk_.stuck_ ? free() : desk_.ended_.wait_for(lock, max_wait, free);
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

std::variant<VerifiedIdentity, Rejected> IdentityDesk::verify(const Shown& shown) {
    if (const base::Status first = check_first(shown); !first) return Rejected{first.error()};
    if (!is_token(shown.identity.kind)) return verify_now(shown);
    const Turn turn(*this);
    if (!turn.taken()) return Rejected{{Reason::busy, "too many identities are being checked at present"}};
    return verify_now(shown);
}

std::variant<VerifiedIdentity, Rejected> IdentityDesk::verify_now(const Shown& shown) {
    const auto proof = ask(shown);
    if (!proof) return not_believed(proof.error(), shown);
    return std::visit([](const auto& one) { return identity_of(one); }, *proof);
}

/// Before anything is asked or verified.
base::Status IdentityDesk::check_first(const Shown& shown) {
    if (verifiers_.none()) return bad_identity("this service checks no identities of other systems");
    if (!verifiers_.know(shown.identity.kind)) {
        const bool clusters = verifiers_.know(identity::kubernetes_kind);
        return bad_identity("this service checks identities of the kind " +
                            std::string(clusters ? identity::kubernetes_kind : identity::oidc_kind) +
                            " only");
    }
    const std::lock_guard lock(mutex_);
    if (!shown.whose.empty() && !bad_.would_allow(shown.whose, bad_proofs, shown.now))
        return base::Error{Reason::rate_limited, "too many of this requester's identities were not good"};
    if (!shown.user.empty() && !bad_.would_allow(counted_user(shown), bad_proofs, shown.now))
        return base::Error{Reason::rate_limited, "too many of this user's passwords were not good"};
    if (!is_token(shown.identity.kind) || !limits_.rate.limits() || bucket_.take(limits_.rate, shown.now))
        return {};
    return base::Error{Reason::rate_limited, "too many identities to be checked at present"};
}

base::Result<identity::Verified> IdentityDesk::ask(const Shown& shown) {
    if (shown.identity.kind == identity::x509_kind)
        return either(verifiers_.verify_certificate(shown.certificates));
    const base::ByteView bytes = shown.identity.token.expose();
    if (shown.identity.kind == identity::password_kind)
        return either(verifiers_.password->verify(shown.user, bytes));
    const std::string_view token = base::as_text(bytes);
    if (shown.identity.kind == identity::kubernetes_kind) return verifiers_.kubernetes->verify(token);
    const auto verifier = verifiers_.of_issuer(token);
    if (!verifier) return verifier.error();
    return (*verifier)->verify(token);
}

Rejected IdentityDesk::not_believed(const base::Error& error, const Shown& shown) {
    if (is_trouble(error.code))
        return {.refusal = bad_identity(trouble_with(shown.identity.kind)),
                .trouble = error,
                .retry_after = std::chrono::seconds(5)};
    const std::lock_guard lock(mutex_);
    if (!shown.whose.empty()) (void)bad_.allow(shown.whose, bad_proofs, shown.now);
    if (!shown.user.empty()) (void)bad_.allow(counted_user(shown), bad_proofs, shown.now);
    Rejected rejected{.refusal = bad_identity(in_words(error))};
    // Whose token is genuine, and gets nothing, asks the operator why.
    if (error.code == Errc::no_rule) rejected.trouble = error;
    return rejected;
}

std::string IdentityDesk::claimed_role(const access::Identity& shown) const {
    if (shown.kind != identity::oidc_kind) return {};
    const std::string_view token = base::as_text(shown.token.expose());
    const auto verifier = verifiers_.of_issuer(token);
    return verifier ? (*verifier)->claimed_role(token).value_or("") : std::string();
}

}  // namespace natscreds::provisioner
