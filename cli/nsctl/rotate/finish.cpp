#include <optional>
#include <utility>

#include "errors.h"
#include "rotate/rotate.h"
#include "rotate/still_used.h"

namespace natscreds::nsctl {
namespace {

using accounts::LiveSystem;
using accounts::Rotation;

/// Servers; nothing where none is named and --force says that none needs to be asked.
base::Result<std::optional<LiveSystem>> servers_to_ask(const RotationScene& scene) {
    if (scene.options.force && !names_servers(scene)) return std::optional<LiveSystem>();
    auto live = connect_live(scene.session, scene.store, scene.options.live);
    if (!live) return live.error();
    return std::optional<LiveSystem>(*std::move(live));
}

/// Accounts are signed by the new key once all servers trust it, and the old one is not needed once they all have them.
base::Status move_accounts(const RotationScene& scene, const Rotation& rotation,
                           std::optional<LiveSystem>& live) {
    if (live) {
        if (const auto trusted = unless_used(scene, not_trusting(rotation, *live)); !trusted) return trusted;
    }
    const auto signed_anew = accounts::sign_by_new_key(scene.session.tree(scene.store), rotation, "");
    if (!signed_anew) return signed_anew.error();
    for (const std::string& one : signed_anew->what)
        scene.session.done("signed anew by the new key: " + one);
    if (!live) return {};
    const auto names = scene.store.accounts();
    if (!names) return names.error();
    if (const auto pushed = push_rotated(scene, *names); !pushed) return pushed;
    return unless_used(scene, accounts_by_old_key(rotation, *live));
}

base::Status remove_seed(const RotationScene& scene, const Rotation& rotation) {
    if (!scene.options.remove_key) return {};
    const auto key = nkeys::PublicKey::parse(rotation.before);
    if (!key) return key.error();
    const auto removed = scene.session.keys().remove(*key);
    if (!removed) return removed.error();
    if (*removed) scene.session.done("deleted the seed of " + rotation.before);
    return {};
}

}  // namespace

base::Status unless_used(const RotationScene& scene, const base::Result<std::vector<std::string>>& lines) {
    if (!lines) return lines.error();
    for (const std::string& line : *lines)
        scene.session.warn(line);
    if (lines->empty() || scene.options.force) return {};
    return base::Error{Errc::still_used, ""};
}

base::Status finish_rotation(const RotationScene& scene) {
    const auto found = accounts::find_rotation(scene.store, scene.wanted);
    if (!found) return found.error();
    if (!*found) return base::Error{Errc::no_rotation, scene.wanted.key};
    const Rotation& rotation = **found;
    auto live = servers_to_ask(scene);
    if (!live) return live.error();
    if (rotation.of == Rotation::Of::account) {
        const auto moved = finish_account_rotation(scene, rotation, *live ? &**live : nullptr);
        return moved ? remove_seed(scene, rotation) : moved;
    }
    if (accounts::is_of_operator(rotation.of)) {
        if (const auto moved = move_accounts(scene, rotation, *live); !moved) return moved;
    } else if (*live) {
        if (const auto free = unless_used(scene, still_used(scene, rotation, **live)); !free) return free;
    }
    const accounts::Tree tree = scene.session.tree(scene.store);
    if (const auto retired = accounts::retire_old_key(tree, rotation, scene.session.signer()); !retired)
        return retired;
    scene.session.done((rotation.of == Rotation::Of::user ? "revoked " : "removed ") +
                       described(rotation, rotation.before));
    if (accounts::is_of_operator(rotation.of)) {
        scene.session.hint(
            "servers trust the old key until they have the operator as it is now: nsctl generate config, and "
            "restart them one by one");
    } else if (*live) {
        if (const auto pushed = push_rotated(scene, {*scene.wanted.account}); !pushed) return pushed;
    } else {
        scene.session.hint("servers know it after: nsctl push -a " + rotation.account);
    }
    if (const auto removed = remove_seed(scene, rotation); !removed) return removed;
    return accounts::end_rotation(tree, rotation);
}

}  // namespace natscreds::nsctl
