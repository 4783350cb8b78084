#include "command_line.h"

#include <CLI/CLI.hpp>

#include <natscreds/cli/console/command_line.h>

namespace natscreds::provisioner {
namespace {

constexpr const char* examples =
    "Examples:\n"
    "  nats-provisioner --acc KUBECON.jwt --sk SIGNINGKEY.nk --creds chat-access.creds\n"
    "  nats-provisioner -s nats://west:4222 --acc KUBECON.jwt --sk SIGNINGKEY.nk \\\n"
    "      --creds chat-access.creds --sid AWS/West\n"
    "\n"
    "It answers chat.req.access with user JWTs of the role chat, which live for an hour. Several copies\n"
    "share the requests, but not the names: those are kept in memory.";

}  // namespace

std::variant<CommandLine, console::ExitCode> read_command_line(const std::vector<std::string>& arguments,
                                                               const World& world,
                                                               const console::Reporter& reporter) {
    CommandLine line;
    bool plain_names = false;
    CLI::App app("Issues short-lived NATS user credentials over NATS.", reporter.program());
    app.set_version_flag("--version", reporter.program() + " " NATSCREDS_VERSION, "print the version");
    app.footer(examples);
    app.add_option("--acc", line.account, "the account's JWT")->type_name("FILE")->required();
    app.add_option("--sk", line.signing_key,
                   "the seed of one of the account's signing keys; nobody else may read it")
        ->type_name("FILE")
        ->required();
    app.add_option("--sid", line.server_id, "a label of this copy, which replies carry")->type_name("LABEL");
    app.add_flag("--plain-names", plain_names,
                 "answer requests that are a name alone with a whole creds file: its seed crosses the wire");
    app.add_flag("--check", line.check_only, "say whether it could start, and end");
    console::add_connection_options(app, line.connection);
    if (const auto ended = console::read_command_line(app, arguments, world.out, reporter)) return *ended;
    line.plain_names = plain_names ? PlainNames::answered : PlainNames::refused;
    return line;
}

}  // namespace natscreds::provisioner
