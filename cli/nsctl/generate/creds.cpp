#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <natscreds/accounts/create.h>
#include <natscreds/base/file.h>

#include "commands.h"
#include "options/options.h"
#include "shared/only_user.h"

namespace natscreds::nsctl {
namespace {

struct GenerateCredsOptions {
    std::string account;
    std::string user;
    std::string file = "--";
};

base::Status write(const Session& session, const GenerateCredsOptions& options,
                   const jwt::Credentials& credentials) {
    const base::Secret text = credentials.text();
    if (options.file == "--") {
        session.world().out << base::as_text(text.expose());
        return {};
    }
    base::Status written =
        base::write_file(options.file, text.expose(), {.existing = base::Existing::replace});
    if (!written) return written;
    session.done("generated user creds file `" + session.shown(options.file) + "`");
    return {};
}

base::Status generate(const Session& session, const GenerateCredsOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto user = named_or_only_user(*store, *account, options.user);
    if (!user) return user.error();
    const auto credentials = accounts::user_credentials(*store, session.keys(), {*account, *user});
    if (!credentials) return credentials.error();
    return write(session, options, *credentials);
}

}  // namespace

Command generate_creds() {
    const auto options = std::make_shared<GenerateCredsOptions>();
    return {
        .options = {{"-a,--account", &options->account, "the user's account (default: the current one)"},
                    {"-n,--name,name", &options->user, "user name (default: the account's only one)"},
                    output_option(options->file)},
        .examples = {"nsctl generate creds -a KUBECON -n chat-access -o chat-access.creds"},
        .run = [options](const Session& session) { return generate(session, *options); },
    };
}

}  // namespace natscreds::nsctl
