#include <natscreds/jwt/admission.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <natscreds/base/joined.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/time_at.h>
#include <natscreds/jwt/network.h>
#include <natscreds/jwt/trust.h>
#include <natscreds/jwt/validate.h>

#include "signers.h"

namespace natscreds::jwt {
namespace {

/// What a CONNECT line has beside the JWT: the signature, and what the client says of itself.
constexpr std::size_t least_beside_token = 150;
constexpr std::size_t usual_beside_token = 400;

std::string shown_list(const std::vector<std::string>& words) {
    return base::joined(words, ", ");
}

/// The first thing that a server does not take.
template <class C>
std::optional<std::string> first_refused(const Decoded<C>& token, base::Time now) {
    if (const std::string why = base::why_not_valid(token.validity(), now); !why.empty()) return why;
    for (const Issue& issue : validate(token, {.now = now})) {
        if (issue.severity != Severity::warning) return issue.text;
    }
    return std::nullopt;
}

/// "until 2027-01-01 00:00:00 UTC, 40 days from now"
std::string shown_validity(const base::Validity& validity, base::Time now) {
    if (!validity.expires) return "never expires";
    return "valid until " + base::time_of(*validity.expires, now) + ", for " +
           base::span_of(*validity.expires - now);
}

/// Seconds since midnight of "15:04:05"; it is known to be one.
std::chrono::seconds seconds_of_day(std::string_view text) {
    std::array<int, 3> parts{};
    for (int& part : parts) {
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), part);
        const auto read = static_cast<std::size_t>(end - text.data());
        text.remove_prefix(std::min(text.size(), read + 1));
    }
    return std::chrono::hours(parts[0]) + std::chrono::minutes(parts[1]) + std::chrono::seconds(parts[2]);
}

/// For servers of 2.10 and before a range over midnight ends with the day that it began on: after midnight they wait for
/// the evening.
bool has_time(const TimeRange& range, std::chrono::seconds time, ServerRelease release) {
    const auto start = seconds_of_day(range.start);
    const auto end = seconds_of_day(range.end);
    if (start <= end) return start <= time && time < end;
    return start <= time || (time < end && release >= ServerRelease{2, 11});
}

std::string shown_range(const TimeRange& range) {
    return range.start + " to " + range.end;
}

std::string shown_time(std::chrono::seconds time) {
    const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    const std::chrono::hh_mm_ss clock(time);
    return two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" +
           two(clock.seconds().count());
}

constexpr std::array<std::string_view, 7> known_types{"standard", "websocket", "leafnode",  "leafnode_ws",
                                                      "mqtt",     "mqtt_ws",   "in_process"};

bool has_jetstream(const AccountLimits& limits) {
    const auto some = [](const JetStreamLimits& one) {
        return one.mem_storage != 0 || one.disk_storage != 0;
    };
    return some(limits.jetstream) ||
           std::ranges::any_of(limits.tiered_limits, [&](const auto& tier) { return some(tier.second); });
}

/// One connection's way through the checks.
class Replay {
  public:
    Replay(const Arrival& arrival, const ServerKnowledge& server) : arrival_(arrival), server_(server) {}

    Admission run() {
        using Step = void (Replay::*)();
        constexpr std::array<Step, 18> steps{
            &Replay::connect_line, &Replay::token,   &Replay::proxy,       &Replay::claims,
            &Replay::pinned,       &Replay::account, &Replay::trust,       &Replay::issuer,
            &Replay::scope,        &Replay::bearer,  &Replay::type,        &Replay::key,
            &Replay::revocation,   &Replay::source,  &Replay::time_of_day, &Replay::connections,
            &Replay::jetstream,    &Replay::callout,
        };
        for (const Step step : steps) {
            (this->*step)();
            if (done_) break;
        }
        if (admission_.verdict() == Verdict::refused || !admission_.account) admission_.permissions.reset();
        return std::move(admission_);
    }

  private:
    void pass(Check check, std::string found) {
        admission_.steps.push_back({.check = check, .verdict = Verdict::passed, .found = std::move(found)});
    }
    void leave_open(Check check, std::string found, std::string advice) {
        admission_.steps.push_back({.check = check,
                                    .verdict = Verdict::open,
                                    .found = std::move(found),
                                    .advice = std::move(advice)});
    }
    void refuse(Check check, std::string found, std::string advice) {
        admission_.steps.push_back({.check = check,
                                    .verdict = Verdict::refused,
                                    .found = std::move(found),
                                    .advice = std::move(advice)});
        done_ = true;
    }
    /// For what cannot be looked into any further.
    void stop() { done_ = true; }

    [[nodiscard]] const UserClaims& claimed() const { return admission_.user->claims(); }

