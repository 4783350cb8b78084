#pragma once

#include <natscreds/cli/nsctl/nsctl.h>
#include <natscreds/nkeys/unlocker.h>

namespace natscreds::nsctl {

/// Whether the passphrase exists already, or is asked for twice because nothing can say whether it was typed as it was meant.
enum class Passphrase { known, made_up };

/// Where the passphrase of a sealed keystore comes from: the file that NSCTL_PASSPHRASE_FILE names, or else the terminal.
/// Fails, when it is asked: nkeys::SealErrc::locked where there is neither; empty_passphrase; Errc::passphrases_differ.
[[nodiscard]] nkeys::Unlocker::Ask ask_passphrase(const World& world, Passphrase passphrase);

}  // namespace natscreds::nsctl
