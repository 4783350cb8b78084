#include <natscreds/provisioner/requests/responder.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include <natscreds/access/client.h>
#include <natscreds/access/reply.h>
#include <natscreds/base/date.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/tag.h>
#include <natscreds/jwt/trust.h>
#include <natscreds/provisioner/policy/name_pattern.h>
#include <natscreds/provisioner/requests/identity_desk.h>
#include <natscreds/provisioner/requests/stopwatch.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;

constexpr std::size_t max_bytes = 8 * 1024;

/// As the request came over the wire: "NATS/1.0\r\n", a line for each header, and an empty one.
std::size_t wire_size(const bus::Message& message) {
    std::size_t size = message.body.size();
    for (const bus::Header& header : message.headers)
        size += header.name.size() + header.value.size() + 4;
    return message.headers.empty() ? size : size + 12;
}

base::Status check_size(const bus::Message& request) {
    if (request.malformed_headers)
        return base::Error{Reason::malformed, "the request's headers cannot be read"};
    if (wire_size(request) <= max_bytes) return {};
    return base::Error{Reason::too_large, "a request has at most " + std::to_string(max_bytes) + " bytes"};
}

/// Whoever sends two dots may read JSON; whoever sends a name is a script that looks for -ERR.
Style style_of(const bus::Message& request) {
    return std::ranges::count(request.body, '.') == 2 ? Style::json : Style::plain;
}

/// The creds file, then who made it, as the tutorial's provisioner says it.
base::Secret with_comments(const base::Secret& creds, const std::string& server_id) {
    const std::string comments = "# Provisioned by natscreds\n# Server ID/LOC: \"" + server_id + "\"\n";
    return base::Secret::filled(creds.size() + comments.size(), [&](std::span<std::uint8_t> out) {
        const auto at = std::ranges::copy(creds.expose(), out.begin()).out;
        std::ranges::copy(base::as_bytes(comments), at);
    });
}

std::int64_t generation_of(const jwt::UserClaims& user) {
    const std::string_view text = jwt::tag_value(user.tags, "gen");
    std::int64_t generation = 0;
    std::from_chars(text.data(), text.data() + text.size(), generation);
    return std::clamp<std::int64_t>(generation, 0, INT32_MAX - 1);
}

constexpr std::string_view account_tag = "service-account";
constexpr std::string_view identity_tag = "identity";
constexpr std::string_view owner_tag = "owner";

/// For the audit, also of a refusal: what was asked for, where it is a name at all.
void note_name(AuditRecord& record, const base::Result<Name>& name) {
    if (name) record.name = name->text();
}

/// None where it is left out, and the role that is asked for, or a rule, has one for who asks.
std::optional<base::Result<Name>> name_in(const access::AccessOptions& options, const Policy& policy,
                                          const Role& role) {
    const bool by_rule = options.identity && options.identity->kind == identity::oidc_kind;
    if (options.name.empty() && (by_rule || !role.default_name.empty())) return std::nullopt;
    return policy.name(options.name);
}

bool rests_on_proof(const jwt::UserClaims& user) {
    return !jwt::tag_value(user.tags, account_tag).empty() ||
           !jwt::tag_value(user.tags, identity_tag).empty();
}

/// A renewal gives as long a life as was asked for in the beginning, unless the role gives less by now. What rested
/// on a proof of identity may have ended with that proof, and gets what the role gives.
std::optional<std::chrono::seconds> life_of(const jwt::Decoded<jwt::UserClaims>& current, const Role& role) {
    if (rests_on_proof(current.claims())) return std::nullopt;
    if (!current.content.expires || *current.content.expires <= current.issued_at) return std::nullopt;
    return std::min(*current.content.expires - current.issued_at, role.ttl);
}

base::Error not_ours() {
    return {Reason::bad_signature, "the JWT that is to be renewed was not issued here"};
}

