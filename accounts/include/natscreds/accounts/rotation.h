#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// A key that takes the place of another one, with a time in which both are good.
///
/// Holds:   the new key is in the keystore, and the rotation in the file `.nsctl.rotations` of the operator's folder,
///          before any token names the new key; the rotation stays there until the old key is gone. At each step the
///          tree is valid. What was interrupted is finished by doing it again, with the same new key.
/// Fails:   Errc::bad_rotations for that file, with its path; the errors of Store, KeyStore and of edits.
struct Rotation {
    enum class Of {
        operator_identity,
        operator_signing_key,
        account,
        account_signing_key,
        user,
    };
    Of of = Of::account_signing_key;
    std::string account = {};  ///< its name; empty for the operator's keys
    std::string user = {};     ///< its name
    std::string before;        ///< public keys
    std::string after;
    base::Time begun = {};

    bool operator==(const Rotation&) const = default;
};

[[nodiscard]] constexpr bool is_of_operator(Rotation::Of of) noexcept {
    return of == Rotation::Of::operator_identity || of == Rotation::Of::operator_signing_key;
}

/// Those that have begun and are not finished, in the order in which they began.
[[nodiscard]] base::Result<std::vector<Rotation>> unfinished_rotations(const Store& store);

/// The text of the file, and back. Fails: Errc::bad_rotations.
[[nodiscard]] base::Result<std::vector<Rotation>> parse_rotations(std::string_view text);
[[nodiscard]] std::string rotations_text(const std::vector<Rotation>& rotations);

struct WantedRotation {
    Rotation::Of of = Rotation::Of::account_signing_key;
    std::optional<Name> account = {};
    std::optional<Name> user = {};
    std::string key = {};     ///< of a signing key: its public key, or its role
    std::string signer = {};  ///< of the operator or account, as Signers::choose() reads it
};

/// The one that has begun; nothing where none has.
/// Fails: Errc::several_match where two keys of the role are being rotated.
[[nodiscard]] base::Result<std::optional<Rotation>> find_rotation(const Store& store,
                                                                  const WantedRotation& wanted);

/// Makes the new key, or goes on with the one that an interrupted call has made, and has the tree name it beside the
/// old one: an operator's old identity is a signing key from then on, an account's signing key gets one with the same
/// scope beside it, and a user's token and creds file have the new key, while the old one is not revoked yet. Of an account it makes the key
/// alone: see account_rotation.h.
/// Fails: Errc::no_such_key; several_match for a role with more than one key; not_managed_here.
[[nodiscard]] base::Result<Rotation> begin_rotation(const Tree& tree, const WantedRotation& wanted);

/// What the old key has signed in the store: accounts, or users and activations.
struct SignedByOld {
    std::vector<std::string> what;     ///< "user ann", "activation of orders.> for account B"
    std::vector<Name> accounts;        ///< whose JWTs are others once all of it is signed anew
    std::vector<std::string> refused;  ///< revoked or expired: a new token would let them in again
};
[[nodiscard]] base::Result<SignedByOld> signed_by_old_key(const Tree& tree, const Rotation& rotation);

/// Signs it anew by the new key; the creds files of users, too, where the keystore has their keys.
[[nodiscard]] base::Result<SignedByOld> sign_by_new_key(const Tree& tree, const Rotation& rotation,
                                                        const std::string& signer);

/// Takes the old key out of the tree; a user's is revoked. The rotation stays unfinished.
[[nodiscard]] base::Status retire_old_key(const Tree& tree, const Rotation& rotation,
                                          const std::string& signer);

/// Forgets the rotation.
[[nodiscard]] base::Status end_rotation(const Tree& tree, const Rotation& rotation);

}  // namespace natscreds::accounts
