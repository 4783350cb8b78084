#include <memory>
#include <string>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/signer.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {
namespace {

struct AddOperatorOptions {
    std::string name;
    std::string source;
    bool signing_key = false;
    bool system_account = false;
    bool force = false;
    TimeOptions time;

    [[nodiscard]] base::Existing existing() const {
        return force ? base::Existing::replace : base::Existing::refuse;
    }
};

base::Result<accounts::NewOperator> wanted_operator(const Session& session,
                                                    const AddOperatorOptions& options) {
    accounts::NewOperator wanted;
    const auto validity = options.time.validity(session.world().clock.now());
    if (!validity) return validity.error();
    wanted.validity = *validity;
    if (options.signing_key) wanted.extras = wanted.extras | accounts::Extras::signing_key;
    if (options.system_account) wanted.extras = wanted.extras | accounts::Extras::system_account;
    if (session.signer().empty()) return wanted;
    base::Result<nkeys::SigningKey> key = accounts::find_key(session.signer(), session.keys());
    if (!key) return key.error();
    if (const auto kind = nkeys::PublicKey::parse(key->public_key().text(), nkeys::Kind::operator_); !kind) {
        return kind.error();
    }
    wanted.key = *std::move(key);
    return wanted;
}

base::Status make_current(Session& session, const accounts::Name& name) {
    session.context().choose_operator(name);
    return session.remember();
}

void report_added(const Session& session, const AddOperatorOptions& options,
                  const accounts::CreatedOperator& created) {
    if (session.signer().empty())
        session.done("generated and stored operator key " + in_quotes(created.key.text()));
    if (created.signing_key) {
        session.done("generated and stored operator signing key " + in_quotes(created.signing_key->text()));
    }
    session.made("name", options.name);
    session.made("public_key", created.key.text());
    session.done("added operator " + in_quotes(options.name));
    if (!created.system) return;
    session.done("created system_account: name:SYS id:" + created.system->account.text());
    session.done("created system account user: name:sys id:" + created.system->user.text());
    session.done("system account user creds file stored in `" + session.shown(created.system->creds) + "`");
}

base::Status import(Session& session, const AddOperatorOptions& options) {
    if (options.source.find("://") != std::string::npos) return base::Error{Errc::over_http, options.source};
    const auto token = read_token<jwt::OperatorClaims>(session, options.source);
    if (!token) return token.error();
    const auto name = accounts::Name::parse(options.name.empty() ? token->content.name : options.name);
    if (!name) return name.error();
    const auto store =
        accounts::Store::create(session.context().stores(), *name, accounts::Management::elsewhere);
    if (!store) return store.error();
    base::Status imported = accounts::import_operator(session.tree(*store), *token, options.existing());
    if (!imported) return imported;
    session.done("imported operator " + in_quotes(name->text()));
    return make_current(session, *name);
}

base::Status add(Session& session, const AddOperatorOptions& options) {
    if (!options.source.empty()) return import(session, options);
    const auto name = accounts::Name::parse(options.name);
    if (!name) return name.error();
    auto wanted = wanted_operator(session, options);
    if (!wanted) return wanted.error();
    const auto store = accounts::Store::create(session.context().stores(), *name, accounts::Management::here);
    if (!store) return store.error();
    const auto created = accounts::create_operator(session.tree(*store), *std::move(wanted));
    if (!created) return created.error();
    report_added(session, options, *created);
    return make_current(session, *name);
}

}  // namespace

Command add_operator() {
    const auto options = std::make_shared<AddOperatorOptions>();
    return {
        .options = joined(
            {{{"-n,--name,name", &options->name, "operator name"},
              {"-u,--url", &options->source, "import the operator's JWT from a file instead", Takes::file},
              {"--generate-signing-key", &options->signing_key, "generate a signing key with the operator"},
              {"-s,--sys", &options->system_account, "generate system account SYS with the operator"},
              {"--force", &options->force, "with --url: replace an older token of the same operator"}},
             options->time.options()}),
        .examples = {"nsctl add operator KO --sys", "nsctl add operator --name KO --generate-signing-key"},
        .run = [options](Session& session) { return add(session, *options); },
    };
}

}  // namespace natscreds::nsctl
