#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <natscreds/accounts/import.h>
#include <natscreds/jwt/creds.h>

#include "commands.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {
namespace {

struct ImportUserOptions {
    std::string file;
    bool overwrite = false;
    bool skip = false;
};

/// A user as a file has it: a creds file has the key, too.
struct UserOfFile {
    jwt::Decoded<jwt::UserClaims> token;
    std::optional<nkeys::SigningKey> key;
};

base::Result<UserOfFile> read_user_file(const Session& session, const std::string& file) {
    if (!file.ends_with(".creds")) {
        auto token = read_token<jwt::UserClaims>(session, file);
        if (!token) return token.error();
        return UserOfFile{*std::move(token), std::nullopt};
    }
    const auto credentials = jwt::Credentials::load(file);
    if (!credentials) return credentials.error();
    auto token = jwt::decode<jwt::UserClaims>(credentials->user().token.text());
    if (!token) return token.error().within(file);
    const base::Secret seed = credentials->key().seed_text();
    auto key = nkeys::SigningKey::parse_seed(base::as_text(seed.expose()));
    if (!key) return key.error().within(file);
    return UserOfFile{*std::move(token), *std::move(key)};
}

base::Status import_user_file(const Session& session, const ImportUserOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    auto user = read_user_file(session, options.file);
    if (!user) return user.error();
    const bool with_key = user->key.has_value();
    const auto imported = accounts::import_user(
        session.tree(*store),
        {.token = user->token,
         .key = std::move(user->key),
         .replace = options.overwrite ? accounts::Replace::anything : accounts::Replace::nothing,
         .soundness = options.skip ? accounts::Soundness::unknown : accounts::Soundness::required});
    if (!imported) return imported.error();
    if (with_key) session.done("stored the key of user " + in_quotes(imported->name.text()));
    if (imported->creds) session.done("creds file stored in `" + session.shown(*imported->creds) + "`");
    session.done("imported user " + in_quotes(imported->name.text()) + " to account " +
                 in_quotes(imported->account.text()));
    return {};
}

}  // namespace

Command import_user() {
    const auto options = std::make_shared<ImportUserOptions>();
    return {
        .options = {{.names = "-f,--file,file",
                     .to = &options->file,
                     .help = "the user's JWT, or creds file (.creds), from which the key is stored, too",
                     .takes = Takes::file,
                     .required = true},
                    {"--overwrite", &options->overwrite, "in the place of an older token of this user"},
                    {"--skip", &options->skip, "even with errors in it"}},
        .examples = {"nsctl import user --file wallyqs.creds"},
        .run = [options](const Session& session) { return import_user_file(session, *options); },
    };
}

}  // namespace natscreds::nsctl