/// Whether the JWT that is to be renewed is one of the issuer's, and good until now.
base::Status check_current(const jwt::Decoded<jwt::UserClaims>& current, const Issuer& issuer,
                           base::Time now) {
    const base::Result<nkeys::PublicKey> account = access::account_of(current);
    const bool ours = account && account->text() == issuer.account() &&
                      std::ranges::count(issuer.issuers(), current.issuer.text()) != 0;
    if (!ours) return not_ours();
    if (current.expired(now) || current.too_early(now))
        return base::Error{Reason::stale,
                           "the JWT that is to be renewed " + base::why_not_valid(current.validity(), now)};
    if (issuer.revoked(current)) return base::Error{Reason::denied, "the JWT was revoked"};
    if (issuer.role().renewable == Renewable::yes) return {};
    return base::Error{Reason::role_denied, "the role " + issuer.role().name + " is not renewed"};
}

/// A JWT that rested on a proof of identity is renewed on a proof of the same.
base::Status check_same_identity(const jwt::UserClaims& before,
                                 const std::optional<VerifiedIdentity>& verified) {
    if (!rests_on_proof(before)) return {};
    if (!verified) {
        return base::Error{Reason::bad_identity,
                           "the JWT was issued for an identity, and the renewal carries no proof of it"};
    }
    const std::string_view account = jwt::tag_value(before.tags, account_tag);
    const bool same = account.empty() ? jwt::tag_value(before.tags, owner_tag) == verified->owner.tag()
                                      : verified->service_account == account;
    if (same) return {};
    return base::Error{Reason::bad_identity, account.empty()
                                                 ? "the proof is of another identity than the JWT"
                                                 : "the proof is of another ServiceAccount than the JWT"};
}

/// For whom a role is that needs a proof.
std::string meant_by(const Role& role) {
    return role.identity.empty() ? "ServiceAccounts" : "the identity " + role.identity;
}

base::Status unless_denied(const base::Result<bool>& denied, Denial::Kind kind) {
    if (!denied) return denied.error();
    if (!*denied) return {};
    return base::Error{Reason::denied, "this " + std::string(word(kind)) + " is denied"};
}

/// Until when keys that were replaced live on; nothing where none does.
std::optional<base::Time> superseded_until(const std::vector<NameKey>& superseded, base::Time now) {
    if (superseded.empty()) return std::nullopt;
    const base::Time last = std::ranges::max(superseded, {}, &NameKey::expires).expires;
    return last >= now ? std::optional(last) : std::nullopt;
}

}  // namespace

/// A request, and what is known of it so far.
struct Responder::Inquiry {
    const bus::Message& request;
    std::shared_ptr<const Policy> policy;
    base::Time now;
    Answer answer;
    std::optional<access::Requester> requester = {};
    std::optional<NamedRequester> listed = {};  ///< that requester, where it is in a list
    Stopwatch stopwatch = {};

    [[nodiscard]] std::optional<nkeys::PublicKey> requester_key() const {
        return requester ? std::optional(requester->user) : std::nullopt;
    }
};

/// Who asks, as far as that was verified, and what that allows.
struct Responder::Applicant {
    std::optional<VerifiedIdentity> verified = {};
    std::optional<identity::ServiceRole> role = {};  ///< in the place of the role's own permissions

    /// Nothing lives longer than the proof that it rests on, or than a rule says.
    [[nodiscard]] base::Time until(base::Time wanted, base::Time now) const {
        if (!verified) return wanted;
        const base::Time end = std::min(wanted, verified->expires);
        return verified->rule && verified->rule->ttl ? std::min(end, now + *verified->rule->ttl) : end;
    }

    /// The name that is this applicant's, as a pattern; empty: none.
    [[nodiscard]] const std::string& own_name(const Role& of) const {
        return named_by_rule() ? verified->rule->name : of.default_name;
    }
    [[nodiscard]] bool named_by_rule() const {
        return verified && verified->rule && !verified->rule->name.empty();
    }
};

/// What a request asks for, whatever its kind.
struct Responder::Asked {
    const Issuer& issuer;  ///< of the role
    nkeys::PublicKey key;
    std::optional<base::Result<Name>> name;  ///< or what is wrong with it; none: the role's default
    std::optional<std::chrono::seconds> ttl = {};
    std::optional<access::Identity> identity = {};
    std::optional<nkeys::SigningKey> made_here = {};            ///< a name alone comes without a key
    std::optional<jwt::Decoded<jwt::UserClaims>> renewed = {};  ///< a renewal's JWT
};

