#include <natscreds/accounts/errc.h>

#include <algorithm>
#include <array>

#include <natscreds/base/error_category.h>

namespace natscreds::accounts {
namespace {

struct Sentence {
    Errc code;
    const char* text;
};

constexpr std::array sentences{
    Sentence{Errc::bad_name,
             "this cannot be a name: it needs 1 to 200 bytes, without / and \\ and control characters, "
             "no dot in front, no blank at either end, and not just *"},
    Sentence{Errc::bad_marker, "the file does not mark an operator's folder"},
    Sentence{Errc::bad_context, "the file is not a JSON object with the settings of nsc"},
    Sentence{Errc::no_operator_chosen, "no operator is current"},
    Sentence{Errc::no_account_chosen, "no account is current"},
    Sentence{Errc::no_such_operator, "there is no such operator"},
    Sentence{Errc::no_such_account, "there is no such account"},
    Sentence{Errc::no_such_user, "there is no such user"},
    Sentence{Errc::operator_exists, "the operator already exists"},
    Sentence{Errc::account_exists, "the account already exists"},
    Sentence{Errc::user_exists, "the user already exists"},
    Sentence{Errc::key_not_stored, "the keystore does not have this key"},
    Sentence{Errc::key_differs, "the file holds another key than its name says"},
    Sentence{Errc::no_signer, "the keystore has none of the keys that could sign"},
    Sentence{Errc::not_a_signer, "this key may not sign here"},
    Sentence{Errc::not_a_key, "this is neither a role, nor a key, nor a file with a key"},
    Sentence{Errc::scope_decides, "the signing key has a scope, which alone decides what its users may do"},
    Sentence{Errc::bad_subject, "this is not a subject"},
    Sentence{Errc::bad_url, "this is not a URL that can stand here"},
    Sentence{Errc::bad_moment,
             "this is not a moment: 0, 2006-01-02, \"2006-01-02 15:04:05 UTC\", or a number and one of "
             "m h d w M y"},
    Sentence{Errc::no_signing_key, "the operator has no signing key"},
    Sentence{Errc::no_system_account, "the system account is not in the store"},
    Sentence{Errc::not_valid, "servers would refuse this"},
    Sentence{Errc::no_such_export, "the account has no such export"},
    Sentence{Errc::no_such_import, "the account has no such import"},
    Sentence{Errc::no_such_key, "the account has no such signing key"},
    Sentence{Errc::already_imported, "the account imports this already"},
    Sentence{Errc::several_match, "more than one could be meant"},
    Sentence{Errc::not_private, "there is no private export of this subject"},
    Sentence{Errc::not_for_this, "the activation is for another account"},
    Sentence{Errc::not_revoked, "this was not revoked"},
    Sentence{Errc::no_preload, "the configuration has no resolver_preload for it"},
    Sentence{Errc::bad_answer, "a server's answer cannot be read"},
    Sentence{Errc::older_than_live, "the servers have a newer token"},
    Sentence{Errc::bad_tls_users, "servers would not read this as it is meant"},
    Sentence{
        Errc::no_preset,
        "there is no such preset: chat, service, readonly or leaf, or permissions of its own (--allow-pub)"},
    Sentence{Errc::newer_in_store, "the store has a newer token"},
    Sentence{Errc::not_managed_here, "the operator's keys are with somebody else"},
    Sentence{Errc::bad_tree_file, "this is not a tree of this store"},
    Sentence{Errc::bad_rotations, "the file is not a list of rotations"},
};

const char* describe(Errc code) {
    const auto found = std::ranges::find(sentences, code, &Sentence::code);
    return found == sentences.end() ? "unknown error" : found->text;
}

constinit const base::ErrorCategory<Errc> category("accounts", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

}  // namespace natscreds::accounts