    void connect_line() {
        const std::size_t size = arrival_.token.size();
        const std::size_t most = server_.max_connect_bytes;
        const std::string found = "the JWT has " + std::to_string(size) +
                                  " bytes, and the CONNECT line may have " + std::to_string(most);
        const std::string advice =
            "give the user fewer subjects, or a signing key with a scope; or raise max_control_line of the "
            "servers";
        if (size + least_beside_token > most) return refuse(Check::connect_line, found, advice);
        if (size + usual_beside_token > most)
            return leave_open(Check::connect_line, found + ": too much for some clients", advice);
        pass(Check::connect_line, found);
    }

    void token() {
        auto user = decode<UserClaims>(arrival_.token);
        if (user) {
            pass(Check::token, "user " + user->content.name + ", key " + user->content.subject);
            account_key_ =
                user->claims().issuer_account.empty() ? user->issuer.text() : user->claims().issuer_account;
            admission_.permissions = user->claims();
            admission_.user = *std::move(user);
            return;
        }
        if (user.error().code == Errc::old_version) {
            leave_open(Check::token,
                       "a JWT of version 1, which servers take and nothing more is known of here",
                       "issue it again");
            return stop();
        }
        refuse(Check::token, user.error().message(), "get credentials anew");
    }

    void proxy() {
        if (claimed().proxy_required) need_proxy();
    }

    void need_proxy() {
        std::string found = "the user has to come through a trusted proxy";
        if (server_.release < ServerRelease{2, 12})
            return pass(Check::proxy, found + ", which servers before 2.12 do not ask");
        const std::string advice = "connect to the proxy";
        if (!arrival_.by_trusted_proxy) return leave_open(Check::proxy, found, advice);
        *arrival_.by_trusted_proxy ? pass(Check::proxy, found) : refuse(Check::proxy, found, advice);
    }

    void claims() {
        const auto refused = first_refused(*admission_.user, server_.now);
        if (!refused) return pass(Check::claims, shown_validity(admission_.user->validity(), server_.now));
        refuse(Check::claims, *refused, "renew the credentials, or get them anew");
    }

    void pinned() {
        if (!server_.pinned_accounts) return;
        const auto& pinned = *server_.pinned_accounts;
        if (std::ranges::find(pinned, account_key_) != pinned.end())
            return pass(Check::pinned_accounts, "account " + account_key_);
        refuse(Check::pinned_accounts, "account " + account_key_ + " is not in resolver_pinned_accounts",
               "connect to a server that serves the account");
    }

    void account() {
        if (!server_.find_account)
            return leave_open(Check::account, "account " + account_key_ + ", which nobody was asked about",
                              "name a store, a server's configuration or a server");
        auto found = server_.find_account(account_key_);
        if (!found)
            return refuse(Check::account, "account " + account_key_ + ": " + found.error().message(),
                          "mend the account and push it");
        if (!*found) {
            const bool unnamed = claimed().issuer_account.empty();
            return refuse(
                Check::account,
                "there is no account " + account_key_ +
                    (unnamed ? ", which the JWT does not name but is signed by" : ""),
                unnamed ? "issue the JWT again: one that is signed by a signing key has to name its account"
                        : "push the account, or use the credentials with the servers that they are for");
        }
        const auto& known = **found;
        if (const auto refused = first_refused(known, server_.now))
            return refuse(Check::account, "the JWT of account " + known.content.name + ": " + *refused,
                          "edit the account and push it");
        pass(Check::account, "account " + known.content.name + ", key " + known.content.subject +
                                 ", issued " + base::date_of(known.issued_at));
        admission_.account = std::move(**found);
    }

    void trust() {
        if (!admission_.account) return;
        const std::string signer = admission_.account->issuer.text();
        if (server_.operators.empty())
            return leave_open(Check::operator_,
                              "account signed by " + signer + ", and no operator is known here", "");
        for (const Decoded<OperatorClaims>& each : server_.operators) {
            if (!signed_by_operator(each, signer, admission_.account->content.subject)) continue;
            operator_ = &each;
            return pass(Check::operator_, "operator " + each.content.name + " signed the account");
        }
        const Decoded<OperatorClaims>& first = server_.operators.front();
        const bool identity = signer == first.content.subject;
        refuse(Check::operator_,
               "the account is signed by " + signer +
                   (identity ? ", operator " + first.content.name +
                                   "'s identity key, and the operator requires signing keys"
                             : ", which is no key of operator " + first.content.name),
               "sign the account again (nsctl edit account) and push it");
    }

