#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/servers/tls_users.h>
#include <natscreds/base/file.h>

#include "commands.h"
#include "shared/output.h"

namespace natscreds::nsctl {
namespace {

constexpr std::size_t max_users_bytes = 16 * 1024 * 1024;

struct GenerateTlsUsersOptions {
    std::string users;
    std::string file;
    std::optional<std::int64_t> timeout;
};

base::Status generate(const Session& session, const GenerateTlsUsersOptions& options) {
    const auto list = base::read_file(options.users, max_users_bytes);
    if (!list) return list.error();
    std::optional<std::chrono::seconds> timeout;
    if (options.timeout) timeout = std::chrono::seconds(*options.timeout);
    const auto config = accounts::tls_users_config(*list, timeout);
    if (!config) return config.error().within(options.users);
    // In one step, and again and again: a server may be reading it.
    return write_output(session, options.file, *config,
                        {.done = "wrote users by certificate to ", .mode = 0644});
}

}  // namespace

Command generate_tls_users() {
    const auto options = std::make_shared<GenerateTlsUsersOptions>();
    return {
        .options =
            {
                {.names = "FILE",
                 .to = &options->users,
                 .help = "users.json, as the NATS operator for Kubernetes has it",
                 .takes = Takes::file,
                 .required = true},
                {"--config-file", &options->file, "file to write or replace (default: standard output)",
                 Takes::file},
                {.names = "--timeout",
                 .to = &options->timeout,
                 .help = "seconds in which clients must have authenticated",
                 .range = console::Range{1, 600}},
            },
        .notes =
            "Users are named by their certificate's DN (CN=nats.io,OU=ACME), or by an email address of its "
            "SAN.",
        .examples = {"nsctl generate tls-users users.json > users.conf",
                     "nsctl generate tls-users users.json --timeout 5 --config-file users.conf"},
        .more =
            "and in the server's configuration:\n  tls { ... verify_and_map: true }\n  include "
            "\"users.conf\"",
        .run = [options](const Session& session) { return generate(session, *options); },
    };
}

}  // namespace natscreds::nsctl
