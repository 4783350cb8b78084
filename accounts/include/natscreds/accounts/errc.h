#pragma once

#include <system_error>

namespace natscreds::accounts {

/// Every way in which a store, a keystore or a change to them can be wrong.
enum class Errc {
    bad_name = 1,        ///< a name that cannot be the name of a file below the store
    bad_marker,          ///< a folder's `.nsc` file is not what marks an operator
    bad_context,         ///< `nsc.json` is not a JSON object of the expected shape
    no_operator_chosen,  ///< several operators or none, and none is current
    no_account_chosen,   ///< several accounts or none, and none is current
    no_such_operator,    ///< no folder of that name with an operator in it
    no_such_account,     ///< the operator has no account of that name
    no_such_user,        ///< the account has no user of that name
    operator_exists,     ///< an operator of that name is there already
    account_exists,      ///< an account of that name, in whatever case, is there already
    user_exists,         ///< a user of that name is there already
    key_not_stored,      ///< the keystore does not have the private half of a key
    key_differs,         ///< a file of the keystore holds another key than its name says
    no_signer,           ///< none of the keys that could sign is in the keystore
    not_a_signer,        ///< a key that may not sign for this operator or account
    not_a_key,           ///< a text that is neither a role, nor a key, nor a file with one
    scope_decides,       ///< permissions given for a user whose signing key has a scope
    bad_subject,         ///< a permission that is not a subject
    bad_url,             ///< a URL of the wrong scheme, or with parts that do not belong there
    bad_moment,          ///< a start or expiry that is not of the grammar
    no_signing_key,      ///< signing keys are required of an operator that has none
    no_system_account,   ///< the system account that is named is not in the store
    not_valid,           ///< claims that servers would refuse
    no_such_export,      ///< the account exports nothing of that subject
    no_such_import,      ///< the account imports nothing of that subject
    no_such_key,         ///< the account has no signing key of that role or name
    already_imported,    ///< the account imports this already
    several_match,       ///< more than one export or import could be meant
    not_private,         ///< an activation for an export that needs none
    not_for_this,        ///< an activation for another account
    not_revoked,         ///< what is to be taken back was never revoked
    no_preload,          ///< a server's configuration without a resolver_preload
    bad_answer,          ///< a server's answer that is not of the expected shape
    older_than_live,     ///< an account's token that is older than the one in use
    bad_tls_users,       ///< a list of users by certificate that servers would misread
    no_preset,           ///< a role's preset that there is not
    newer_in_store,      ///< a token that was issued before the one in the store
    not_managed_here,    ///< an operator that somebody else has the keys of
    bad_tree_file,       ///< a tree's TOML file that is none, or that means another tree
    bad_rotations,       ///< a list of unfinished rotations that is none
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::accounts

template <>
struct std::is_error_code_enum<natscreds::accounts::Errc> : std::true_type {};
