#include <memory>
#include <string>

#include <natscreds/accounts/activation.h>

#include "commands.h"
#include "options/options.h"
#include "shared/output.h"

namespace natscreds::nsctl {
namespace {

struct GenerateActivationOptions {
    std::string account;
    std::string subject;
    std::string target;
    std::string file = "--";
    TimeOptions time;
};

base::Status generate(const Session& session, const GenerateActivationOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto target = account_key(*store, options.target);
    if (!target) return target.error().within("--target-account");
    const auto validity = options.time.validity(session.world().clock.now());
    if (!validity) return validity.error();
    const auto token = accounts::create_activation(session.tree(*store), {.account = *account,
                                                                          .subject = options.subject,
                                                                          .target = *target,
                                                                          .signer = session.signer(),
                                                                          .validity = *validity});
    if (!token) return token.error();
    return write_output(session, options.file, accounts::activation_file(*token),
                        {.done = "wrote activation token to "});
}

}  // namespace

Command generate_activation() {
    const auto options = std::make_shared<GenerateActivationOptions>();
    return {
        .options = joined({{account_option(options->account),
                            {"-s,--subject", &options->subject,
                             "exported subject, or a part of it (default: the only private export's)"},
                            {.names = "-t,--target-account",
                             .to = &options->target,
                             .help = "who may import it, by name or public key",
                             .required = true},
                            output_option(options->file)},
                           options->time.options()}),
        .examples = {"nsctl generate activation -a PROVISION -t KUBECON -s chat.req.access -o access.jwt"},
        .run = [options](const Session& session) { return generate(session, *options); },
    };
}

}  // namespace natscreds::nsctl