    void issuer() {
        if (!admission_.account) return;
        const std::string signer = admission_.user->issuer.text();
        const Decoded<AccountClaims>& account = *admission_.account;
        const IdentityKey identity =
            operator_ != nullptr ? identity_key_under(operator_->claims()) : IdentityKey::may_sign;
        if (signed_by_account(account, *admission_.user, identity))
            return pass(Check::issuer, signer == account.content.subject
                                           ? "signed by the account's identity key"
                                           : "signed by the account's signing key " + signer);
        const std::string advice = "get credentials anew, signed by a key that the account has now";
        if (signer == account.content.subject)
            return refuse(Check::issuer,
                          "signed by the account's identity key, and the operator requires signing keys",
                          advice);
        std::vector<std::string> keys;
        for (const auto& [key, scope] : account.claims().signing_keys)
            keys.push_back(key);
        refuse(Check::issuer,
               "signed by " + signer + ", which is no signing key of account " + account.content.name + " (" +
                   (keys.empty() ? "it has none" : "it has " + shown_list(keys)) + ")",
               advice);
    }

    void scope() {
        if (!admission_.account) return;
        const UserScope* const scope = scope_of(*admission_.account, *admission_.user);
        auto permissions = permissions_under(*admission_.user, *admission_.account, server_.release);
        if (scope != nullptr && claimed().has_own_permissions())
            return refuse(
                Check::scope,
                "the JWT has permissions of its own, and its signing key has a scope, role " + scope->role,
                "issue the JWT without permissions, or sign it with a key without a scope");
        if (!permissions)
            return refuse(Check::scope, "role " + scope->role + ": " + permissions.error().message(),
                          "mend the template of the scope (nsctl edit signing-key)");
        admission_.permissions = *std::move(permissions);
        if (scope == nullptr) return pass(Check::scope, "permissions of the user's own");
        pass(Check::scope, "permissions of role " + scope->role);
        if (admission_.permissions->proxy_required && !claimed().proxy_required) need_proxy();
    }

    void bearer() {
        if (!admission_.permissions->bearer_token || !admission_.account) return;
        if (!admission_.account->claims().limits.disallow_bearer)
            return pass(Check::bearer, "a bearer token: whoever has the JWT may connect");
        refuse(Check::bearer,
               "a bearer token, which account " + admission_.account->content.name + " does not take",
               "issue the JWT without bearer");
    }

    void type() {
        // A scope's are passed over before 2.10.
        const UserPermissionLimits& limits = server_.release < ServerRelease{2, 10}
                                                 ? static_cast<const UserPermissionLimits&>(claimed())
                                                 : *admission_.permissions;
        const auto& allowed = limits.allowed_connection_types;
        if (allowed.empty()) return;
        std::vector<std::string> types;
        for (const std::string& each : allowed) {
            const std::string type = base::lower(each);
            if (std::ranges::find(known_types, type) != known_types.end()) types.push_back(type);
        }
        const std::string wanted(name_of(arrival_.type));
        if (std::ranges::find(types, base::lower(wanted)) != types.end())
            return pass(Check::connection_type, wanted + " is allowed");
        refuse(Check::connection_type, wanted + " is not allowed, only " + shown_list(allowed),
               "connect in one of these ways, or change the user's connection types");
    }

    void key() {
        if (admission_.permissions->bearer_token) return;
        if (arrival_.type == ConnectionType::mqtt)
            return refuse(Check::key, "MQTT clients cannot sign, and this is no bearer token",
                          "issue a JWT with bearer, for MQTT alone (--bearer --conn-type MQTT)");
        const std::string& subject = admission_.user->content.subject;
        if (!arrival_.key)
            return leave_open(Check::key, "the JWT is for key " + subject,
                              "show the creds file, not the JWT alone");
        if (arrival_.key->text() == subject) return pass(Check::key, "the seed is that of the JWT");
        refuse(Check::key, "the JWT is for key " + subject + ", the seed is that of " + arrival_.key->text(),
               "put the JWT and the seed that belong together into the creds file");
    }

    void revocation() {
        if (!admission_.account) return;
        const Revocations& revocations = admission_.account->claims().revocations;
        const base::Time issued = admission_.user->issued_at;
        for (const std::string& entry : {std::string("*"), admission_.user->content.subject}) {
            if (!is_revoked(revocations, entry, issued)) continue;
            const auto until = base::time_at(revocations.at(entry));
            return refuse(
                Check::revocation,
                "issued " + base::date_of(issued) + ", and account " + admission_.account->content.name +
                    " has revoked " + (entry == "*" ? "all users'" : "this user's") +
                    " JWTs that were issued until " + (until ? base::date_of(*until) : "the end of all time"),
                "get credentials anew");
        }
        pass(Check::revocation, "not revoked");
    }