/// What is to be signed, once the name is granted.
struct Responder::Wanted {
    const Issuer& issuer;
    Name name;
    nkeys::PublicKey key;
    base::Time expires;
    Form form = Form::key_bound;
    /// What a JWT that is renewed says of itself.
    struct Before {
        std::int64_t generation;
        Owner owner;
    };
    std::optional<Before> renewed = {};
    Applicant applicant = {};
};

Responder::Responder(const Parts& parts, Settings settings)
    : parts_(parts),
      settings_(std::move(settings)),
      identities_(std::make_unique<IdentityDesk>(
          parts_.verifiers, ProofLimits{.rate = settings_.proof_rate, .at_once = settings_.proofs_at_once})) {
}

Responder::~Responder() = default;

std::optional<Answer> Responder::respond(const bus::Message& request) {
    if (!usable(request.reply)) return std::nullopt;
    Inquiry inquiry{.request = request,
                    .policy = parts_.policy.load(),
                    .now = parts_.clock.now(),
                    .answer = {.style = style_of(request)}};
    const base::Status answered = answer(inquiry);
    if (answered) return std::move(inquiry.answer);
    return refuse(std::move(inquiry.answer), answered.error(), inquiry.now);
}

std::optional<Answer> Responder::turn_away(const bus::Message& request, const base::Error& why) const {
    if (!usable(request.reply)) return std::nullopt;
    return refuse({.style = style_of(request)}, why, parts_.clock.now());
}

bool Responder::usable(std::string_view reply) const {
    return std::ranges::any_of(settings_.reply_prefixes, [&](std::string_view prefix) {
        return reply == prefix || (reply.starts_with(prefix) && reply[prefix.size()] == '.');
    });
}

/// One pipeline for requests of every kind: they differ in how they are read, and in the reply that a plain name gets.
base::Status Responder::answer(Inquiry& inquiry) {
    if (const base::Status small = check_size(inquiry.request); !small) return small;
    if (const base::Status known = identify(inquiry); !known) return known;
    if (const base::Status slow_enough = check_rate(inquiry); !slow_enough) return slow_enough;
    const bool renewal = inquiry.answer.endpoint == access::Endpoint::renew;
    const base::Result<Asked> asked = renewal ? read_renewal(inquiry) : read_access(inquiry);
    if (!asked) return asked.error();
    const base::Result<Wanted> wanted = decide(*asked, inquiry);
    if (!wanted) return wanted.error();
    const base::Result<jwt::Token> token = issue(*wanted, inquiry);
    if (!token) return token.error();
    if (asked->made_here) {
        inquiry.answer.body = with_comments(jwt::creds_text(*token, *asked->made_here), settings_.server_id);
    } else {
        inquiry.answer.body = grant(*token, *wanted, inquiry);
    }
    return {};
}

// ---- who asks

/// The servers' permissions make true what stands in a vouched subject. Nothing else is believed: a header
/// about the requester can be forged on servers that are in use.
base::Status Responder::identify(Inquiry& inquiry) {
    const base::Result<access::Addressed> addressed = settings_.subjects.parse(inquiry.request.subject);
    if (!addressed) return addressed.error();
    inquiry.answer.endpoint = addressed->endpoint;
    if (settings_.requests == Requests::direct) return {};
    const auto& requester = addressed->requester;
    if (!requester || !inquiry.policy->rules().client_accounts.contains(requester->account))
        return base::Error{Reason::unvouched, "requests of this account are not answered here"};
    inquiry.requester = requester;
    inquiry.answer.identified = true;
    inquiry.answer.record.account = requester->account.text();
    inquiry.answer.record.requester = requester->user.text();
    const base::Status allowed =
        check_denied({.kind = Denial::Kind::requester, .value = requester->user.text()}, inquiry);
    if (!allowed || addressed->endpoint == access::Endpoint::renew) return allowed;
    auto listed = known_requester(inquiry.policy->rules().requesters, parts_.ledger, requester->user);
    if (!listed) return listed.error();
    inquiry.listed = *std::move(listed);
    return {};
}

