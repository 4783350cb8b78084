#include <natscreds/provisioner/callout/callout.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <natscreds/access/reason.h>
#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>
#include <natscreds/provisioner/policy/name_pattern.h>
#include <natscreds/provisioner/requests/identity_desk.h>
#include <natscreds/provisioner/requests/stopwatch.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;
using identity::AccountName;

/// Where servers want their answers; whoever names another subject would have us publish there.
constexpr std::string_view server_inbox = "$SYS._INBOX.";

Answer refused(Answer answer, const base::Error& why, base::Time now) {
    answer.style = Style::callout;
    return refuse(std::move(answer), why, now);
}

/// A list that is empty would allow everything.
jwt::Permission exactly(const jwt::Permission& granted) {
    jwt::Permission permission = granted;
    if (permission.allow.empty()) permission.deny.emplace_back(">");
    return permission;
}

/// The client's own first. The server has verified a chain, or sends what the client showed.
std::span<const std::string> certificates_of(const CalloutRequest& request) {
    const auto& tls = request.claims.tls;
    if (!tls) return {};
    if (!tls->verified_chains.empty()) return tls->verified_chains.front();
    return tls->certs;
}

const std::string& token_of(const jwt::ConnectOptions& connect) {
    return connect.pass.empty() ? connect.auth_token : connect.pass;
}

}  // namespace

bool RecentKeys::first_time(const nkeys::PublicKey& key, base::Instant now) {
    if (now - since_ >= remembered || newer_.size() >= most) {
        older_ = std::exchange(newer_, {});
        since_ = now;
    }
    return !older_.contains(key) && newer_.insert(key).second;
}

/// A question, and what is known of it so far.
struct Callout::Inquiry {
    CalloutRequest request;
    std::shared_ptr<const Policy> policy;
    base::Time now;
    std::chrono::steady_clock::time_point arrived;
    Answer answer;
    Stopwatch stopwatch = {};

    [[nodiscard]] bool late() const { return std::chrono::steady_clock::now() - arrived >= request.timeout; }
};

/// Who wants to connect, verified, and as what.
struct Callout::Client {
    const Issuer& issuer;  ///< of the role; the inquiry's policy has it
    Name name;
    base::Time expires;
    std::string tag;
    std::optional<identity::ServiceRole> role =
        {};  ///< a ServiceAccount's: in the place of the role's permissions
};

Callout::Callout(Parts parts, Settings settings)
    : parts_(std::move(parts)),
      settings_(std::move(settings)),
      identities_(std::make_unique<IdentityDesk>(
          parts_.verifiers, ProofLimits{.rate = settings_.proof_rate, .at_once = settings_.proofs_at_once})) {
}

Callout::~Callout() = default;

std::optional<Answer> Callout::answer(const bus::Message& message) {
    auto opened = open(message);
    if (std::holds_alternative<Dropped>(opened)) return std::nullopt;
    if (auto* const refusal = std::get_if<Answer>(&opened)) return std::move(*refusal);
    return decide(std::get<Opened>(opened));
}

std::variant<Callout::Dropped, Answer, Callout::Opened> Callout::open(const bus::Message& message) {
    if (!message.reply.starts_with(server_inbox)) return Dropped{};
    const base::Time now = parts_.clock.now();
    const auto arrived = std::chrono::steady_clock::now();
    const nkeys::CurveKey* const xkey = settings_.xkey ? &*settings_.xkey : nullptr;
    auto request = open_callout_request(message, {.xkey = xkey, .now = now});
    if (!request) return refused({.trouble = trouble_of(message)}, request.error(), now);

    auto inquiry = std::make_shared<Inquiry>(Inquiry{.request = *std::move(request),
                                                     .policy = parts_.policy.load(),
                                                     .now = now,
                                                     .arrived = arrived,
                                                     .answer = {}});
    inquiry->answer.style = Style::callout;
    AuditRecord& record = inquiry->answer.record;
    record.server = inquiry->request.server.text();
    record.host = inquiry->request.claims.client.host;
    if (const auto name = Name::parse(inquiry->request.claims.connect.user)) record.name = name->text();
    if (const base::Status first = check_first(*inquiry); !first) return refuse(inquiry, first.error());
    return inquiry;
}

Answer Callout::decide(const Opened& opened) {
    return answer_to(*opened, let_in(*opened));
}

Answer Callout::refuse(const Opened& opened, const base::Error& why) const {
    return answer_to(*opened, why);
}

Answer Callout::answer_to(Inquiry& inquiry, const base::Status& decided) const {
    if (decided) return std::move(inquiry.answer);
    Answer answer = refused(std::move(inquiry.answer), decided.error(), inquiry.now);
    jwt::AuthorizationResponseClaims claims;
    claims.error = answer.record.reason + ": " + decided.error().detail;
    answer.body = response(inquiry.request, claims);
    return answer;
}

