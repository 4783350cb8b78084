#include "command_line.h"

#include <map>

#include <CLI/CLI.hpp>

#include <natscreds/cli/console/command_line.h>

namespace natscreds::provisioner {
namespace {

constexpr const char* examples =
    "Examples:\n"
    "  nats-provisioner --config chat.toml\n"
    "  nats-provisioner --config chat.toml deny name wallyqs\n"
    "  nats-provisioner --acc KUBECON.jwt --sk SIGNINGKEY.nk --creds chat-access.creds --sid AWS/West\n"
    "\n"
    "Without --config it answers chat.req.access with user JWTs of the role chat, which live for an hour, "
    "and\n"
    "keeps names in memory. SIGHUP reads the configuration again; SIGTERM answers what has arrived, and "
    "ends.";

const std::map<std::string, Denial::Kind> denial_kinds{
    {"name", Denial::Kind::name}, {"key", Denial::Kind::key}, {"requester", Denial::Kind::requester}};

/// What CLI11 wants to fill in, before it means anything.
struct Given {
    bool plain_names = false;
    bool check = false;
    std::string audit_head;
};

void add_serving(CLI::App& app, CommandLine& line, Given& given) {
    app.add_option("--config", line.config, "the configuration, a TOML file")->type_name("FILE");
    app.add_option("--acc", line.tutorial.account, "the account's JWT")->type_name("FILE");
    app.add_option("--sk", line.tutorial.signing_key,
                   "the seed of one of the account's signing keys; nobody else may read it")
        ->type_name("FILE");
    app.add_option("--sid", line.tutorial.server_id, "a label of this copy, which replies carry")
        ->type_name("LABEL");
    app.add_flag("--plain-names", given.plain_names,
                 "answer requests that are a name alone with a whole creds file: its seed crosses the wire");
    app.add_option("--workers", line.workers, "how many requests of a kind are worked on at a time (2)")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, most_workers));
    app.add_option("--http", line.http,
                   "serve /metrics, /healthz and /readyz there; without HOST, on 127.0.0.1")
        ->type_name("HOST:PORT");
    app.add_flag("--check", given.check, "say whether it could start, and end");
}

void add_denying(CLI::App& app, CommandLine& line, const char* verb, const char* what) {
    CLI::App* const command = app.add_subcommand(verb, what)->fallthrough();
    command->add_option("kind", line.denial.kind, "name, key or requester")
        ->required()
        ->transform(CLI::CheckedTransformer(denial_kinds));
    command->add_option("value", line.denial.value, "the name, or the public key")->required();
}

void add_audit(CLI::App& app, CommandLine& line, Given& given) {
    CLI::App* const audit = app.add_subcommand("audit", "look after audit files")->fallthrough();
    audit->require_subcommand(1);
    CLI::App* const verify = audit->add_subcommand("verify", "follow the chain of hashes")->fallthrough();
    verify->add_option("file", line.audit, "the audit file; otherwise the configuration's");
    app.add_option("--head", given.audit_head,
                   "a hash that one of the lines has to have: the last one when it was noted")
        ->type_name("HASH")
        ->group("audit verify");
}

CommandLine::Task task_of(const CLI::App& app, const Given& given) {
    if (app.got_subcommand("deny")) return CommandLine::Task::deny;
    if (app.got_subcommand("allow")) return CommandLine::Task::allow;
    if (app.got_subcommand("audit")) return CommandLine::Task::verify_audit;
    return given.check ? CommandLine::Task::check : CommandLine::Task::serve;
}

/// What is wrong with the whole, though each option is right.
std::string objection(const CommandLine& line) {
    const bool flags = !line.tutorial.account.empty() || !line.tutorial.signing_key.empty();
    if (line.task == CommandLine::Task::verify_audit && !line.audit.empty()) return "";
    if (!line.config.empty()) return flags ? "--config together with --acc or --sk" : "";
    if (line.task == CommandLine::Task::deny || line.task == CommandLine::Task::allow ||
        line.task == CommandLine::Task::verify_audit)
        return "--config is needed here";
    const bool both = !line.tutorial.account.empty() && !line.tutorial.signing_key.empty();
    return both ? "" : "--config, or --acc and --sk, is needed";
}

}  // namespace

std::variant<CommandLine, console::ExitCode> read_command_line(const std::vector<std::string>& arguments,
                                                               const World& world,
                                                               const console::Reporter& reporter) {
    CommandLine line;
    Given given;
    CLI::App app("Issues short-lived NATS user credentials over NATS.", reporter.program());
    app.set_version_flag("--version", reporter.program() + " " NATSCREDS_VERSION, "print the version");
    app.footer(examples);
    add_serving(app, line, given);
    console::add_connection_options(app, line.connection);
    add_denying(app, line, "deny", "give nothing more to a name, a key or a requester");
    add_denying(app, line, "allow", "take that back");
    add_audit(app, line, given);
    if (const auto ended = console::read_command_line(app, arguments, world.out, reporter)) return *ended;
    line.task = task_of(app, given);
    line.tutorial.plain_names = given.plain_names ? PlainNames::answered : PlainNames::refused;
    if (!given.audit_head.empty()) line.audit_head = given.audit_head;
    if (const std::string wrong = objection(line); !wrong.empty()) return reporter.wrong_usage(wrong);
    return line;
}

}  // namespace natscreds::provisioner
