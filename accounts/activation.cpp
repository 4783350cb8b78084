#include <natscreds/accounts/activation.h>

#include <algorithm>

#include <natscreds/accounts/signer.h>
#include <natscreds/accounts/soundness.h>
#include <natscreds/jwt/subject.h>

namespace natscreds::accounts {
namespace {

base::Result<jwt::Export> private_export(const jwt::Decoded<jwt::AccountClaims>& account,
                                         const std::string& subject) {
    std::vector<jwt::Export> found;
    std::ranges::copy_if(account.claims().exports, std::back_inserter(found), [&](const jwt::Export& one) {
        return one.token_req && (subject.empty() || jwt::subject_covers(one.subject, subject));
    });
    if (found.size() == 1) return found.front();
    const std::string detail = "\"" + subject + "\" of account \"" + account.content.name + "\"";
    return base::Error{found.empty() ? Errc::not_private : Errc::several_match, detail};
}

}  // namespace

base::Result<jwt::Token> create_activation(const Tree& tree, const NewActivation& wanted) {
    if (!wanted.subject.empty() && !jwt::valid_subject(wanted.subject))
        return base::Error{Errc::bad_subject, "\"" + wanted.subject + "\""};
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const auto account = tree.store.read_account(wanted.account);
    if (!account) return account.error();
    const base::Result<jwt::Export> exported = private_export(*account, wanted.subject);
    if (!exported) return exported.error();
    const auto signer = Signers::of(*owner, *account).choose(tree.keys, wanted.signer);
    if (!signer) return signer.error();
    jwt::Draft<jwt::ActivationClaims> draft;
    draft.subject = wanted.target.text();
    draft.name = wanted.subject.empty() ? exported->subject : wanted.subject;
    draft.not_before = wanted.validity.not_before;
    draft.expires = wanted.validity.expires;
    draft.claims.subject = draft.name;
    draft.claims.kind = exported->type;
    const bool by_identity = signer->public_key().text() == account->content.subject;
    if (!by_identity) draft.claims.issuer_account = account->content.subject;
    return jwt::sign(draft, *signer, tree.clock.now());
}

std::string activation_file(const jwt::Token& token) {
    return "-----BEGIN NATS ACTIVATION JWT-----\n" + token.text() +
           "\n------END NATS ACTIVATION JWT------\n\n";
}

}  // namespace natscreds::accounts