/// What refuses everybody is our operator's trouble, and told of once.
std::optional<base::Error> Callout::trouble_of(const bus::Message& message) {
    const bool sealed = message.header("Nats-Server-Xkey").has_value();
    if (sealed == settings_.xkey.has_value() || told_of_seal_.exchange(true)) return std::nullopt;
    const std::string why =
        sealed ? "servers seal their questions for an xkey, and [callout] xkey is not given: nobody is let in"
               : "servers do not seal their questions, and [callout] xkey is given: nobody is let in";
    return base::Error{Reason::malformed, why};
}

std::optional<Answer> Callout::turn_away(const bus::Message& message, const base::Error& why) const {
    if (!message.reply.starts_with(server_inbox)) return std::nullopt;
    return refused({}, why, parts_.clock.now());
}

base::Status Callout::let_in(Inquiry& inquiry) {
    // It may have waited for its turn.
    if (inquiry.late()) return base::Error{Reason::busy, "the answer would have come too late"};
    const auto client = [&] {
        switch (proof_of(inquiry)) {
            case Proof::issuer_token:
                return subject(identity::oidc_kind, inquiry);
            case Proof::password:
                return subject(identity::password_kind, inquiry);
            case Proof::certificate:
                return subject(identity::x509_kind, inquiry);
            case Proof::account_token:
                break;
        }
        return service_account(inquiry);
    }();
    if (!client) return client.error();
    return admit(*client, inquiry);
}

bool Callout::hashes(const Inquiry& inquiry) const {
    return proof_of(inquiry) == Proof::password;
}

/// What costs nothing, or does not depend on who it is.
base::Status Callout::check_first(const Inquiry& inquiry) {
    const CalloutRequest& request = inquiry.request;
    if (const base::Status slow_enough = check_rate(inquiry); !slow_enough) return slow_enough;
    if (parts_.known_server && !parts_.known_server(request.server))
        return base::Error{Reason::unvouched, "there is no server with this key"};
    if (const base::Status fresh = check_replay(inquiry); !fresh) return fresh;
    if (!token_of(request.claims.connect).empty() || proof_of(inquiry) == Proof::certificate) return {};
    return base::Error{Reason::bad_identity, "the client shows no token"};
}

/// Whether somebody of that role and name may connect at all.
base::Status Callout::check_name(const Issuer& issuer, const Name& name, const Inquiry& inquiry) const {
    const base::Status holds = issuer.check_revoked(inquiry.request.user, inquiry.now);
    if (!holds) return holds;
    const std::string in_ledger = inquiry.policy->ledger_name(issuer, name);
    const auto denied = name_denied(parts_.ledger, name.text(), in_ledger, inquiry.now);
    if (!denied) return denied.error();
    if (*denied) return base::Error{Reason::denied, "this name is denied"};
    return {};
}

base::Status Callout::check_rate(const Inquiry& inquiry) {
    const std::lock_guard lock(mutex_);
    const Pace pace = rates_.allow(inquiry.request.claims.client.host, inquiry.policy->rules().rates(),
                                   parts_.intervals.now());
    if (pace == Pace::allowed) return {};
    const bool one = pace == Pace::too_many_of_one;
    return base::Error{Reason::rate_limited,
                       one ? "too many attempts from this host" : "too many clients connect at present"};
}

base::Status Callout::check_replay(const Inquiry& inquiry) {
    const std::lock_guard lock(mutex_);
    if (asked_.first_time(inquiry.request.user, parts_.intervals.now())) return {};
    return base::Error{Reason::stale, "the same question was asked before"};
}

/// A ServiceAccount comes in under its own name. Whoever shows an issuer's token has none to give. A certificate is shown by
/// everybody where servers want one, so that it counts only where nothing else is shown.
Callout::Proof Callout::proof_of(const Inquiry& inquiry) const {
    const jwt::ConnectOptions& connect = inquiry.request.claims.connect;
    const identity::Verifiers& known = identities_->verifiers();
    const std::string& token = token_of(connect);
    if (token.empty() && connect.user.empty() && known.know(identity::x509_kind) &&
        !certificates_of(inquiry.request).empty())
        return Proof::certificate;
    const bool no_name = connect.user.empty() || connect.user == identity::oidc_kind;
    if (no_name && known.know(identity::oidc_kind)) return Proof::issuer_token;
    const bool account = known.know(identity::kubernetes_kind) && identity::ForeignJwt::parse(token);
    return account || !known.know(identity::password_kind) ? Proof::account_token : Proof::password;
}

base::Result<VerifiedIdentity> Callout::verify(std::string_view kind, Inquiry& inquiry) {
    const jwt::ConnectOptions& connect = inquiry.request.claims.connect;
    const std::string& token = token_of(connect);
    const access::Identity shown{.kind = std::string(kind),
                                 .token = base::Secret::copy_of(base::as_bytes(token))};
    auto outcome =
        identities_->verify({.identity = shown,
                             .whose = inquiry.request.claims.client.host,
                             .now = parts_.intervals.now(),
                             .user = kind == identity::password_kind ? connect.user : std::string(),
                             .certificates = certificates_of(inquiry.request)});
    if (auto* const rejected = std::get_if<Rejected>(&outcome)) {
        inquiry.answer.trouble = std::move(rejected->trouble);
        return rejected->refusal;
    }
    inquiry.answer.identified = true;
    inquiry.answer.stages.verify = inquiry.stopwatch.lap();
    return std::get<VerifiedIdentity>(std::move(outcome));
}

