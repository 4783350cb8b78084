#include <catch2/catch_test_macros.hpp>

#include <natscreds/jwt/trust.h>
#include <support/key_of.h>

using namespace natscreds;
using jwt::Errc;
using nkeys::Kind;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

using support::key_of;

std::string text_of(Kind kind, std::uint64_t start = 1) {
    return key_of(kind, start).public_key().text();
}

template <class C>
jwt::Decoded<C> signed_by(const jwt::Draft<C>& draft, const nkeys::SigningKey& key, base::Time at = noon) {
    return jwt::decode<C>(jwt::sign(draft, key, at)->text()).value();
}

// Operator key 1 with signing key 2; account key 1 with plain signing key 2 and scoped signing key 3; user key 1.

jwt::Draft<jwt::OperatorClaims> operator_draft() {
    jwt::Draft<jwt::OperatorClaims> draft;
    draft.subject = text_of(Kind::operator_);
    draft.claims.signing_keys = {text_of(Kind::operator_, 2)};
    return draft;
}

jwt::Draft<jwt::AccountClaims> account_draft() {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = text_of(Kind::account);
    draft.name = "KUBECON";
    draft.claims.signing_keys[text_of(Kind::account, 2)] = std::nullopt;
    jwt::UserScope scope;
    scope.role = "chat";
    scope.permissions.sub.allow = {"_INBOX_.{{subject()}}.>"};
    draft.claims.signing_keys[text_of(Kind::account, 3)] = scope;
    return draft;
}

jwt::Draft<jwt::UserClaims> user_draft() {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = text_of(Kind::user);
    draft.name = "wallyqs";
    return draft;
}

jwt::Draft<jwt::UserClaims> user_of_signing_key() {
    jwt::Draft<jwt::UserClaims> draft = user_draft();
    draft.claims.issuer_account = text_of(Kind::account);
    return draft;
}

jwt::Draft<jwt::UserClaims> scoped_user() {
    jwt::Draft<jwt::UserClaims> draft = user_draft();
    draft.claims = jwt::UserClaims::scoped();
    draft.claims.issuer_account = text_of(Kind::account);
    return draft;
}

jwt::TrustChain chain(const jwt::Draft<jwt::OperatorClaims>& draft = operator_draft()) {
    return jwt::TrustChain::create(signed_by(draft, key_of(Kind::operator_)), noon).value();
}

jwt::Trusted<jwt::AccountClaims> account(const jwt::TrustChain& trust,
                                         const jwt::Draft<jwt::AccountClaims>& draft = account_draft()) {
    return trust.authorize(signed_by(draft, key_of(Kind::operator_, 2)), noon).value();
}

std::error_code authorized(const jwt::Draft<jwt::UserClaims>& user, std::uint64_t signer,
                           const jwt::Draft<jwt::AccountClaims>& with = account_draft()) {
    const jwt::TrustChain trust = chain();
    const auto trusted =
        trust.authorize(signed_by(user, key_of(Kind::account, signer)), account(trust, with), noon);
    return trusted ? std::error_code() : trusted.error().code;
}

}  // namespace

TEST_CASE("Trust: an operator is signed by itself or by one of its signing keys") {
    CHECK(jwt::TrustChain::create(signed_by(operator_draft(), key_of(Kind::operator_)), noon));
    CHECK(jwt::TrustChain::create(signed_by(operator_draft(), key_of(Kind::operator_, 2)), noon));
    CHECK(
        jwt::TrustChain::create(signed_by(operator_draft(), key_of(Kind::operator_, 3)), noon).error().code ==
        Errc::untrusted_issuer);
}

TEST_CASE("Trust: an account is signed by the operator's keys, not by itself nor by another operator") {
    const jwt::TrustChain trust = chain();
    const auto by = [&](const nkeys::SigningKey& key) {
        const auto trusted = trust.authorize(signed_by(account_draft(), key), noon);
        return trusted ? std::error_code() : trusted.error().code;
    };
    CHECK(by(key_of(Kind::operator_)) == std::error_code());
    CHECK(by(key_of(Kind::operator_, 2)) == std::error_code());
    CHECK(by(key_of(Kind::operator_, 3)) == Errc::untrusted_issuer);
    CHECK(by(key_of(Kind::account)) == Errc::untrusted_issuer);
}

