#include <memory>
#include <string>
#include <vector>

#include <natscreds/accounts/create.h>

#include "commands.h"
#include "options/options.h"
#include "shared/only_user.h"
#include "shared/output.h"

namespace natscreds::nsctl {
namespace {

struct GenerateCredsOptions {
    std::string account;
    std::string user;
    std::string file = "--";
};

base::Status generate(const Session& session, const GenerateCredsOptions& options) {
    const auto chosen = chosen_user(session, options.account, options.user);
    if (!chosen) return chosen.error();
    const auto credentials =
        accounts::user_credentials(chosen->store, session.keys(), {chosen->account, chosen->user});
    if (!credentials) return credentials.error();
    const base::Secret text = credentials->text();
    return write_output(session, options.file, base::as_text(text.expose()),
                        {.done = "generated user creds file "});
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
