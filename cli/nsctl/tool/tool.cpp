#include <cerrno>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <unistd.h>

#include <natscreds/accounts/create.h>
#include <natscreds/base/joined.h>
#include <natscreds/bus/connection.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "servers/live_connection.h"
#include "shared/only_user.h"
#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

struct ToolOptions {
    std::string account;
    std::string user;
    std::string subject;
    std::string body;
    std::string queue;
    std::string max_messages;
    LiveOptions live;

    [[nodiscard]] console::OptionList connection() {
        return joined(
            {{account_option(account),
              {"-u,--user", &user, "user name (default: the account's only one)"},
              list_option("--nats", live.urls, "servers (default: the operator's, or else NATS_URL)")},
             live.tls_options()});
    }
};

/// Beside this program, or wherever PATH has it.
std::string program_path(const std::string& name) {
    std::error_code failed;
    const std::filesystem::path beside =
        std::filesystem::read_symlink("/proc/self/exe", failed).parent_path() / name;
    return std::filesystem::exists(beside, failed) ? beside.string() : name;
}

void add_option(std::vector<std::string>& words, const std::string& name, const std::string& value) {
    if (!value.empty()) words.push_back(name + "=" + value);
}

/// From here on this process is that program.
base::Status become(std::vector<std::string> words) {
    const std::string path = program_path(words.front());
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(path.c_str(), arguments.data());
    return base::Error{std::error_code(errno, std::generic_category()), path};
}

/// Runs nats-pub and its like as the user, at the operator's servers.
base::Status run_program(const Session& session, const ToolOptions& options, const std::string& program) {
    const auto chosen = chosen_user(session, options.account, options.user);
    if (!chosen) return chosen.error();
    const auto creds = stored_creds(session, *chosen);
    if (!creds) return creds.error();
    const auto urls = live_urls(session, chosen->store, options.live);
    if (!urls) return urls.error();
    std::vector<std::string> words{program, "--creds=" + creds->string(),
                                   "--server=" + base::joined(*urls, ",")};
    add_option(words, "--tlsca", options.live.ca_cert);
    add_option(words, "--tlscert", options.live.client_cert);
    add_option(words, "--tlskey", options.live.client_key);
    if (options.live.tls_first) words.emplace_back("--tlsfirst");
    add_option(words, "--queue", options.queue);
    add_option(words, "--count", options.max_messages);
    words.insert(words.end(), {"--", options.subject});
    if (!options.body.empty()) words.push_back(options.body);
    return become(std::move(words));
}

base::Status round_trip(const Session& session, const ToolOptions& options) {
    const auto chosen = chosen_user(session, options.account, options.user);
    if (!chosen) return chosen.error();
    auto credentials =
        accounts::user_credentials(chosen->store, session.keys(), {chosen->account, chosen->user});
    if (!credentials) return credentials.error();
    auto urls = live_urls(session, chosen->store, options.live);
    if (!urls) return urls.error();
    bus::ConnectionOptions connection_options = connection_to(session, *std::move(urls), options.live);
    connection_options.credentials = *std::move(credentials);
    auto connection = bus::Connection::open(std::move(connection_options));
    if (!connection) return connection.error();
    const auto url = connection->connected_url();
    if (!url) return url.error();
    const auto taken = connection->round_trip_time();
    if (!taken) return taken.error();
    session.world().out << *url << ": round trip time " << duration_text(*taken) << '\n';
    return {};
}

console::Option subject_argument(ToolOptions& options) {
    return {.names = "subject", .to = &options.subject, .help = "the subject", .required = true};
}

Command tool_command(const char* program, const std::shared_ptr<ToolOptions>& options,
                     console::OptionList more, const char* example) {
    return {
        .options = joined({{subject_argument(*options)}, std::move(more), options->connection()}),
        .examples = {example},
        .run = [options, program](const Session& session) { return run_program(session, *options, program); },
    };
}

console::Option queue_option(ToolOptions& options) {
    return {"-q,--queue", &options.queue, "share the messages with others of this group"};
}

console::Option max_messages_option(ToolOptions& options) {
    return {"--max-messages", &options.max_messages, "end after so many"};
}

}  // namespace

Command tool_pub() {
    const auto options = std::make_shared<ToolOptions>();
    return tool_command("nats-pub", options,
                        {{"body", &options->body, "the message (default: from standard input)"}},
                        "nsctl tool pub hello world");
}

Command tool_sub() {
    const auto options = std::make_shared<ToolOptions>();
    return tool_command("nats-sub", options, {queue_option(*options), max_messages_option(*options)},
                        "nsctl tool sub 'hello.>'");
}

Command tool_req() {
    const auto options = std::make_shared<ToolOptions>();
    return tool_command("nats-req", options,
                        {{"body", &options->body, "the request (default: from standard input)"}},
                        "nsctl tool req help please");
}

Command tool_reply() {
    const auto options = std::make_shared<ToolOptions>();
    return tool_command(
        "nats-rply", options,
        {{"body", &options->body, "the answer"}, queue_option(*options), max_messages_option(*options)},
        "nsctl tool reply help 'here it is'");
}

Command tool_rtt() {
    const auto options = std::make_shared<ToolOptions>();
    return {
        .options = options->connection(),
        .examples = {"nsctl tool rtt"},
        .run = [options](const Session& session) { return round_trip(session, *options); },
    };
}

}  // namespace natscreds::nsctl
