#include <natscreds/accounts/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::accounts {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::bad_name:
            return "this cannot be a name: it needs 1 to 200 bytes, without / and \\ and control characters, "
                   "no dot in front, no blank at either end, and not just *";
        case Errc::bad_marker:
            return "the file does not mark an operator's folder";
        case Errc::bad_context:
            return "the file is not a JSON object with the settings of nsc";
        case Errc::no_operator_chosen:
            return "no operator is current";
        case Errc::no_account_chosen:
            return "no account is current";
        case Errc::no_such_operator:
            return "there is no such operator";
        case Errc::no_such_account:
            return "there is no such account";
        case Errc::no_such_user:
            return "there is no such user";
        case Errc::operator_exists:
            return "the operator already exists";
        case Errc::account_exists:
            return "the account already exists";
        case Errc::user_exists:
            return "the user already exists";
        case Errc::key_not_stored:
            return "the keystore does not have this key";
        case Errc::key_differs:
            return "the file holds another key than its name says";
        case Errc::no_signer:
            return "the keystore has none of the keys that could sign";
        case Errc::not_a_signer:
            return "this key may not sign here";
        case Errc::not_a_key:
            return "this is neither a role, nor a key, nor a file with a key";
        case Errc::scope_decides:
            return "the signing key has a scope, which alone decides what its users may do";
        case Errc::bad_subject:
            return "this is not a subject";
        case Errc::bad_url:
            return "this is not a URL that can stand here";
        case Errc::bad_moment:
            return "this is not a moment: 0, 2006-01-02, \"2006-01-02 15:04:05 UTC\", or a number and one of "
                   "m h d w M y";
        case Errc::no_signing_key:
            return "the operator has no signing key";
        case Errc::no_system_account:
            return "the system account is not in the store";
        case Errc::not_valid:
            return "servers would refuse this";
        case Errc::no_such_export:
            return "the account has no such export";
        case Errc::no_such_import:
            return "the account has no such import";
        case Errc::no_such_key:
            return "the account has no such signing key";
        case Errc::already_imported:
            return "the account imports this already";
        case Errc::several_match:
            return "more than one could be meant";
        case Errc::not_private:
            return "there is no private export of this subject";
        case Errc::not_for_this:
            return "the activation is for another account";
        case Errc::not_revoked:
            return "this was not revoked";
        case Errc::no_preload:
            return "the configuration has no resolver_preload for it";
        case Errc::bad_answer:
            return "a server's answer makes no sense";
        case Errc::older_than_live:
            return "the servers have a newer token";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("accounts", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

}  // namespace natscreds::accounts
