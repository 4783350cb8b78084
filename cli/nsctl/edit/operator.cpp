#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/url.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

using OperatorDraft = jwt::Draft<jwt::OperatorClaims>;

struct EditOperatorOptions {
    SigningKeyOptions signing_keys;
    TagOptions tags;
    TimeOptions time;
    Strings service_urls;
    Strings removed_service_urls;
    std::optional<std::string> account_server_url;
    bool no_account_server_url = false;
    std::optional<std::string> system_account;
    std::optional<bool> strict;

    /// As an empty URL says it too.
    [[nodiscard]] bool removes_account_server_url() const {
        return no_account_server_url || account_server_url == "";
    }
    [[nodiscard]] bool anything() const {
        return signing_keys.given() || tags.given() || time.given() || !service_urls.empty() ||
               !removed_service_urls.empty() || account_server_url || no_account_server_url ||
               system_account || strict;
    }
};

/// What the options come to, found out before the token is touched.
struct OperatorChanges {
    const EditOperatorOptions& options;
    Strings signing_keys;
    std::optional<std::string> system_account;
    base::Time now;
};

base::Status remove_keys(Strings& keys, const Strings& named) {
    for (const std::string& key : named) {
        if (std::erase(keys, key) == 0)
            return base::Error{accounts::Errc::no_such_key, in_quotes(key)}.within("--rm-sk");
    }
    return {};
}

void remove_all(Strings& list, const Strings& values) {
    for (const std::string& value : values)
        std::erase(list, value);
}

base::Status apply(const OperatorChanges& changes, OperatorDraft& draft) {
    const EditOperatorOptions& options = changes.options;
    jwt::OperatorClaims& claims = draft.claims;
    if (base::Status timed = options.time.apply_to(draft, changes.now); !timed) return timed;
    claims.tags = accounts::changed(std::move(claims.tags), options.tags.changes);
    add_new(claims.signing_keys, changes.signing_keys);
    if (base::Status done = remove_keys(claims.signing_keys, options.signing_keys.remove); !done) return done;
    add_new(claims.operator_service_urls, options.service_urls);
    remove_all(claims.operator_service_urls, options.removed_service_urls);
    if (options.account_server_url) claims.account_server_url = *options.account_server_url;
    if (options.removes_account_server_url()) claims.account_server_url.clear();
    if (changes.system_account) claims.system_account = *changes.system_account;
    if (options.strict) claims.strict_signing_key_usage = *options.strict;
    return {};
}

base::Status check_urls(const EditOperatorOptions& options) {
    for (const std::string& url : options.service_urls) {
        if (base::Status good = accounts::check_service_url(url); !good) return good;
    }
    if (!options.account_server_url || options.removes_account_server_url()) return {};
    return accounts::check_account_server_url(*options.account_server_url);
}

/// The system account's key, which can be given by the account's name.
base::Result<std::optional<std::string>> system_account_key(const accounts::Store& store,
                                                            const std::optional<std::string>& named) {
    if (!named || nkeys::PublicKey::parse(*named, nkeys::Kind::account)) return named;
    const auto name = accounts::Name::parse(*named);
    if (!name) return name.error();
    const auto account = store.read_account(*name);
    if (!account) return account.error();
    return std::optional(account->content.subject);
}

void report_edited(const Session& session, const OperatorChanges& changes) {
    const EditOperatorOptions& options = changes.options;
    for (const std::string& line : options.time.report(changes.now))
        session.done(line);
    for (const std::string& line : options.tags.report())
        session.done(line);
    for (const std::string& key : changes.signing_keys)
        session.done("added signing key " + in_quotes(key));
    for (const std::string& key : options.signing_keys.remove)
        session.done("removed signing key " + in_quotes(key));
    if (options.strict) {
        session.done(std::string("strict signing key usage set to: ") + (*options.strict ? "true" : "false"));
    }
    if (options.removes_account_server_url()) {
        session.done("removed account server url");
    } else if (options.account_server_url) {
        session.done("set account jwt server url to " + in_quotes(*options.account_server_url));
    }
    if (changes.system_account) session.done("set system account " + in_quotes(*changes.system_account));
    for (const std::string& url : options.service_urls)
        session.done("added service url " + in_quotes(url));
    for (const std::string& url : options.removed_service_urls)
        session.done("removed service url " + in_quotes(url));
}

base::Status edit(const Session& session, const EditOperatorOptions& options) {
    if (!options.anything()) return base::Error{Errc::nothing_to_edit, ""};
    const auto store = session.store();
    if (!store) return store.error();
    if (base::Status good = check_urls(options); !good) return good;
    const auto system_account = system_account_key(*store, options.system_account);
    if (!system_account) return system_account.error();
    const auto keys = signing_keys(session, options.signing_keys.add, nkeys::Kind::operator_);
    if (!keys) return keys.error();
    const OperatorChanges changes{options, *keys, *system_account, session.world().clock.now()};
    const base::Status edited = accounts::edit_operator(
        session.tree(*store), session.signer(), [&](OperatorDraft& draft) { return apply(changes, draft); });
    if (!edited) return edited;
    report_edited(session, changes);
    session.done("edited operator " + in_quotes(store->name().text()));
    return {};
}

}  // namespace

Command edit_operator() {
    const auto options = std::make_shared<EditOperatorOptions>();
    return {
        .options = joined(
            {options->signing_keys.options(),
             options->tags.options(),
             options->time.options(),
             {list_option("-n,--service-url", options->service_urls, "URLs where clients connect, to add"),
              list_option("--rm-service-url", options->removed_service_urls, "and to remove"),
              {"-u,--account-jwt-server-url", &options->account_server_url,
               "where account JWTs are pushed to; empty removes it"},
              {"--rm-account-jwt-server-url", &options->no_account_server_url, "removes it"},
              {"--system-account", &options->system_account, "the system account, by name or public key"},
              {"--require-signing-keys", &options->strict,
               "identity keys may not sign accounts and users"}}}),
        .examples = {"nsctl edit operator --system-account SYS",
                     "nsctl edit operator --sk generate --service-url nats://localhost:4222"},
        .run = [options](const Session& session) { return edit(session, *options); },
    };
}

}  // namespace natscreds::nsctl
