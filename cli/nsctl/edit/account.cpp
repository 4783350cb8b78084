#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "errors.h"
#include "options/jetstream_options.h"
#include "options/options.h"
#include "options/signing_key_options.h"
#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

using AccountDraft = jwt::Draft<jwt::AccountClaims>;

/// A limit's option, the field that it sets, and what is said about it.
struct AccountLimit {
    const char* option;
    std::int64_t jwt::AccountLimits::*field;
    const char* help;
    const char* report;
    const char* unit;
};

constexpr std::array account_limits{
    AccountLimit{"--conns", &jwt::AccountLimits::conn, "connections at a time", "max connections", ""},
    AccountLimit{"--leaf-conns", &jwt::AccountLimits::leaf, "leaf node connections", "leaf node connections",
                 ""},
    AccountLimit{"--data", &jwt::AccountLimits::data, "bytes in all", "max data", " bytes"},
    AccountLimit{"--exports", &jwt::AccountLimits::exports, "exports", "max exports", ""},
    AccountLimit{"--imports", &jwt::AccountLimits::imports, "imports", "max imports", ""},
    AccountLimit{"--payload", &jwt::AccountLimits::payload, "bytes of a message", "max payload", " bytes"},
    AccountLimit{"--subscriptions", &jwt::AccountLimits::subs, "subscriptions", "max subscriptions", ""},
};

struct EditAccountOptions {
    std::string name;
    SigningKeyOptions signing_keys;
    TagOptions tags;
    TimeOptions time;
    PermissionOptions permissions;
    std::array<std::string, account_limits.size()> limit_texts;
    std::optional<bool> wildcard_exports;
    std::optional<bool> disallow_bearer;
    std::optional<std::string> description;
    std::optional<std::string> info_url;
    JetStreamOptions jetstream;
    std::optional<std::string> trace_subject;
    std::optional<std::int64_t> trace_sampling;

    [[nodiscard]] bool any_limit() const {
        return std::ranges::any_of(limit_texts, [](const std::string& text) { return !text.empty(); });
    }
    [[nodiscard]] bool anything() const {
        return signing_keys.given() || tags.given() || time.given() || permissions.given() || any_limit() ||
               wildcard_exports || disallow_bearer || description || info_url || jetstream.given() ||
               trace_subject || trace_sampling;
    }
};

using LimitValues = std::array<std::optional<std::int64_t>, account_limits.size()>;

/// What the options come to, found out before the token is touched.
struct AccountChanges {
    const Session& session;
    const EditAccountOptions& options;
    Strings signing_keys;
    LimitValues limit_values;
    base::Time now;
};

base::Result<LimitValues> parse_limits(const EditAccountOptions& options) {
    LimitValues values;
    for (std::size_t i = 0; i < account_limits.size(); ++i) {
        if (options.limit_texts[i].empty()) continue;
        const auto value = parse_size(options.limit_texts[i]);
        if (!value) return value.error().within(account_limits[i].option);
        values[i] = *value;
    }
    return values;
}

base::Status apply_limits(const AccountChanges& changes, jwt::AccountLimits& target) {
    for (std::size_t i = 0; i < account_limits.size(); ++i) {
        if (changes.limit_values[i]) target.*account_limits[i].field = *changes.limit_values[i];
    }
    if (changes.options.wildcard_exports) target.wildcards = *changes.options.wildcard_exports;
    if (changes.options.disallow_bearer) target.disallow_bearer = *changes.options.disallow_bearer;
    auto with_jetstream = changes.options.jetstream.applied_to(std::move(target));
    if (!with_jetstream) return with_jetstream.error();
    target = *std::move(with_jetstream);
    return {};
}

void apply_trace(const EditAccountOptions& options, std::optional<jwt::MessageTrace>& target) {
    if (!options.trace_subject && !options.trace_sampling) return;
    jwt::MessageTrace trace = target.value_or(jwt::MessageTrace{});
    if (options.trace_subject) trace.dest = *options.trace_subject;
    if (options.trace_sampling) trace.sampling = *options.trace_sampling;
    if (trace.dest.empty()) {
        target.reset();
    } else {
        target = std::move(trace);
    }
}

base::Status apply(const AccountChanges& changes, AccountDraft& draft) {
    const EditAccountOptions& options = changes.options;
    jwt::AccountClaims& claims = draft.claims;
    if (base::Status timed = options.time.apply_to(draft, changes.now); !timed) return timed;
    auto permissions = options.permissions.applied_to(std::move(claims.default_permissions));
    if (!permissions) return permissions.error();
    claims.default_permissions = *std::move(permissions);
    claims.tags = accounts::changed(std::move(claims.tags), options.tags.changes);
    // emplace() leaves a key that is there as it is, with its scope.
    for (const std::string& key : changes.signing_keys)
        claims.signing_keys.emplace(key, std::nullopt);
    for (const std::string& named : options.signing_keys.remove) {
        const auto key = listed_signing_key(changes.session, claims, named);
        if (!key) return key.error().within("--rm-sk");
        claims.signing_keys.erase(*key);
    }
    if (base::Status limited = apply_limits(changes, claims.limits); !limited) return limited;
    apply_trace(options, claims.trace);
    if (options.description) claims.description = *options.description;
    if (options.info_url) claims.info_url = *options.info_url;
    return {};
}