base::Status Responder::check_rate(const Inquiry& inquiry) {
    const std::lock_guard lock(rates_mutex_);
    const Pace pace =
        rates_.allow(inquiry.requester_key(), inquiry.policy->rules().rates(), parts_.intervals.now());
    if (pace == Pace::allowed) return {};
    const bool one = pace == Pace::too_many_of_one;
    return base::Error{Reason::rate_limited,
                       one ? "too many requests of this requester" : "too many requests at present"};
}

base::Status Responder::check_denied(const Denial& whom, const Inquiry& inquiry) const {
    return unless_denied(parts_.ledger.denied(whom, inquiry.now), whom.kind);
}

base::Status Responder::check_key(const Asked& asked, const Inquiry& inquiry) const {
    const base::Status not_revoked = asked.issuer.check_revoked(asked.key, inquiry.now);
    if (!not_revoked) return not_revoked;
    return check_denied({.kind = Denial::Kind::key, .value = asked.key.text()}, inquiry);
}

base::Status Responder::check_name_denied(const Name& name, const Issuer& issuer,
                                          const Inquiry& inquiry) const {
    const std::string in_ledger = inquiry.policy->ledger_name(issuer, name);
    return unless_denied(name_denied(parts_.ledger, name.text(), in_ledger, inquiry.now), Denial::Kind::name);
}

// ---- what is asked

base::Result<Responder::Asked> Responder::read_access(Inquiry& inquiry) const {
    const std::string audience = settings_.subjects.direct(access::Endpoint::access);
    auto parsed = access::parse_request(inquiry.request.body, {.audience = audience, .now = inquiry.now});
    if (!parsed) return read_plain(inquiry);
    if (!*parsed) return parsed->error();
    access::AccessRequest& request = **parsed;
    inquiry.answer.record.key = request.key.text();
    note_name(inquiry.answer.record, Name::parse(request.options.name));
    inquiry.answer.stages.verify = inquiry.stopwatch.lap();

    const auto issuer = inquiry.policy->authorize(role_of(request.options, *inquiry.policy),
                                                  inquiry.requester_key(), inquiry.listed);
    if (!issuer) return issuer.error();
    return Asked{.issuer = **issuer,
                 .key = request.key,
                 .name = name_in(request.options, *inquiry.policy, (*issuer)->role()),
                 .ttl = request.options.ttl,
                 .identity = std::move(request.options.identity)};
}

/// Whoever proves an identity and names no role means its own.
std::string Responder::role_of(const access::AccessOptions& options, const Policy& policy) const {
    if (!options.role.empty() || !options.identity) return options.role;
    if (options.identity->kind == identity::oidc_kind) return identities_->claimed_role(*options.identity);
    return policy.rules().service_role;
}

/// A name alone, as the tutorial's provisioner is asked.
base::Result<Responder::Asked> Responder::read_plain(Inquiry& inquiry) const {
    inquiry.answer.style = Style::plain;
    note_name(inquiry.answer.record, Name::fold(inquiry.request.body));
    if (inquiry.policy->rules().plain_names == PlainNames::refused) {
        return base::Error{Reason::plain_disabled,
                           "the request is not signed by a key, and names alone are not answered here"};
    }
    const auto issuer = inquiry.policy->authorize("", inquiry.requester_key(), inquiry.listed);
    if (!issuer) return issuer.error();
    auto key = nkeys::SigningKey::generate(nkeys::Kind::user, parts_.random);
    if (!key) return key.error();
    return Asked{.issuer = **issuer,
                 .key = key->public_key(),
                 .name = inquiry.policy->plain_name(inquiry.request.body),
                 .made_here = std::move(*key)};
}

base::Result<Responder::Asked> Responder::read_renewal(Inquiry& inquiry) const {
    const std::string audience = settings_.subjects.direct(access::Endpoint::renew);
    auto request = access::parse_renewal(inquiry.request.body, {.audience = audience, .now = inquiry.now});
    if (!request) return request.error();
    if (inquiry.requester && inquiry.requester->user != request->key)
        return base::Error{Reason::unvouched, "the request's subject names another key"};
    inquiry.answer.record.key = request->key.text();
    base::Result<Name> name = Name::parse(request->current.content.name);
    note_name(inquiry.answer.record, name);
    inquiry.answer.stages.verify = inquiry.stopwatch.lap();

    const auto issuer = inquiry.policy->find(jwt::tag_value(request->current.claims().tags, "role"));
    if (!issuer) return issuer.error();
    const base::Status good = check_current(request->current, **issuer, inquiry.now);
    if (!good) return good.error();
    return Asked{.issuer = **issuer,
                 .key = request->key,
                 .name = std::move(name),
                 .ttl = life_of(request->current, (*issuer)->role()),
                 .identity = std::move(request->identity),
                 .renewed = std::move(request->current)};
}

