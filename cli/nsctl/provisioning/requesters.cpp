#include <memory>
#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/provisioning/provisioning_steps.h>
#include <natscreds/accounts/remove.h>
#include <natscreds/base/date.h>
#include <natscreds/cli/console/table.h>
#include <natscreds/jwt/trust.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/output.h"

namespace natscreds::nsctl {
namespace {

constexpr const char* requester_role = "requester";

struct RequesterOptions {
    std::string name;
    std::string account;
    std::string key;
    Strings roles;
    std::string file = "--";
    TimeOptions time;
};

/// The store, an account of it, and the key that signs requesters there.
struct RequesterPlace {
    accounts::Store store;
    accounts::Name account;
    jwt::Decoded<jwt::AccountClaims> claims;
    std::string signing_key;
};

base::Result<RequesterPlace> find_requester_place(const Session& session, const RequesterOptions& options) {
    auto store = session.store();
    if (!store) return store.error();
    auto account = session.account(options.account);
    if (!account) return account.error();
    auto claims = store->read_account(*account);
    if (!claims) return claims.error();
    std::string key = accounts::signing_key_of(claims->claims(), requester_role);
    if (key.empty())
        return base::Error{accounts::Errc::no_such_key, "role requester in account " + account->text() +
                                                            " (nsctl provisioning init -a " +
                                                            account->text() + " makes it)"};
    return RequesterPlace{.store = *std::move(store),
                          .account = *std::move(account),
                          .claims = *std::move(claims),
                          .signing_key = std::move(key)};
}

/// The same requester added again is no mistake: the JWT may have been lost.
base::Result<jwt::Decoded<jwt::UserClaims>> add_or_find(const Session& session, const RequesterPlace& place,
                                                        const RequesterOptions& options,
                                                        const accounts::Name& name) {
    const auto key = given_key(session, options.key, nkeys::Kind::user);
    if (!key) return key.error();
    if (place.store.holds_user(place.account, name)) {
        const auto user = place.store.read_user(place.account, name);
        if (user && *key && user->content.subject == (*key)->text()) return user;
        return base::Error{accounts::Errc::user_exists, in_quotes(name.text())};
    }
    const auto validity = options.time.validity(session.world().clock.now());
    if (!validity) return validity.error();
    const auto created =
        accounts::create_user(session.tree(place.store), {.account = place.account,
                                                          .name = name,
                                                          .key = *key,
                                                          .signer = requester_role,
                                                          .validity = *validity,
                                                          .claims = jwt::UserClaims::scoped()});
    if (!created) return created.error();
    session.made("public_key", created->key.text());
    session.done("added requester " + in_quotes(name.text()) + " to account " +
                 in_quotes(place.account.text()));
    if (created->creds) session.done("generated user creds file `" + session.shown(*created->creds) + "`");
    return place.store.read_user(place.account, name);
}

base::Status give_out(const Session& session, const RequesterOptions& options,
                      const jwt::Decoded<jwt::UserClaims>& user) {
    return write_output(session, options.file, user.token.text() + "\n",
                        {.done = "wrote the JWT, which is no secret, to ", .mode = 0644});
}

base::Status add_requester(const Session& session, const RequesterOptions& options) {
    const auto name = accounts::Name::parse(options.name);
    if (!name) return name.error();
    const auto place = find_requester_place(session, options);
    if (!place) return place.error();
    const auto user = add_or_find(session, *place, options, *name);
    if (!user) return user.error();
    // Where the key was made here, its creds file is what the requester needs.
    if (!options.key.empty()) {
        if (const base::Status given = give_out(session, options, *user); !given) return given;
        session.hint(name->text() + " runs: nats-req --enrol -o me.creds --jwt FILE");
    }
    std::string roles;
    for (const std::string& role : options.roles)
        roles += " --role " + role;
    session.hint(
        "so that the service knows the requester by name: nats-provisioner --config FILE requesters add " +
        name->text() + " --key " + user->content.subject + roles);
    return {};
}

// ---- list

struct Requester {
    std::string name;
    jwt::Decoded<jwt::UserClaims> user;
    bool revoked;
};

base::Result<std::vector<Requester>> requesters_in(const RequesterPlace& place) {
    const auto names = place.store.users(place.account);
    if (!names) return names.error();
    std::vector<Requester> all;
    for (const accounts::Name& name : *names) {
        auto user = place.store.read_user(place.account, name);
        if (!user || user->issuer.text() != place.signing_key) continue;
        const bool revoked =
            jwt::is_revoked(place.claims.claims().revocations, user->content.subject, user->issued_at);
        all.push_back({.name = name.text(), .user = *std::move(user), .revoked = revoked});
    }
    return all;
}

base::Status list_requesters(const Session& session, const RequesterOptions& options) {
    const auto place = find_requester_place(session, options);
    if (!place) return place.error();
    const auto all = requesters_in(*place);
    if (!all) return all.error();
    const auto ends = [](const Requester& one) {
        return one.user.content.expires ? base::date_of(*one.user.content.expires) : std::string("never");
    };
    if (session.json()) {
        nlohmann::ordered_json json = nlohmann::ordered_json::array();
        for (const Requester& one : *all)
            json.push_back({{"name", one.name},
                            {"public_key", one.user.content.subject},
                            {"expires", ends(one)},
                            {"revoked", one.revoked}});
        session.world().out << json.dump(1) << '\n';
        return {};
    }
    console::Table table("Requesters of " + place->account.text());
    table.add_row({"Name", "Public Key", "Expires", "Revoked"});
    table.add_separator();
    for (const Requester& one : *all)
        table.add_row({one.name, one.user.content.subject, ends(one), one.revoked ? "yes" : "no"});
    session.world().out << table.text();
    return {};
}

base::Status remove_requester(const Session& session, const RequesterOptions& options) {
    const auto name = accounts::Name::parse(options.name);
    if (!name) return name.error();
    const auto place = find_requester_place(session, options);
    if (!place) return place.error();
    const auto removed =
        accounts::remove_user(session.tree(place->store), {.account = place->account,
                                                           .user = *name,
                                                           .signer = session.signer(),
                                                           .revoke = accounts::Revoke::yes,
                                                           .with = {.keys = true, .creds = true}});
    if (!removed) return removed.error();
    session.done("removed requester " + in_quotes(name->text()) + " of account " +
                 in_quotes(place->account.text()) + (removed->revoked ? ", and revoked it" : ""));
    session.hint("servers have to know: nsctl push -a " + place->account.text());
    if (removed->key)
        session.hint(
            "what was issued to it lives on, until the service is told: nats-provisioner --config FILE "
            "revoke requester " +
            removed->key->text());
    return {};
}

Command on_requesters(const std::shared_ptr<RequesterOptions>& options, console::OptionList more,
                      base::Status (*action)(const Session&, const RequesterOptions&)) {
    return {.options = joined({{account_option(options->account)}, std::move(more)}),
            .run = [options, action](Session& session) { return action(session, *options); }};
}

console::Option requester_name(RequesterOptions& options) {
    return {.names = "-n,--name,name", .to = &options.name, .help = "the requester's name", .required = true};
}

}  // namespace

Command provisioning_add_requester() {
    const auto options = std::make_shared<RequesterOptions>();
    Command command =
        on_requesters(options,
                      joined({{requester_name(*options),
                               {"-k,--key", &options->key,
                                "the key that nats-req --enrol has printed (without: one is made here, whose "
                                "seed has to travel)"},
                               list_option("--role", options->roles, "roles that it may have, and no others"),
                               output_option(options->file)},
                              options->time.options()}),
                      add_requester);
    command.examples = {"nsctl provisioning add-requester ann -a KUBECON --key UABC... -o ann.jwt"};
    return command;
}

Command provisioning_list_requesters() {
    const auto options = std::make_shared<RequesterOptions>();
    return on_requesters(options, {}, list_requesters);
}

Command provisioning_remove_requester() {
    const auto options = std::make_shared<RequesterOptions>();
    return on_requesters(options, {requester_name(*options)}, remove_requester);
}

}  // namespace natscreds::nsctl
