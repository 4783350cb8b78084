#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <system_error>

#include <natscreds/base/process.h>
#include <natscreds/cli/console/reporter.h>
#include <poll.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "servers/running_server.h"
#include "servers/watched_files.h"

namespace natscreds::nsctl {
namespace {

struct ReloadOptions {
    Strings files;
    std::string pid_file;
};

/// Whoever replaces several files is given this long between one and the next.
constexpr int settled_after_ms = 250;

base::Status reload(const Session& session, const ReloadOptions& options) {
    const auto server = RunningServer::find(options.pid_file);
    if (!server) return server.error();
    if (base::Status sound = server->check(); !sound) return sound;
    if (base::Status asked = server->reload(); !asked) return asked;
    session.done("nats-server " + std::to_string(server->pid()) + " reloads");
    return {};
}

std::string listed(const Strings& files) {
    std::string list;
    for (const std::string& file : files)
        list += (list.empty() ? "`" : ", `") + file + "`";
    return list;
}

/// Until a change has come and settled, or a signal. Says which.
enum class Woken { by_change, by_signal };

Woken wait(const WatchedFiles& files, const base::SignalWait& ending) {
    std::array<pollfd, 2> ready{pollfd{ending.descriptor(), POLLIN, 0},
                                pollfd{files.descriptor(), POLLIN, 0}};
    int timeout = -1;
    while (true) {
        const int found = poll(ready.data(), ready.size(), timeout);
        if (found == 0) return Woken::by_change;
        if (found < 0) continue;
        if (ready[0].revents != 0) return Woken::by_signal;
        files.drain();
        timeout = settled_after_ms;
    }
}

/// A change that the server would not take is told, and the next one waited for: that may mend it.
base::Status watch(const Session& session, const ReloadOptions& options) {
    const base::SignalWait ending({SIGTERM, SIGINT});
    auto files = WatchedFiles::open(options.files);
    if (!files) return files.error();
    if (const auto server = RunningServer::find(options.pid_file); !server) return server.error();
    session.done("watching " + listed(options.files));
    const console::Reporter reporter("nsctl", session.world().err);
    while (wait(*files, ending) == Woken::by_change) {
        const auto changed = files->changed();
        if (!changed) return changed.error();
        if (changed->empty()) continue;
        session.done("changed: " + listed(*changed));
        if (const base::Status done = reload(session, options); !done) report(reporter, done.error());
    }
    return {};
}

}  // namespace

Command reload() {
    const auto options = std::make_shared<ReloadOptions>();
    return {
        .options =
            {
                {.names = "--watch",
                 .to = &options->files,
                 .help = "stay, and reload when one of these files is another one; configuration, users,\n"
                         "certificates and keys, also in a secret that Kubernetes mounts",
                 .takes = Takes::file,
                 .value = "FILE...",
                 .several = console::Several::words},
                {.names = "-P,--pid-file",
                 .to = &options->pid_file,
                 .help = "file with the server's process id",
                 .takes = Takes::file,
                 .required = true},
            },
        .notes =
            "The server is asked first whether it would take its configuration (nats-server -t); if not, it "
            "is\n"
            "left alone, and what it says is told. Nobody is disconnected who is still allowed to connect.",
        .examples = {"nsctl reload --pid-file nats.pid",
                     "nsctl reload --watch server.conf users.conf tls/server.pem --pid-file nats.pid"},
        .run =
            [options](const Session& session) {
                return options->files.empty() ? reload(session, *options) : watch(session, *options);
            },
    };
}

}  // namespace natscreds::nsctl
