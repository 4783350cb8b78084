#include <algorithm>
#include <string>
#include <vector>

#include <natscreds/accounts/account_rotation.h>

#include "errors.h"
#include "rotate/rotate.h"
#include "rotate/still_used.h"
#include "servers/push_accounts.h"
#include "servers/removal.h"

namespace natscreds::nsctl {
namespace {

using accounts::Rotation;
using accounts::Succession;

void report_succession(const RotationScene& scene, const Succession& made) {
    for (const std::string& one : made.what)
        scene.session.done("signed for the new account: " + one);
    for (const std::string& one : made.left_out)
        scene.session.warn("left out: " + one);
}

base::Status check_no_system_account(const RotationScene& scene) {
    const auto owner = scene.store.read_operator();
    if (!owner) return owner.error();
    const auto account = scene.store.read_account(*scene.wanted.account);
    if (!account) return account.error();
    if (account->content.subject != owner->claims().system_account) return {};
    return base::Error{Errc::is_system_account, scene.wanted.account->text()};
}

/// Imports of the store that name the old account go over, and servers hear of it.
base::Status move_importers_over(const RotationScene& scene, const Rotation& rotation) {
    const auto moved = accounts::move_importers(scene.session.tree(scene.store), rotation);
    if (!moved) return moved.error();
    report_succession(scene, *moved);
    return moved->accounts.empty() ? base::Status() : push_rotated(scene, moved->accounts);
}

void advise_about_account(const RotationScene& scene, const Rotation& rotation, const accounts::Name& next) {
    const Session& session = scene.session;
    session.hint(
        "give the creds files of " + in_quotes(next.text()) +
        " to those who use the old ones, and a provisioning service the new JWT: nsctl describe account " +
        next.text() + " --raw");
    session.hint("what is edited from now on, edit in both: " + in_quotes(rotation.account) +
                 " goes with --finish");
}

/// What servers are told to forget, and what they are not asked to.
base::Status forget_old(const RotationScene& scene, const Rotation& rotation, accounts::LiveSystem& live) {
    if (live.resolver() == accounts::Resolver::memory) {
        scene.session.hint("take " + rotation.before + " out of resolver_preload, and reload the servers");
        return {};
    }
    const auto& stored = live.stored_accounts();
    if (std::ranges::find(stored, rotation.before) == stored.end()) return {};
    // Who is connected was looked at; the connection that asked for it may still be counted.
    const base::Status removed =
        remove_from_servers({scene.session, scene.store, live, Removal::forced}, rotation.before);
    const bool go_on = scene.options.force && !removed && removed.error().code == Errc::not_removed;
    return go_on ? base::Status() : removed;
}

}  // namespace

base::Status begin_account_rotation(const RotationScene& scene) {
    if (const auto allowed = check_no_system_account(scene); !allowed) return allowed;
    const accounts::Tree tree = scene.session.tree(scene.store);
    const auto rotation = accounts::begin_rotation(tree, scene.wanted);
    if (!rotation) return rotation.error();
    const auto next = accounts::successor_name(*rotation);
    if (!next) return next.error();
    const auto made = accounts::make_successor(tree, *rotation, scene.session.signer());
    if (!made) return made.error();
    scene.session.done("new account " + in_quotes(next->text()) + " with the key " + rotation->after);
    scene.session.made("before", rotation->before);
    scene.session.made("after", rotation->after);
    report_succession(scene, *made);
    std::vector<accounts::Name> changed = made->accounts;
    if (std::ranges::find(changed, *next) == changed.end()) changed.push_back(*next);
    if (const auto pushed = push_rotated(scene, changed); !pushed) return pushed;
    if (scene.options.importers) {
        if (const auto moved = move_importers_over(scene, *rotation); !moved) return moved;
    }
    advise_about_account(scene, *rotation, *next);
    scene.session.hint("then the same command with --finish takes the old account away");
    return {};
}

base::Status finish_account_rotation(const RotationScene& scene, const Rotation& rotation,
                                     accounts::LiveSystem* live) {
    if (live != nullptr) {
        const auto free = unless_used(scene, account_still_used(scene, rotation, *live));
        if (!free) return free;
    }
    if (const auto moved = move_importers_over(scene, rotation); !moved) return moved;
    if (live != nullptr) {
        if (const auto forgotten = forget_old(scene, rotation, *live); !forgotten) return forgotten;
    } else {
        scene.session.hint("servers still have the old account: nsctl push --account-removal " +
                           rotation.before);
    }
    const accounts::Tree tree = scene.session.tree(scene.store);
    if (const auto replaced = accounts::retire_old_key(tree, rotation, ""); !replaced) return replaced;
    scene.session.done("account " + in_quotes(rotation.account) + " has the key " + rotation.after +
                       "; removed " + rotation.before);
    if (live != nullptr) {
        if (const auto pushed = push_rotated(scene, {*scene.wanted.account}); !pushed) return pushed;
    }
    return accounts::end_rotation(tree, rotation);
}

}  // namespace natscreds::nsctl