base::Result<Callout::Client> Callout::service_account(Inquiry& inquiry) {
    const std::string& user = inquiry.request.claims.connect.user;
    const auto name = inquiry.policy->name(user);
    if (!name) return name.error();
    const auto issuer = inquiry.policy->find(settings_.role);
    if (!issuer) return issuer.error();
    if (const base::Status allowed = check_name(**issuer, *name, inquiry); !allowed) return allowed.error();
    const auto verified = verify(identity::kubernetes_kind, inquiry);
    if (!verified) return verified.error();
    inquiry.answer.record.service_account = verified->service_account;
    const AccountName account = AccountName::of(verified->service_account);
    if (account.name != user)
        return base::Error{Reason::bad_identity, "the token is that of " + verified->service_account};
    auto role = role_of(account);
    if (!role) return role.error();
    return Client{.issuer = **issuer,
                  .name = *name,
                  .expires = verified->expires,
                  .tag = "service-account:" + verified->service_account,
                  .role = *std::move(role)};
}

/// Comes in as the rules of its identity say.
base::Result<Callout::Client> Callout::subject(std::string_view kind, Inquiry& inquiry) {
    const std::string& user = inquiry.request.claims.connect.user;
    if (kind == identity::password_kind && !identity::PasswordFile::is_user(user))
        return base::Error{Reason::bad_identity, "unknown user, or wrong password"};
    const auto verified = verify(kind, inquiry);
    if (!verified) return verified.error();
    inquiry.answer.record.identity = verified->owner.text();
    if (!verified->rule) return base::Error{Reason::bad_identity, "no rule gives a role to this identity"};
    const identity::IdentityRule& rule = *verified->rule;
    const auto issuer = inquiry.policy->find(rule.role);
    if (!issuer) return issuer.error();
    const std::string& pattern = rule.name.empty() ? (*issuer)->role().default_name : rule.name;
    const auto filled = fill_in(pattern, verified->facts);
    if (!filled) return filled.error();
    const auto name = inquiry.policy->name(*filled);
    if (!name) return name.error();
    inquiry.answer.record.name = name->text();
    if (const base::Status allowed = check_name(**issuer, *name, inquiry); !allowed) return allowed.error();
    const base::Time end = rule.ttl ? inquiry.now + *rule.ttl : verified->expires;
    return Client{.issuer = **issuer,
                  .name = *name,
                  .expires = std::min(end, verified->expires),
                  .tag = "identity:" + verified->identity};
}

base::Result<identity::ServiceRole> Callout::role_of(const AccountName& account) const {
    auto role = parts_.roles.find(account);
    if (role) return *std::move(role);
    return base::Error{Reason::role_denied, account.text() + " has no NatsServiceRole"};
}

base::Status Callout::admit(const Client& client, Inquiry& inquiry) {
    const auto longest = client.issuer.expiry(std::nullopt, inquiry.now);
    if (!longest) return longest.error();
    Order order{.name = client.name,
                .key = inquiry.request.user,
                .expires = std::min(*longest, client.expires),
                .tags = {client.tag}};
    if (client.role) {
        order.permissions.emplace();
        order.permissions->pub = exactly(client.role->publish);
        order.permissions->sub = exactly(client.role->subscribe);
    }
    const auto token = client.issuer.issue(order, inquiry.now);
    if (!token) return token.error();
    if (const base::Status unchanged = check_unchanged(client, inquiry); !unchanged) return unchanged;

    inquiry.answer.stages.sign = inquiry.stopwatch.lap();
    AuditRecord& record = inquiry.answer.record;
    record.time = inquiry.now;
    record.event = "authorized";
    record.key = order.key.text();
    record.name = order.name.text();
    record.role = client.issuer.role().name;
    record.jwt = fingerprint(token->text());
    record.expires = order.expires;
    jwt::AuthorizationResponseClaims claims;
    claims.jwt = token->text();
    inquiry.answer.body = response(inquiry.request, claims);
    return {};
}

/// Proving may have taken a while.
base::Status Callout::check_unchanged(const Client& client, const Inquiry& inquiry) const {
    if (inquiry.late()) return base::Error{Reason::busy, "the answer would have come too late"};
    if (!client.role || parts_.roles.find(client.role->account) == client.role) return {};
    return base::Error{Reason::role_denied,
                       "the role of " + client.role->account.text() + " has just changed"};
}

std::string Callout::response(const CalloutRequest& request,
                              const jwt::AuthorizationResponseClaims& claims) const {
    jwt::Draft<jwt::AuthorizationResponseClaims> draft;
    draft.subject = request.user.text();
    draft.audience = request.server.text();
    draft.claims = claims;
    const auto token = jwt::sign(draft, settings_.key, parts_.clock.now());
    if (!token) return {};
    if (!request.seal_for) return token->text();
    const auto sealed = settings_.xkey->seal(base::as_bytes(token->text()), *request.seal_for, parts_.random);
    return sealed ? std::string(base::as_text(*sealed)) : std::string();
}

}  // namespace natscreds::provisioner
