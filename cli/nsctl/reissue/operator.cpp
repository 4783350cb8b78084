#include <memory>
#include <string>
#include <utility>

#include <natscreds/accounts/reissue.h>
#include <natscreds/accounts/signer.h>

#include "commands.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct ReissueOptions {
    std::string name;
    bool keep_key = false;
};

base::Result<accounts::OperatorReissue> wanted_reissue(const Session& session,
                                                       const ReissueOptions& options) {
    accounts::OperatorReissue wanted;
    if (options.keep_key) wanted.old = accounts::OldIdentity::signing_key;
    if (session.signer().empty()) return wanted;
    auto key = accounts::find_key(session.signer(), session.keys());
    if (!key) return key.error();
    wanted.key = *std::move(key);
    return wanted;
}

base::Status reissue(Session& session, const ReissueOptions& options) {
    if (!options.name.empty()) {
        if (base::Status chosen = session.choose_operator(options.name); !chosen) return chosen;
    }
    const auto store = session.store();
    if (!store) return store.error();
    auto wanted = wanted_reissue(session, options);
    if (!wanted) return wanted.error();
    const auto done = accounts::reissue_operator(session.tree(*store), *std::move(wanted));
    if (!done) return done.error();
    session.done("operator " + in_quotes(store->name().text()) + " has identity key " + done->key.text());
    if (options.keep_key)
        session.done("the key it had before, " + done->before.text() + ", is a signing key");
    for (const accounts::Name& account : done->signed_anew)
        session.done("signed account " + in_quotes(account.text()) + " anew");
    session.made("public_key", done->key.text());
    session.hint(
        "servers go on with the operator that their configuration has: nsctl generate config, and reload");
    if (!done->signed_anew.empty()) session.hint("when they trust the new one: nsctl push --all");
    return {};
}

}  // namespace

Command reissue_operator() {
    const auto options = std::make_shared<ReissueOptions>();
    return {
        .options = {{"-n,--name,name", &options->name, "operator name (default: the current one)"},
                    {"--convert-to-signing-key", &options->keep_key,
                     "the old key signs on: no account is signed anew"}},
        .notes = "With -K, that key becomes the operator's; otherwise a new one is made.",
        .examples = {"nsctl reissue operator", "nsctl reissue operator KO --convert-to-signing-key"},
        .run = [options](Session& session) { return reissue(session, *options); },
    };
}

}  // namespace natscreds::nsctl
