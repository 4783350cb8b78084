#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <natscreds/accounts/create.h>
#include <natscreds/base/file.h>

#include "commands.h"
#include "only_user.h"

namespace natscreds::nsctl {
namespace {

struct Options {
    std::string account;
    std::string user;
    std::string file = "--";
};

base::Status write(const Session& session, const Options& options, const jwt::Credentials& credentials) {
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

base::Status generate(const Session& session, const Options& options) {
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

Action define_generate_creds(CLI::App& command) {
    const auto options = std::make_shared<Options>();
    command.add_option("-a,--account", options->account, "the user's account (default: the current one)");
    command.add_option("-n,--name,name", options->user, "user name (default: the account's only one)");
    command.add_option("-o,--output-file", options->file, "file to write, \"--\" for standard output");
    command.footer("Examples:\n  nsctl generate creds -a KUBECON -n chat-access -o chat-access.creds");
    return [options](const Session& session) { return generate(session, *options); };
}

}  // namespace natscreds::nsctl