/// Whether it may be had, and for how long.
base::Result<Responder::Wanted> Responder::decide(const Asked& asked, Inquiry& inquiry) const {
    inquiry.answer.record.role = asked.issuer.role().name;
    if (asked.issuer.account() != inquiry.policy->account())
        inquiry.answer.record.issuer_account = asked.issuer.account();
    const base::Result<base::Time> expires = asked.issuer.expiry(asked.ttl, inquiry.now);
    if (!expires) return expires.error();
    if (asked.name && !*asked.name) return asked.name->error();
    if (const base::Status good = check_key(asked, inquiry); !good) return good.error();
    const base::Status not_denied =
        asked.name ? check_name_denied(**asked.name, asked.issuer, inquiry) : base::Status();
    if (!not_denied) return not_denied.error();
    const base::Result<Applicant> applicant = verify(asked.identity, asked.issuer, inquiry);
    if (!applicant) return applicant.error();
    const base::Result<Name> name = name_for(asked, *applicant, inquiry);
    if (!name) return name.error();
    Wanted wanted{.issuer = asked.issuer,
                  .name = *name,
                  .key = asked.key,
                  .expires = applicant->until(*expires, inquiry.now),
                  .form = asked.made_here ? Form::plain : Form::key_bound,
                  .applicant = *applicant};
    if (!asked.renewed) return wanted;
    const jwt::UserClaims& before = asked.renewed->claims();
    const base::Status same = check_same_identity(before, applicant->verified);
    if (!same) return same.error();
    wanted.renewed = {.generation = generation_of(before),
                      .owner = Owner::of_tag(jwt::tag_value(before.tags, owner_tag))};
    return wanted;
}

/// As it was asked for, where the role gives it to who asks; or the one that the role has for who asks. Somebody who has
/// a name already keeps it.
base::Result<Name> Responder::name_for(const Asked& asked, const Applicant& applicant,
                                       Inquiry& inquiry) const {
    const Role& role = asked.issuer.role();
    if (asked.renewed) return **asked.name;
    const NameFacts facts = facts_of(applicant, inquiry);
    if (asked.name) {
        const std::string& text = (*asked.name)->text();
        const auto own = fill_in(applicant.own_name(role), facts);
        if (own && *own == text) return **asked.name;
        if (applicant.named_by_rule()) {
            if (!own) return own.error();
            return base::Error{Reason::role_denied,
                               "the name " + text + " is not given to this identity, which may have " + *own};
        }
        const base::Status given = check_name(role.names, text, facts);
        if (given) return **asked.name;
        return given.error();
    }
    const auto filled = fill_in(applicant.own_name(role), facts);
    if (!filled) return filled.error();
    base::Result<Name> name = inquiry.policy->name(*filled);
    if (!name) return name;
    note_name(inquiry.answer.record, name);
    const base::Status allowed = check_name_denied(*name, asked.issuer, inquiry);
    return allowed ? std::move(name) : base::Result<Name>(allowed.error());
}

NameFacts Responder::facts_of(const Applicant& applicant, const Inquiry& inquiry) {
    NameFacts facts;
    if (inquiry.listed) facts["requester"] = inquiry.listed->name;
    if (applicant.verified) facts.insert(applicant.verified->facts.begin(), applicant.verified->facts.end());
    return facts;
}

// ---- what another system says of who asks