    void source() {
        const auto& networks = admission_.permissions->src;
        if (networks.empty()) return;
        const std::string allowed = "may connect from " + shown_list(networks);
        if (arrival_.address.empty())
            return leave_open(Check::source, allowed, "say where the client is (--from ADDRESS)");
        const bool inside = std::ranges::any_of(
            networks, [&](const std::string& network) { return network_has(network, arrival_.address); });
        if (inside) return pass(Check::source, allowed + ", which have " + arrival_.address);
        refuse(Check::source, allowed + ", and " + arrival_.address + " is in none of these",
               "connect from there, or change the user's source networks");
    }

    void time_of_day() {
        const UserPermissionLimits& limits = *admission_.permissions;
        if (limits.times.empty()) return;
        const std::string zone =
            limits.times_location.empty() ? "the server's time zone" : limits.times_location;
        const std::string allowed =
            "may be connected " + base::joined(limits.times, ", ", shown_range) + " in " + zone;
        const auto time = server_.time_of_day ? server_.time_of_day(limits.times_location, server_.now)
                                              : std::optional<std::chrono::seconds>();
        if (!time) return leave_open(Check::time_of_day, allowed, "");
        const std::string now = ", where it is " + shown_time(*time);
        if (std::ranges::any_of(limits.times, [&](const TimeRange& range) {
                return has_time(range, *time, server_.release);
            }))
            return pass(Check::time_of_day, allowed + now);
        refuse(Check::time_of_day, allowed + now,
               "wait, or change the user's times (before 2.11 a time over midnight ends at midnight: say "
               "00:00:00 to the "
               "morning, too)");
    }

    void connections() {
        if (!admission_.account) return;
        const bool leaf = arrival_.type == ConnectionType::leafnode;
        const std::int64_t most =
            leaf ? admission_.account->claims().limits.leaf : admission_.account->claims().limits.conn;
        if (most < 0) return;
        const std::string what = leaf ? " leaf nodes" : " connections";
        const std::string found =
            "account " + admission_.account->content.name + " may have " + std::to_string(most) + what;
        const std::string advice = "raise the limit of the account and push it";
        if (most == 0) return refuse(Check::connections, found, advice);
        leave_open(Check::connections, found + "; how many there are is not known here", advice);
    }

    void jetstream() {
        if (arrival_.type != ConnectionType::mqtt || !admission_.account) return;
        if (has_jetstream(admission_.account->claims().limits))
            return pass(Check::jetstream, "the account has JetStream, which MQTT needs");
        refuse(Check::jetstream,
               "MQTT needs JetStream, which account " + admission_.account->content.name + " does not have",
               "give the account JetStream storage and push it");
    }

    void callout() {
        if (!admission_.account) return;
        const auto& users = admission_.account->claims().authorization.auth_users;
        const std::string& subject = admission_.user->content.subject;
        if (users.empty() || std::ranges::find(users, subject) != users.end()) return;
        leave_open(Check::callout,
                   "the auth callout of account " + admission_.account->content.name + " decides",
                   "look at the log of the auth callout's service");
    }

    const Arrival& arrival_;
    const ServerKnowledge& server_;
    Admission admission_;
    std::string account_key_;
    const Decoded<OperatorClaims>* operator_ = nullptr;  ///< that signed the account
    bool done_ = false;
};

}  // namespace

std::string_view name_of(Check check) noexcept {
    switch (check) {
        case Check::connect_line:
            return "CONNECT line";
        case Check::token:
            return "JWT";
        case Check::proxy:
            return "proxy";
        case Check::claims:
            return "validity";
        case Check::pinned_accounts:
            return "pinned accounts";
        case Check::account:
            return "account";
        case Check::operator_:
            return "operator";
        case Check::issuer:
            return "issuer";
        case Check::scope:
            return "scope";
        case Check::bearer:
            return "bearer";
        case Check::connection_type:
            return "connection type";
        case Check::key:
            return "key";
        case Check::revocation:
            return "revocation";
        case Check::source:
            return "source network";
        case Check::time_of_day:
            return "times of day";
        case Check::connections:
            return "connection limit";
        case Check::jetstream:
            return "JetStream";
        case Check::callout:
            return "auth callout";
    }
    return "";
}

std::string_view name_of(ConnectionType type) noexcept {
    switch (type) {
        case ConnectionType::standard:
            return "STANDARD";
        case ConnectionType::websocket:
            return "WEBSOCKET";
        case ConnectionType::leafnode:
            return "LEAFNODE";
        case ConnectionType::mqtt:
            return "MQTT";
    }
    return "";
}

Verdict Admission::verdict() const noexcept {
    Verdict all = Verdict::passed;
    for (const CheckedStep& step : steps) {
        if (step.verdict == Verdict::refused) return Verdict::refused;
        if (step.verdict == Verdict::open) all = Verdict::open;
    }
    return all;
}

Admission admit(const Arrival& arrival, const ServerKnowledge& server) {
    return Replay(arrival, server).run();
}

}  // namespace natscreds::jwt
