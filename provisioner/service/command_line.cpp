#include "command_line.h"

#include <natscreds/cli/console/command_line.h>

#include "operator_commands.h"

namespace natscreds::provisioner {
namespace {

using console::Takes;
using Task = CommandLine::Task;

/// What the command line says, before it means anything.
struct Given {
    bool plain_names = false;
    bool check = false;
    std::string audit_head;
};

console::OptionList serving_options(CommandLine& line, Given& given) {
    return {
        {"--config", &line.config, "the configuration, a TOML file", Takes::file, "FILE"},
        {"--acc", &line.tutorial.account, "the account's JWT", Takes::file, "FILE"},
        {"--sk", &line.tutorial.signing_key,
         "the seed of one of the account's signing keys; nobody else may read it", Takes::file, "FILE"},
        {"--sid", &line.tutorial.server_id, "a label of this copy, which replies carry", Takes::text,
         "LABEL"},
        {"--plain-names", &given.plain_names,
         "answer requests that are a name alone with a whole creds file: its seed crosses the wire"},
        {.names = "--workers",
         .to = &line.workers,
         .help = "how many requests of a kind are worked on at a time (2)",
         .value = "N",
         .range = console::Range{1, max_workers}},
        {"--http", &line.http, "serve /metrics, /healthz and /readyz there; without HOST, on 127.0.0.1",
         Takes::text, "HOST:PORT"},
        {"--no-wait", &line.no_wait,
         "end if no server can be reached at the start, instead of waiting for one"},
        {"--check", &given.check, "say whether it could start, and end"},
    };
}

console::Command audit(CommandLine& line) {
    return {
        .words = "audit",
        .summary = "look after audit files",
        .subcommands = {{
            .words = "verify",
            .summary = "follow the chain of hashes",
            .options = {{"file", &line.audit, "the audit file; otherwise the configuration's", Takes::file}},
            .run = [&line] { line.task = Task::verify_audit; },
        }},
    };
}

console::Command password(CommandLine& line) {
    using What = PasswordCommand::What;
    PasswordCommand& given = line.password;
    const auto run = [&line](What what) {
        return [&line, what] {
            line.task = Task::passwords;
            line.password.what = what;
        };
    };
    const console::Option user{
        .names = "user", .to = &given.user, .help = "the user's name", .required = true};
    const console::Option file{"--file", &given.file, "the file; otherwise that of [identity.password]",
                               Takes::file, "FILE"};
    return {
        .words = "password",
        .summary = "look after users who connect with a password",
        .subcommands = {
            {.words = "add",
             .summary = "add a user, or give one another password: asked for on a terminal, otherwise the "
                        "first line of standard input",
             .options = {user,
                         file,
                         {"--from", &given.from, "a file whose first line is the password", Takes::file,
                          "FILE"}},
             .run = run(What::add)},
            {.words = "list", .summary = "the users' names", .options = {file}, .run = run(What::list)},
            {.words = "remove",
             .summary = "remove a user",
             .options = {user, file},
             .run = run(What::remove)}}};
}

std::vector<console::Command> commands_of(CommandLine& line, base::Time now) {
    const auto take = [&line](OperatorCommand command) {
        line.task = Task::operate;
        line.command = std::move(command);
    };
    std::vector<console::Command> all = operator_commands(take, now);
    all.push_back(audit(line));
    all.push_back(password(line));
    return all;
}

console::Command command(const std::string& program, CommandLine& line, Given& given, base::Time now) {
    const console::OptionList about{
        {"-h,--help", console::Help{}, "Print this help message and exit"},
        {"--version", console::Version{program + " " NATSCREDS_VERSION}, "print the version"}};
    const console::OptionList auditing{{.names = "--head",
                                        .to = &given.audit_head,
                                        .help = "a hash that one of the lines has to have: the last one when "
                                                "it was noted",
                                        .value = "HASH",
                                        .group = "audit verify"}};
    return {
        .words = program,
        .summary = "Issues short-lived NATS user credentials over NATS.",
        .options = console::joined({about, console::generated_options(), serving_options(line, given),
                                    console::connection_options(line.connection), auditing}),
        .examples = {"nats-provisioner --config chat.toml",
                     "nats-provisioner --config chat.toml deny name wallyqs",
                     "nats-provisioner --acc KUBECON.jwt --sk SIGNINGKEY.nk --creds chat-access.creds --sid "
                     "AWS/West"},
        .more =
            "Without --config it answers chat.req.access with user JWTs of the role chat, which live for an "
            "hour, and\n"
            "keeps names in memory. SIGHUP reads the configuration again; SIGTERM answers what has arrived, "
            "and ends.",
        .subcommands = commands_of(line, now),
        .run = [&line, &given] { line.task = given.check ? Task::check : Task::serve; },
    };
}

/// What is wrong with the whole, though each option is right.
std::string objection(const CommandLine& line) {
    const bool flags = !line.tutorial.account.empty() || !line.tutorial.signing_key.empty();
    if (line.task == Task::verify_audit && !line.audit.empty()) return "";
    if (line.task == Task::passwords && !line.password.file.empty()) return "";
    if (!line.config.empty()) return flags ? "--config together with --acc or --sk" : "";
    if (line.task != Task::serve && line.task != Task::check) return "--config is needed here";
    const bool both = !line.tutorial.account.empty() && !line.tutorial.signing_key.empty();
    return both ? "" : "--config, or --acc and --sk, is needed";
}

}  // namespace

std::variant<CommandLine, console::ExitCode> read_command_line(const std::vector<std::string>& arguments,
                                                               const World& world,
                                                               const console::Reporter& reporter) {
    CommandLine line;
    Given given;
    const console::Command program = command(reporter.program(), line, given, world.clock.now());
    if (const auto ended = console::read_command_line(program, arguments, world.out, reporter)) return *ended;
    line.tutorial.plain_names = given.plain_names ? PlainNames::answered : PlainNames::refused;
    if (!given.audit_head.empty()) line.audit_head = given.audit_head;
    if (const std::string wrong = objection(line); !wrong.empty()) return reporter.wrong_usage(wrong);
    const base::Status meant = line.task == Task::operate ? check(line.command) : base::Status();
    if (!meant) return reporter.wrong_usage(meant.error().message());
    return line;
}

}  // namespace natscreds::provisioner