base::Result<Responder::Applicant> Responder::verify(const std::optional<access::Identity>& identity,
                                                     const Issuer& issuer, Inquiry& inquiry) const {
    const Role& role = issuer.role();
    if (!identity && !inquiry.policy->needs_proof(role)) return Applicant{};
    if (!identity) {
        return base::Error{Reason::bad_identity, "the role " + role.name + " is for " + meant_by(role) +
                                                     ", and the request carries no proof of one"};
    }
    auto outcome = identities_->verify({.identity = *identity,
                                        .whose = inquiry.requester ? inquiry.requester->user.text() : "",
                                        .now = parts_.intervals.now()});
    if (const auto* const rejected = std::get_if<Rejected>(&outcome)) {
        inquiry.answer.trouble = rejected->trouble;
        if (rejected->retry_after) inquiry.answer.retry_after = rejected->retry_after;
        return rejected->refusal;
    }
    Applicant applicant{.verified = std::get<VerifiedIdentity>(std::move(outcome))};
    inquiry.answer.identified = true;
    inquiry.answer.record.service_account = applicant.verified->service_account;
    if (applicant.verified->rule) inquiry.answer.record.identity = applicant.verified->owner.text();
    const base::Status allowed = check_role(applicant, issuer, inquiry);
    if (!allowed) return allowed.error();
    return applicant;
}

base::Status Responder::check_role(Applicant& applicant, const Issuer& issuer, const Inquiry& inquiry) const {
    const Role& role = issuer.role();
    const VerifiedIdentity& verified = *applicant.verified;
    if (!role.identity.empty() && role.identity != verified.identity)
        return base::Error{Reason::role_denied, "the role " + role.name + " is for " + meant_by(role)};
    if (verified.rule && verified.rule->role != role.name)
        return base::Error{Reason::role_denied, "the rules of the identity " + verified.identity +
                                                    " give the role " + verified.rule->role};
    const std::string& account = verified.service_account;
    if (!role.service_accounts.empty() && !role.service_accounts.contains(account))
        return base::Error{Reason::role_denied,
                           "the role " + role.name + " is not for " + (account.empty() ? "others" : account)};
    if (!inquiry.policy->has_service_roles(role)) return {};
    if (parts_.service_roles != nullptr)
        applicant.role = parts_.service_roles->find(identity::AccountName::of(account));
    if (applicant.role) return {};
    return base::Error{Reason::role_denied, "there is no NatsServiceRole for " + account};
}

base::Result<jwt::Permissions> Responder::permissions_of(const Wanted& wanted) const {
    const identity::ServiceRole& own = *wanted.applicant.role;
    const std::string subject = wanted.key.text();
    auto permissions =
        with_permissions(wanted.issuer.role(), {.subject = subject, .name = wanted.name.text()},
                         {.pub = own.publish, .sub = own.subscribe, .resp = std::nullopt});
    if (permissions) return permissions;
    return base::Error{Reason::signing_key_unusable, "the service cannot sign at present"};
}

// ---- what is given

Owner Responder::owner_of(const Wanted& wanted, const Inquiry& inquiry) {
    if (wanted.applicant.verified) return wanted.applicant.verified->owner;
    if (inquiry.requester) return Owner::of_requester(inquiry.requester->account, inquiry.requester->user);
    return Owner::of_key(wanted.key);
}

base::Result<Kept> Responder::claim(const Wanted& wanted, const Inquiry& inquiry) const {
    const PolicyRules& rules = inquiry.policy->rules();
    const NameRule rule = rules.name_rule();
    const Role& role = wanted.issuer.role();
    const std::string name = inquiry.policy->ledger_name(wanted.issuer, wanted.name);
    if (wanted.renewed) {
        return renew_name(parts_.ledger, rule,
                          {.name = name,
                           .key = wanted.key,
                           .role = role.name,
                           .expires = wanted.expires,
                           .generation = wanted.renewed->generation,
                           .owner = wanted.renewed->owner},
                          inquiry.now);
    }
    return claim_name(parts_.ledger, rule,
                      {.name = name,
                       .key = wanted.key,
                       .form = wanted.form,
                       .role = role.name,
                       .expires = wanted.expires,
                       .owner = owner_of(wanted, inquiry),
                       .requester = inquiry.requester_key(),
                       .holders = role.holders},
                      {.now = inquiry.now, .max_names = rules.max_names});
}

/// When the first of those who have the name now makes room.
std::optional<std::chrono::seconds> Responder::wait_for_room(const std::string& name, base::Time now) const {
    const auto entry = parts_.ledger.find(name);
    if (!entry || !*entry || (*entry)->record.holders.empty()) return std::nullopt;
    const base::Time first = std::ranges::min((*entry)->record.holders, {}, &NameKey::expires).expires;
    return std::max(first - now, std::chrono::seconds(0)) + std::chrono::seconds(1);
}

