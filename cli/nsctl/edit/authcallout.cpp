#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/edit.h>
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/key_file.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

using AccountDraft = jwt::Draft<jwt::AccountClaims>;

constexpr std::string_view any_account = "*";

/// Keys, or in the options what names them.
struct AuthCalloutChanges {
    Strings add_users;
    Strings remove_users;
    Strings add_accounts;
    Strings remove_accounts;
    std::string curve;
    bool remove_curve = false;
    bool disable = false;

    [[nodiscard]] bool anything() const {
        return !add_users.empty() || !remove_users.empty() || !add_accounts.empty() ||
               !remove_accounts.empty() || !curve.empty() || remove_curve || disable;
    }
};

struct AuthCalloutOptions {
    std::string account;
    AuthCalloutChanges changes;
};

/// Where keys are looked for: users are those of the account that is edited.
struct Place {
    const Session& session;
    const accounts::Store& store;
    const accounts::Name& account;
};

base::Result<std::string> user_key(const Place& place, const std::string& named) {
    const auto name = accounts::Name::parse(named);
    if (name && place.store.holds_user(place.account, *name)) {
        const auto user = place.store.read_user(place.account, *name);
        if (!user) return user.error();
        return user->content.subject;
    }
    const auto key = given_key(place.session, named, nkeys::Kind::user);
    if (!key) return key.error();
    if (!*key) return base::Error{accounts::Errc::not_a_key, in_quotes(named)};
    return (*key)->text();
}

base::Result<std::string> allowed_account(const Place& place, const std::string& named) {
    if (named == any_account) return named;
    const auto key = account_key(place.store, named);
    if (!key) return key.error();
    return key->text();
}

using FindKey = base::Result<std::string> (*)(const Place&, const std::string&);

base::Result<Strings> all_keys(const Place& place, const Strings& named, FindKey find) {
    Strings keys;
    for (const std::string& one : named) {
        auto key = find(place, one);
        if (!key) return key.error();
        keys.push_back(*std::move(key));
    }
    return keys;
}

/// Public: or "generate", which makes and stores one; or a file with its seed, which is stored.
base::Result<std::string> curve_key(const Session& session, const std::string& named) {
    if (named.empty()) return std::string();
    if (const auto key = nkeys::PublicKey::parse(named, nkeys::Kind::curve)) return key->text();
    auto key = named == "generate" ? base::Result(nkeys::CurveKey::generate(session.world().random))
                                   : nkeys::load_curve_seed(named);
    if (!key) return key.error().within("--curve");
    const auto stored = session.keys().store(*key);
    if (!stored) return stored.error();
    return key->public_key().text();
}

/// The changes by their keys, found out before the token is touched.
base::Result<AuthCalloutChanges> with_keys(const Place& place, const AuthCalloutChanges& named) {
    auto add_users = all_keys(place, named.add_users, user_key);
    auto remove_users = all_keys(place, named.remove_users, user_key);
    auto add_accounts = all_keys(place, named.add_accounts, allowed_account);
    auto remove_accounts = all_keys(place, named.remove_accounts, allowed_account);
    for (const auto* keys : {&add_users, &remove_users, &add_accounts, &remove_accounts}) {
        if (!*keys) return keys->error();
    }
    auto curve = curve_key(place.session, named.curve);
    if (!curve) return curve.error();
    return AuthCalloutChanges{.add_users = *std::move(add_users),
                              .remove_users = *std::move(remove_users),
                              .add_accounts = *std::move(add_accounts),
                              .remove_accounts = *std::move(remove_accounts),
                              .curve = *std::move(curve),
                              .remove_curve = named.remove_curve,
                              .disable = named.disable};
}

/// AuthCalloutChanges a list, and says what it came to, as nsc words it.
class ListEdit {
  public:
    ListEdit(std::string what, Strings& list, Strings& report)
        : what_(std::move(what)), list_(list), report_(report) {}

    void add(const Strings& keys) {
        for (const std::string& key : keys) {
            const bool there = std::ranges::find(list_, key) != list_.end();
            if (!there) list_.push_back(key);
            report_.push_back(there ? "skipped adding " + what_ + " " + in_quotes(key) +
                                          " - as it's already set"
                                    : "added " + what_ + " " + in_quotes(key));
        }
    }

    void remove(const Strings& keys) {
        for (const std::string& key : keys) {
            const bool there = std::erase(list_, key) != 0;
            report_.push_back(there ? "deleted " + what_ + " " + in_quotes(key)
                                    : "skipping " + what_ + " " + in_quotes(key) +
                                          " - as it's not currently set");
        }
    }

  private:
    std::string what_;
    Strings& list_;
    Strings& report_;
};

void change_curve(const AuthCalloutChanges& changes, std::string& xkey, Strings& report) {
    if (changes.remove_curve) {
        report.push_back(xkey.empty() ? "there was no curve key to remove" : "removed curve key " + xkey);
        xkey.clear();
    }
    if (changes.curve.empty()) return;
    xkey = changes.curve;
    report.push_back("set curve key " + xkey);
}

/// What was done, a line each.
Strings apply(const AuthCalloutChanges& changes, jwt::ExternalAuthorization& authorization) {
    if (changes.disable) {
        authorization = {};
        return {"removed external authorization configuration"};
    }
    Strings report;
    ListEdit users("user", authorization.auth_users, report);
    users.add(changes.add_users);
    users.remove(changes.remove_users);
    ListEdit accounts("account", authorization.allowed_accounts, report);
    accounts.add(changes.add_accounts);
    accounts.remove(changes.remove_accounts);
    change_curve(changes, authorization.xkey, report);
    return report;
}

base::Status edit(const Session& session, const AuthCalloutOptions& options) {
    if (!options.changes.anything()) return base::Error{Errc::nothing_to_edit, ""};
    const auto store = session.store();
    if (!store) return store.error();
    const auto name = session.account(options.account);
    if (!name) return name.error();
    const auto changes = with_keys({session, *store, *name}, options.changes);
    if (!changes) return changes.error();
    Strings report;
    const auto change = [&](AccountDraft& draft) -> base::Status {
        report = apply(*changes, draft.claims.authorization);
        return {};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *name, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done(report);
    session.done("edited account " + in_quotes(name->text()));
    return {};
}

}  // namespace

Command edit_authcallout() {
    const auto options = std::make_shared<AuthCalloutOptions>();
    AuthCalloutChanges& changes = options->changes;
    return {
        .options =
            {
                {"-a,--account,account", &options->account,
                 "account of the callout (default: the current one)"},
                list_option(
                    "--auth-user", changes.add_users,
                    "users of the service, which are not asked about: names of the account's, or keys"),
                list_option("--rm-auth-user", changes.remove_users, "such users no more"),
                list_option("--allowed-account", changes.add_accounts,
                            "accounts that the service may put users in, or * for all"),
                list_option("--rm-allowed-account", changes.remove_accounts, "such accounts no more"),
                {"-x,--curve", &changes.curve,
                 "curve key to seal questions for; \"generate\" makes and stores one"},
                {"--rm-curve", &changes.remove_curve, "do not seal them"},
                {.names = "--disable",
                 .to = &changes.disable,
                 .help = "no callout any more",
                 .excludes = {"--auth-user", "--rm-auth-user", "--allowed-account", "--rm-allowed-account",
                              "--curve", "--rm-curve"}},
            },
        .examples = {"nsctl edit authcallout -a AUTH --auth-user callout --allowed-account APP -x generate",
                     "nsctl edit authcallout -a AUTH --disable"},
        .run = [options](const Session& session) { return edit(session, *options); },
    };
}

}  // namespace natscreds::nsctl