TEST_CASE("Trust: under strict signing keys no identity key signs anything below it") {
    jwt::Draft<jwt::OperatorClaims> strict = operator_draft();
    strict.claims.strict_signing_key_usage = true;
    const jwt::TrustChain trust = chain(strict);
    CHECK(trust.authorize(signed_by(account_draft(), key_of(Kind::operator_)), noon).error().code ==
          Errc::untrusted_issuer);
    const auto by_identity = signed_by(user_draft(), key_of(Kind::account));
    CHECK(trust.authorize(by_identity, account(trust), noon).error().code == Errc::untrusted_issuer);
    CHECK(trust.authorize(signed_by(user_of_signing_key(), key_of(Kind::account, 2)), account(trust), noon));
}

TEST_CASE("Trust: a user is signed by the account, or by a signing key that names the account") {
    CHECK(authorized(user_draft(), 1) == std::error_code());
    CHECK(authorized(user_of_signing_key(), 1) == std::error_code());
    CHECK(authorized(user_of_signing_key(), 2) == std::error_code());
    CHECK(authorized(user_draft(), 2) == Errc::untrusted_issuer);
    CHECK(authorized(user_of_signing_key(), 4) == Errc::untrusted_issuer);
}

TEST_CASE("Trust: a user of another account is not this one's") {
    jwt::Draft<jwt::UserClaims> other = user_draft();
    other.claims.issuer_account = text_of(Kind::account, 9);
    CHECK(authorized(other, 2) == Errc::untrusted_issuer);
    CHECK(authorized(other, 1) == Errc::untrusted_issuer);
}

TEST_CASE("Trust: a scoped key's user carries nothing of its own") {
    CHECK(authorized(scoped_user(), 3) == std::error_code());
    CHECK(authorized(user_of_signing_key(), 3) == Errc::own_permissions);
}

TEST_CASE("Trust: what was issued up to the moment of a revocation is void, a second later is not") {
    const std::int64_t iat = noon.time_since_epoch().count();
    for (const std::string& key : {text_of(Kind::user), std::string("*")}) {
        jwt::Draft<jwt::AccountClaims> revoking = account_draft();
        revoking.claims.revocations[key] = iat;
        CHECK(authorized(user_draft(), 1, revoking) == Errc::revoked);
        revoking.claims.revocations[key] = iat - 1;
        CHECK(authorized(user_draft(), 1, revoking) == std::error_code());
    }
    jwt::Draft<jwt::AccountClaims> other = account_draft();
    other.claims.revocations[text_of(Kind::user, 9)] = iat;
    CHECK(authorized(user_draft(), 1, other) == std::error_code());
}

TEST_CASE("Trust: at every level a token that is not in time is refused") {
    jwt::Draft<jwt::OperatorClaims> old_operator = operator_draft();
    old_operator.expires = noon - 1s;
    CHECK(jwt::TrustChain::create(signed_by(old_operator, key_of(Kind::operator_)), noon).error().code ==
          Errc::not_in_time);
    const jwt::TrustChain trust = chain();
    jwt::Draft<jwt::AccountClaims> early_account = account_draft();
    early_account.not_before = noon + 1s;
    CHECK(trust.authorize(signed_by(early_account, key_of(Kind::operator_)), noon).error().code ==
          Errc::not_in_time);
    jwt::Draft<jwt::UserClaims> user = user_draft();
    user.expires = noon;
    CHECK(authorized(user, 1) == std::error_code());
    user.expires = noon - 1s;
    CHECK(authorized(user, 1) == Errc::not_in_time);
    const auto refused = trust.authorize(signed_by(early_account, key_of(Kind::operator_)), noon);
    CHECK(refused.error().detail == early_account.subject + " is not valid before 22:13:21 UTC, in 1 s");
}

TEST_CASE("Effective permissions: the scope's template, one's own, or the account's defaults") {
    const jwt::TrustChain trust = chain();
    jwt::Draft<jwt::AccountClaims> with_defaults = account_draft();
    with_defaults.claims.default_permissions.pub.allow = {"by.default"};
    const auto trusted_account = account(trust, with_defaults);
    const auto of = [&](const jwt::Draft<jwt::UserClaims>& user, std::uint64_t signer) {
        const auto trusted =
            trust.authorize(signed_by(user, key_of(Kind::account, signer)), trusted_account, noon);
        return jwt::effective_permissions(*trusted, trusted_account).value();
    };
    CHECK(of(scoped_user(), 3).sub.allow ==
          std::vector<std::string>{"_INBOX_." + text_of(Kind::user) + ".>"});
    CHECK(of(user_draft(), 1).pub.allow == std::vector<std::string>{"by.default"});
    jwt::Draft<jwt::UserClaims> own = user_draft();
    own.claims.sub.allow = {"own"};
    CHECK(of(own, 1).pub.allow.empty());
    CHECK(of(own, 1).sub.allow == std::vector<std::string>{"own"});
}
