#include "rotate/still_used.h"

#include <algorithm>
#include <map>

#include <natscreds/accounts/account_rotation.h>
#include <natscreds/base/date.h>
#include <natscreds/bus/errc.h>

#include "servers/running_copies.h"

namespace natscreds::nsctl {
namespace {

using accounts::LiveSystem;
using accounts::Rotation;
using Lines = std::vector<std::string>;

/// Clients of one user are one line.
base::Status add_clients(const std::string& account, const Rotation& rotation, LiveSystem& live,
                         Lines& lines) {
    const auto clients = live.clients_of(account);
    if (!clients) return clients.error();
    std::map<std::string, std::size_t> users;
    for (const LiveSystem::Client& client : *clients) {
        const std::string& used = rotation.of == Rotation::Of::user ? client.user : client.issuer;
        if (rotation.of == Rotation::Of::account || used == rotation.before) ++users[client.user];
    }
    for (const auto& [user, count] : users)
        lines.push_back("user " + user + " is connected" +
                        (count > 1 ? ", " + std::to_string(count) + " times" : ""));
    const auto all = live.users_of(account);
    if (!all) return all.error();
    if (all->leaf_nodes > 0) {
        const bool any_counts = rotation.of == Rotation::Of::account;
        lines.push_back(std::to_string(all->leaf_nodes) + " leaf nodes are connected" +
                        (any_counts ? "" : ", and servers do not say who signed for them"));
    }
    return {};
}

void add_role(const RotationScene& scene, const Rotation& rotation, const std::string& where,
              const accounts::RunningCopy::Role& role, Lines& lines) {
    if (rotation.of == Rotation::Of::account) {
        lines.push_back(where + " issues for the old account: give it the new one's JWT");
        return;
    }
    if (role.signing_key == rotation.before) {
        lines.push_back(where + " signs with the old key: give it the new seed, and SIGHUP");
        return;
    }
    const bool over =
        !role.alone_from.empty() && role.alone_from <= base::rfc3339(scene.session.world().clock.now());
    if (role.signing_key != rotation.after || over) return;
    lines.push_back(role.alone_from.empty()
                        ? where + " does not say until when what the old key signed may live"
                        : where + " may have issued by the old key what lives until " + role.alone_from);
}

/// The service's own account, and this one, for a service may lie in it.
base::Status add_copies(const RotationScene& scene, const std::string& account, const Rotation& rotation,
                        Lines& lines) {
    std::map<std::string, accounts::RunningCopy> copies;
    for (const std::string& text : {scene.options.service, rotation.account}) {
        const auto name = accounts::Name::parse(text);
        if (!name) return name.error();
        if (!scene.store.holds_account(*name)) continue;
        const auto found = running_copies(scene.session, scene.store, *name, scene.options.live);
        // An account that no server has lets nobody in, and has no copies.
        if (!found && found.error().code == bus::Errc::not_authorized) continue;
        if (!found && found.error().code == accounts::Errc::no_signer) {
            lines.push_back("no key without a scope is here to ask in account " + text +
                            " whether a provisioning service signs with the old one");
            continue;
        }
        if (!found) return found.error();
        for (const accounts::RunningCopy& copy : *found)
            copies.emplace(copy.id, copy);
    }
    for (const auto& [id, copy] : copies) {
        for (const auto& [name, role] : copy.roles) {
            if (role.account == account)
                add_role(scene, rotation, "copy " + id + " of the provisioning service, role " + name + ",",
                         role, lines);
        }
    }
    return {};
}

/// Users that were added to the old account since the new one was made.
base::Status add_new_users(const RotationScene& scene, const Rotation& rotation, Lines& lines) {
    const auto next = accounts::successor_name(rotation);
    const auto name = accounts::Name::parse(rotation.account);
    if (!next || !name) return (next ? name : next).error();
    if (!scene.store.holds_account(*next) || !scene.store.holds_account(*name)) return {};
    const auto users = scene.store.users(*name);
    if (!users) return users.error();
    for (const accounts::Name& user : *users) {
        if (!scene.store.holds_user(*next, user))
            lines.push_back("user " + user.text() + " of the store is not in account " + next->text());
    }
    return {};
}

void add_silent(const LiveSystem& live, Lines& lines) {
    if (!live.all_answer()) lines.push_back("not every server answers: nsctl push says which");
}

}  // namespace

base::Result<Lines> still_used(const RotationScene& scene, const Rotation& rotation, LiveSystem& live) {
    const auto name = accounts::Name::parse(rotation.account);
    if (!name) return name.error();
    const auto account = scene.store.read_account(*name);
    if (!account) return account.error();
    const auto stored = accounts::signed_by_old_key(scene.session.tree(scene.store), rotation);
    if (!stored) return stored.error();
    Lines lines;
    for (const std::string& one : stored->what)
        lines.push_back(one + " of the store: the same command without --finish signs it anew");
    add_silent(live, lines);
    if (const auto added = add_clients(account->content.subject, rotation, live, lines); !added)
        return added.error();
    if (rotation.of == Rotation::Of::user) return lines;
    if (const auto added = add_copies(scene, account->content.subject, rotation, lines); !added)
        return added.error();
    return lines;
}

base::Result<Lines> account_still_used(const RotationScene& scene, const Rotation& rotation,
                                       LiveSystem& live) {
    Lines lines;
    add_silent(live, lines);
    if (const auto added = add_new_users(scene, rotation, lines); !added) return added.error();
    if (const auto added = add_clients(rotation.before, rotation, live, lines); !added) return added.error();
    const auto streams = live.streams_of(rotation.before);
    if (!streams) return streams.error();
    for (const std::string& stream : *streams)
        lines.push_back("stream " + stream + " is in the old account, and its messages are gone with it");
    if (const auto added = add_copies(scene, rotation.before, rotation, lines); !added) return added.error();
    return lines;
}

base::Result<Lines> not_trusting(const Rotation& rotation, LiveSystem& live) {
    const auto operators = live.trusted_operators();
    if (!operators) return operators.error();
    Lines lines;
    add_silent(live, lines);
    for (const auto& [id, name] : live.servers()) {
        const auto found = operators->find(id);
        const bool trusts =
            found != operators->end() && std::ranges::any_of(found->second, [&](const auto& one) {
                const auto& keys = one.claims().signing_keys;
                return one.content.subject == rotation.after || std::ranges::count(keys, rotation.after) != 0;
            });
        if (!trusts) lines.push_back("server " + name + " does not trust " + rotation.after + " yet");
    }
    return lines;
}

base::Result<Lines> accounts_by_old_key(const Rotation& rotation, LiveSystem& live) {
    Lines lines;
    for (const std::string& key : live.stored_accounts()) {
        const auto tokens = live.read(key);
        if (!tokens) return tokens.error();
        const bool by_old = std::ranges::any_of(
            *tokens, [&](const auto& token) { return token.issuer.text() == rotation.before; });
        if (by_old) lines.push_back("servers have account " + key + " as the old key has signed it");
    }
    return lines;
}

}  // namespace natscreds::nsctl
