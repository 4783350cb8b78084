#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/revocation.h>
#include <natscreds/cli/console/table.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/only_user.h"
#include "shared/provisioner_hint.h"
#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

using AccountDraft = jwt::Draft<jwt::AccountClaims>;

struct RevocationOptions {
    std::string account;
    std::string name;
    std::string key;
    std::string at;

    console::OptionList user_options() {
        return {account_option(account),
                {"-n,--name,name", &name, "user name, or * for all users"},
                {"-u,--user-public-key", &key, "a user's public key, or * for all users"}};
    }
};

/// The public key that is meant, or "*".
base::Result<std::string> user_key(const accounts::Store& store, const accounts::Name& account,
                                   const RevocationOptions& options) {
    if (!options.key.empty() && !options.name.empty()) return base::Error{Errc::name_and_key, ""};
    if (options.name == "*" || options.key == "*") return std::string("*");
    if (!options.key.empty()) {
        const auto key = nkeys::PublicKey::parse(options.key, nkeys::Kind::user);
        if (!key) return key.error();
        return key->text();
    }
    const auto name = named_or_only_user(store, account, options.name);
    if (!name) return name.error();
    const auto user = store.read_user(account, *name);
    if (!user) return user.error();
    return user->content.subject;
}

std::string moment(std::int64_t seconds) {
    return moment_text(base::Time(std::chrono::seconds(seconds)));
}

void say_pushed_when(const Session& session, const accounts::Name& account) {
    session.hint("servers know it after: nsctl push -a " + account.text());
    session.hint(provisioner_hint);
}

/// The users who may be meant: with a name one, otherwise any.
base::Result<std::vector<accounts::Name>> possible_users(const accounts::Store& store,
                                                         const accounts::Name& account,
                                                         const RevocationOptions& options) {
    if (!options.key.empty() || options.name == "*") return store.users(account);
    const auto name = named_or_only_user(store, account, options.name);
    if (!name) return name.error();
    return std::vector{*name};
}

struct UsersOf {
    const accounts::Name& account;
    const std::vector<accounts::Name>& users;
};

/// Now, or when the newest of the users' tokens was issued: of several edits in one second the last is issued
/// a little ahead of its time, and would escape. Not what is far ahead: that is no edit of ours.
base::Time latest_issue(const accounts::Store& store, const UsersOf& of, base::Time now) {
    base::Time latest = now;
    for (const accounts::Name& name : of.users) {
        const auto user = store.read_user(of.account, name);
        if (user && user->issued_at < now + std::chrono::minutes(1))
            latest = std::max(latest, user->issued_at);
    }
    return latest;
}

base::Status add(const Session& session, const RevocationOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto key = user_key(*store, *account, options);
    if (!key) return key.error();
    const auto users = possible_users(*store, *account, options);
    if (!users) return users.error();
    const base::Time now = latest_issue(*store, {*account, *users}, session.world().clock.now());
    const auto at = accounts::parse_revocation_moment(options.at, now);
    if (!at) return at.error().within("--at");
    bool revoked = false;
    Strings compacted;
    const auto change = [&](AccountDraft& draft) {
        revoked = accounts::revoke(draft.claims.revocations, {*key, *at});
        compacted = accounts::compact(draft.claims.revocations);
        return base::Status();
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    const std::string who = *key == "*" ? "all users issued up to " + moment(*at) : "user " + in_quotes(*key);
    session.done(revoked ? "revoked " + who : "already revoked " + who);
    for (const std::string& one : compacted)
        session.done("dropped revocation of " + in_quotes(one) + ", which that of all users covers");
    say_pushed_when(session, *account);
    return {};
}

base::Status remove(const Session& session, const RevocationOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto key = user_key(*store, *account, options);
    if (!key) return key.error();
    const auto change = [&](AccountDraft& draft) -> base::Status {
        const bool removed = draft.claims.revocations.erase(*key) > 0;
        return removed ? base::Status() : base::Error{accounts::Errc::not_revoked, in_quotes(*key)};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done("deleted revocation of " + in_quotes(*key));
    say_pushed_when(session, *account);
    return {};
}

/// "Fri, 20 Nov 2026 22:57:58 UTC". Source: Go's time.RFC1123, which nsc prints.
std::string rfc1123(std::int64_t seconds) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_seconds moment{std::chrono::seconds(seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(moment - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d UTC",
                  days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

void print_json(std::ostream& out, const jwt::Revocations& revocations) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const auto& [key, up_to] : revocations)
        json.push_back({{"public_key", key}, {"revoked_up_to", up_to}});
    out << json.dump(1) << '\n';
}

base::Status list(const Session& session, const RevocationOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto name = session.account(options.account);
    if (!name) return name.error();
    const auto account = store->read_account(*name);
    if (!account) return account.error();
    const jwt::Revocations& revocations = account->claims().revocations;
    if (session.json()) {
        print_json(session.world().out, revocations);
        return {};
    }
    console::Table table("Revoked Users for " + name->text());
    table.add_row({"Public Key", "Revoke Credentials Before"});
    table.add_separator();
    for (const auto& [key, up_to] : revocations)
        table.add_row({key == "*" ? "* [All Users]" : key, rfc1123(up_to)});
    session.world().out << table.text();
    return {};
}

}  // namespace

Command revocations_add_user() {
    const auto options = std::make_shared<RevocationOptions>();
    return {
        .options = joined({options->user_options(),
                           {{"--at", &options->at,
                             "void are tokens issued up to then: seconds since 1970, or 2006-01-02T15:04:05Z "
                             "(default: now)"}}}),
        .examples = {"nsctl revocations add-user -a KUBECON -n gone", "nsctl revocations add-user -u '*'"},
        .run = [options](const Session& session) { return add(session, *options); },
    };
}

Command revocations_delete_user() {
    const auto options = std::make_shared<RevocationOptions>();
    return {
        .options = options->user_options(),
        .examples = {"nsctl revocations delete-user -a KUBECON -n gone"},
        .run = [options](const Session& session) { return remove(session, *options); },
    };
}

Command revocations_list_users() {
    const auto options = std::make_shared<RevocationOptions>();
    return {
        .options = {account_option(options->account)},
        .run = [options](const Session& session) { return list(session, *options); },
    };
}

}  // namespace natscreds::nsctl
