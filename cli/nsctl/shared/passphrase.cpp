#include "shared/passphrase.h"

#include <algorithm>

#include <natscreds/nkeys/seal_errc.h>

#include "errors.h"

namespace natscreds::nsctl {

nkeys::Unlocker::Ask ask_passphrase(const World& world, Passphrase passphrase) {
    const auto file = world.surroundings.variable("NSCTL_PASSPHRASE_FILE");
    if (file && !file->empty()) return nkeys::Unlocker::from_file(*file);
    return [ask = world.ask_secret, passphrase]() -> base::Result<base::Secret> {
        if (!ask) return base::Error{nkeys::SealErrc::locked, "no terminal to ask on"};
        auto first = ask("passphrase of the keystore: ");
        if (!first && first.error().code == std::errc::no_such_device_or_address)
            return base::Error{nkeys::SealErrc::locked, "no terminal to ask on"};
        if (!first || passphrase == Passphrase::known) return first;
        const auto second = ask("the same again: ");
        if (!second) return second.error();
        if (!std::ranges::equal(first->expose(), second->expose()))
            return base::Error{Errc::passphrases_differ, ""};
        return first;
    };
}

}  // namespace natscreds::nsctl
