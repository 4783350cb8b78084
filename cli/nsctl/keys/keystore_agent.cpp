#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <sys/socket.h>

#include <natscreds/accounts/key_agent_socket.h>
#include <natscreds/base/program.h>

#include "commands.h"
#include "errors.h"
#include "shared/agent.h"
#include "shared/passphrase.h"
#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

using What = accounts::AgentRequest::What;
using std::chrono::seconds;

/// So long an agent that was started waits for its key.
constexpr seconds agent_patience{60};

struct UnlockOptions {
    std::string time = "15m";
};

base::Result<std::filesystem::path> socket_of_agent(const Session& session) {
    const auto socket = agent_socket(session.world());
    if (!socket) return base::Error{Errc::no_runtime_folder, ""};
    return *socket;
}

base::Result<seconds> kept_time(const std::string& text) {
    const auto time = parse_duration(text);
    if (!time) return time.error();
    const auto whole = std::chrono::floor<seconds>(*time);
    if (whole < seconds(1) || whole > accounts::max_kept_time) return base::Error{Errc::bad_kept_time, text};
    return whole;
}

/// Starts an agent where there is none. It is given the socket, already listening, as its standard input: whoever asks
/// from now on is answered.
base::Status have_agent(const World& world, const std::filesystem::path& socket) {
    const auto listener = accounts::listen_for_agent(socket);
    if (!listener) return listener.error();
    if (!*listener) return {};
    return base::start_in_background(world.program, {"nsctl", "keystore", "agent"}, **listener);
}

/// Nobody listens there, or whoever did has ended meanwhile.
bool is_gone(const base::Error& error) {
    return error.code == std::errc::no_such_file_or_directory ||
           error.code == std::errc::connection_refused || error.code == std::errc::connection_reset;
}

base::Status unlock_keystore(const Session& session, const UnlockOptions& options) {
    const auto time = kept_time(options.time);
    if (!time) return time.error();
    const auto socket = socket_of_agent(session);
    if (!socket) return socket.error();
    const auto settings = session.keys().seal_settings();
    if (!settings) return settings.error();
    if (!*settings) return base::Error{Errc::not_sealed, session.shown(session.keys().folder())};
    const auto passphrase = ask_passphrase(session.world(), Passphrase::known)();
    if (!passphrase) return passphrase.error();
    const auto key = session.keys().sealing_key(*passphrase);
    if (!key) return key.error();
    if (const base::Status there = have_agent(session.world(), *socket); !there) return there;
    const auto kept = accounts::ask_agent(*socket, {.what = What::keep,
                                                    .time = *time,
                                                    .settings = **settings,
                                                    .key = base::Secret::copy_of((*key)->secret().expose())});
    if (!kept && is_gone(kept.error())) return base::Error{Errc::agent_gone, session.shown(*socket)};
    if (!kept) return kept.error();
    session.done("unlocked " + session.shown(session.keys().folder()) + " for " +
                 std::to_string(kept->left.count()) + " s");
    return {};
}

base::Status lock_keystore(const Session& session) {
    const auto socket = socket_of_agent(session);
    if (!socket) return socket.error();
    const auto answered = accounts::ask_agent(*socket, {.what = What::forget});
    if (!answered && !is_gone(answered.error())) return answered.error();
    session.done(answered ? "the agent has forgotten the key" : "no agent keeps a key");
    return {};
}

/// The listening socket that is standard input, where there is one, as inetd gives it to a program.
std::optional<base::Descriptor> given_listener() {
    int listening = 0;
    socklen_t size = sizeof(listening);
    const bool given = getsockopt(0, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
    if (!given) return std::nullopt;
    return base::Descriptor(0);
}

base::Status run_agent(const Session& session) {
    if (session.world().intervals == nullptr) return base::Error{Errc::no_runtime_folder, ""};
    std::optional<base::Descriptor> listener = given_listener();
    if (!listener) {
        const auto socket = socket_of_agent(session);
        if (!socket) return socket.error();
        auto made = accounts::listen_for_agent(*socket);
        if (!made) return made.error();
        if (!*made) return base::Error{Errc::agent_there, session.shown(*socket)};
        listener = *std::move(made);
    }
    accounts::KeyAgent agent(*session.world().intervals);
    return accounts::serve_agent(*listener, agent, agent_patience);
}

}  // namespace

Command keystore_unlock() {
    const auto options = std::make_shared<UnlockOptions>();
    return {
        .options = {{"--for", &options->time, "how long, as 15m or 8h"}},
        .notes =
            "Asks for the passphrase once; an agent keeps the key that it makes in locked memory, and "
            "answers only "
            "programs of the same user. It forgets the key after that time, also when the machine sleeps.",
        .examples = {"nsctl keystore unlock", "nsctl keystore unlock --for 8h"},
        .run = [options](const Session& session) { return unlock_keystore(session, *options); },
    };
}

Command keystore_lock() {
    return {
        .examples = {"nsctl keystore lock"},
        .run = [](const Session& session) { return lock_keystore(session); },
    };
}

Command keystore_agent() {
    return {
        .notes =
            "keystore unlock starts one by itself. This one stays in the foreground, for a service manager: "
            "it waits "
            "a minute for keystore unlock, and ends when it has forgotten the key. It listens at "
            "NSCTL_AGENT_SOCKET, at nsctl-agent.sock in XDG_RUNTIME_DIR, or at the socket that it is given "
            "as its "
            "standard input.",
        .examples = {"nsctl keystore agent"},
        .run = [](const Session& session) { return run_agent(session); },
    };
}

}  // namespace natscreds::nsctl