base::Result<Order> Responder::order_of(const Wanted& wanted, const Decision& decision) const {
    Order order{.name = wanted.name,
                .key = wanted.key,
                .expires = wanted.expires,
                .generation = decision.generation,
                .tags = {std::string(owner_tag) + ":" + decision.record.owner.tag()}};
    const Applicant& applicant = wanted.applicant;
    if (applicant.verified && !applicant.verified->service_account.empty())
        order.tags.push_back(std::string(account_tag) + ":" + applicant.verified->service_account);
    if (applicant.verified && applicant.verified->rule)
        order.tags.push_back(std::string(identity_tag) + ":" + applicant.verified->identity);
    if (!applicant.role) return order;
    base::Result<jwt::Permissions> permissions = permissions_of(wanted);
    if (!permissions) return permissions.error();
    order.permissions = std::move(*permissions);
    return order;
}

base::Result<jwt::Token> Responder::issue(const Wanted& wanted, Inquiry& inquiry) const {
    const base::Result<Kept> kept = claim(wanted, inquiry);
    if (!kept && kept.error().code == Reason::name_full)
        inquiry.answer.retry_after =
            wait_for_room(inquiry.policy->ledger_name(wanted.issuer, wanted.name), inquiry.now);
    if (!kept) return kept.error();
    const Decision& decision = kept->decision;
    inquiry.answer.stages.ledger = inquiry.stopwatch.lap();
    if (decision.record.requester) {
        const base::Status allowed = check_denied(
            {.kind = Denial::Kind::requester, .value = decision.record.requester->text()}, inquiry);
        if (!allowed) return allowed.error();
    }
    const base::Result<Order> order = order_of(wanted, decision);
    if (!order) return order.error();
    base::Result<jwt::Token> token = wanted.issuer.issue(*order, inquiry.now);
    if (!token) return token;
    if (!Issuer::fits_connect(*token))
        return base::Error{Reason::role_denied, "the NatsServiceRole allows more than a JWT can say"};
    inquiry.answer.stages.sign = inquiry.stopwatch.lap();
    inquiry.answer.ticket = kept->ticket;
    inquiry.answer.identified = true;
    inquiry.answer.superseded = decision.superseded;
    write_down(wanted, decision, inquiry);
    inquiry.answer.record.jwt = fingerprint(token->text());
    return token;
}

/// For the audit.
void Responder::write_down(const Wanted& wanted, const Decision& decision, Inquiry& inquiry) {
    AuditRecord& record = inquiry.answer.record;
    record.time = inquiry.now;
    record.event = wanted.renewed ? "renewed" : "issued";
    if (decision.stale_generation) record.alarm = "stale_generation";
    if (!decision.superseded.empty()) record.event = record.alarm = "rekeyed";
    record.key = wanted.key.text();
    record.name = wanted.name.text();
    record.owner = decision.record.owner.text();
    record.role = wanted.issuer.role().name;
    record.generation = decision.generation;
    record.expires = wanted.expires;
    for (const NameKey& former : decision.superseded)
        record.superseded.push_back(former.key.text());
}

std::string Responder::grant(const jwt::Token& token, const Wanted& wanted, const Inquiry& inquiry) const {
    access::Grant grant{.jwt = token.text(),
                        .name = wanted.name.text(),
                        .role = wanted.issuer.role().name,
                        .subject = wanted.key.text(),
                        .account = wanted.issuer.account(),
                        .issuers = wanted.issuer.issuers(),
                        .expires = wanted.expires,
                        .renew_after = std::nullopt,
                        .server_id = settings_.server_id,
                        .generation = inquiry.answer.record.generation,
                        .superseded_until = superseded_until(inquiry.answer.superseded, inquiry.now)};
    const bool renewable = serves_renewals_ && wanted.issuer.role().renewable == Renewable::yes;
    if (renewable) grant.renew_after = inquiry.now + (wanted.expires - inquiry.now) * 2 / 3;
    return access::encode_grant(grant);
}

}  // namespace natscreds::provisioner