void report_limits(const Session& session, const AccountChanges& changes) {
    const auto yes_no = [](bool value) { return value ? std::string("true") : std::string("false"); };
    for (std::size_t i = 0; i < account_limits.size(); ++i) {
        if (!changes.limit_values[i]) continue;
        const std::string value = std::to_string(*changes.limit_values[i]);
        session.done(std::string("changed ") + account_limits[i].report + " to " + value +
                     account_limits[i].unit);
    }
    const EditAccountOptions& options = changes.options;
    if (options.wildcard_exports)
        session.done("changed wild card exports to " + yes_no(*options.wildcard_exports));
    if (options.disallow_bearer)
        session.done("changed disallow bearer to " + yes_no(*options.disallow_bearer));
    session.done(options.jetstream.report());
}

void report_edited(const Session& session, const AccountChanges& changes) {
    const EditAccountOptions& options = changes.options;
    for (const std::string& key : changes.signing_keys)
        session.done("added signing key " + in_quotes(key));
    for (const std::string& key : options.signing_keys.remove)
        session.done("removed signing key " + in_quotes(key));
    for (const std::string& line : options.time.report(changes.now))
        session.done(line);
    for (const std::string& line : options.tags.report())
        session.done(line);
    report_limits(session, changes);
    if (options.description) session.done("changed description to " + in_quotes(*options.description));
    if (options.info_url) session.done("changed info url to " + in_quotes(*options.info_url));
    if (options.trace_subject)
        session.done("changed trace context subject to " + in_quotes(*options.trace_subject));
    if (options.trace_sampling)
        session.done("changed trace context sampling to " + std::to_string(*options.trace_sampling));
    for (const std::string& line : options.permissions.report())
        session.done(line);
}

base::Status edit(const Session& session, const EditAccountOptions& options) {
    if (!options.anything()) return base::Error{Errc::nothing_to_edit, ""};
    const auto store = session.store();
    if (!store) return store.error();
    const auto name = session.account(options.name);
    if (!name) return name.error();
    const auto values = parse_limits(options);
    if (!values) return values.error();
    const auto keys = signing_keys(session, options.signing_keys.add, nkeys::Kind::account);
    if (!keys) return keys.error();
    const AccountChanges changes{session, options, *keys, *values, session.world().clock.now()};
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *name,
                               .signer = session.signer(),
                               .change = [&](AccountDraft& draft) { return apply(changes, draft); }});
    if (!edited) return edited;
    report_edited(session, changes);
    session.done("edited account " + in_quotes(name->text()));
    return {};
}

console::OptionList limit_options(EditAccountOptions& options) {
    console::OptionList list;
    for (std::size_t i = 0; i < account_limits.size(); ++i)
        list.push_back({.names = account_limits[i].option,
                        .to = &options.limit_texts[i],
                        .help = std::string("limit of ") + account_limits[i].help + ", -1 for none",
                        .hidden = true});
    return list;
}

}  // namespace

Command edit_account() {
    const auto options = std::make_shared<EditAccountOptions>();
    return {
        .options = joined({
            {{"-n,--name,name", &options->name, "account name (default: the current one)"}},
            options->signing_keys.options(),
            options->tags.options(),
            options->time.options(),
            limit_options(*options),
            {{"--wildcard-exports", &options->wildcard_exports, "exports may have wildcards"},
             {"--disallow-bearer", &options->disallow_bearer, "users may not be bearers"},
             {"--description", &options->description, "what the account is for"},
             {"--info-url", &options->info_url, "where more is said about it"},
             {"--trace-context-subject", &options->trace_subject, "where traces go; \"\" for none"},
             {"--trace-context-sampling", &options->trace_sampling, "share traced, 1 to 100"}},
            options->permissions.options(),
            options->permissions.removal_options(),
            options->jetstream.options(),
        }),
        .notes =
            "Limits, -1 for none: --conns --leaf-conns --data --exports --imports --payload --subscriptions\n"
            "JetStream, of the account or, with --js-tier N, of streams with N replicas; -1 for no limit:\n"
            "  --js-mem-storage --js-disk-storage --js-streams --js-consumer --js-max-ack-pending\n"
            "  --js-max-mem-stream --js-max-disk-stream --js-max-bytes-required\n"
            "  --js-enable N (0: the account) --js-disable --rm-js-tier N",
        .examples = {"nsctl edit account KUBECON --sk generate",
                     "nsctl edit account --name KUBECON --conns 100 --payload 4kib"},
        .run = [options](const Session& session) { return edit(session, *options); },
    };
}

}  // namespace natscreds::nsctl
