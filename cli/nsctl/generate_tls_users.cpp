#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include <CLI/CLI.hpp>

#include <natscreds/accounts/tls_users.h>
#include <natscreds/base/file.h>

#include "commands.h"

namespace natscreds::nsctl {
namespace {

constexpr std::size_t most_bytes = 16 * 1024 * 1024;

struct Options {
    std::string users;
    std::string file;
    std::optional<int> timeout;
};

base::Status generate(const Session& session, const Options& options) {
    const auto list = base::read_file(options.users, most_bytes);
    if (!list) return list.error();
    std::optional<std::chrono::seconds> timeout;
    if (options.timeout) timeout = std::chrono::seconds(*options.timeout);
    const auto config = accounts::tls_users_config(*list, timeout);
    if (!config) return config.error().within(options.users);
    if (options.file.empty() || options.file == "--") {
        session.world().out << *config;
        return {};
    }
    // In one step, and again and again: a server may be reading it.
    base::Status written = base::write_file(options.file, base::as_bytes(*config),
                                            {.existing = base::Existing::replace, .mode = 0644});
    if (!written) return written;
    session.done("wrote users by certificate to `" + session.shown(options.file) + "`");
    return {};
}

}  // namespace

Action define_generate_tls_users(CLI::App& command) {
    const auto options = std::make_shared<Options>();
    command.add_option("FILE", options->users, "users.json, as the NATS operator for Kubernetes has it")
        ->required();
    command.add_option("--config-file", options->file, "file to write or replace (default: standard output)");
    command.add_option("--timeout", options->timeout, "seconds in which clients must have authenticated")
        ->check(CLI::Range(1, 600));
    command.footer(
        "Users are named by their certificate's DN (CN=nats.io,OU=ACME), or by an email address of its SAN.\n"
        "Examples:\n  nsctl generate tls-users users.json > users.conf\n"
        "  nsctl generate tls-users users.json --timeout 5 --config-file users.conf\n"
        "and in the server's configuration:\n  tls { ... verify_and_map: true }\n  include \"users.conf\"");
    return [options](const Session& session) { return generate(session, *options); };
}

}  // namespace natscreds::nsctl
