#include "server_wait.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/pause.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/bus/backoff.h>
#include <natscreds/bus/connection.h>
#include <natscreds/provisioner/observation/http_server.h>

namespace natscreds::provisioner {
namespace {

using namespace std::chrono_literals;

constexpr bus::Backoff between_attempts{100ms, 2s};
constexpr std::chrono::milliseconds told_to_supervisor{5s};

/// What a server says, or what is wrong with the settings, does not change by waiting.
bool is_absent(const base::Error& error) {
    if (error.code != bus::Errc::cannot_connect) return false;
    constexpr std::array<std::string_view, 5> of_tls{"does not offer TLS", "SSL", "handshake", "certificate",
                                                     "hung up"};
    return std::ranges::none_of(
        of_tls, [&](std::string_view word) { return error.detail.find(word) != std::string::npos; });
}

/// Why there is no server; nothing when there is one, or something to wait for no longer.
std::optional<base::Error> absence(const ServerWait::Parts& parts) {
    base::Result<bus::ConnectionOptions> options = parts.options();
    if (!options) return std::nullopt;
    const auto opened = bus::Connection::open(std::move(*options));
    return !opened && is_absent(opened.error()) ? std::optional(opened.error()) : std::nullopt;
}

/// Tries until there is nothing more to wait for, on a thread of its own: so that a server that does not answer keeps
/// nobody from a signal.
class Attempts {
  public:
    explicit Attempts(const ServerWait::Parts& parts)
        : parts_(parts),
          changed_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          thread_([this](const std::stop_token& stop) { run(stop); }) {}

    struct State {
        std::optional<base::Error> absence = {};  ///< of the last attempt in vain
        bool over = false;
    };
    [[nodiscard]] State state() const {
        std::uint64_t count = 0;
        (void)!::read(changed_.number(), &count, sizeof count);
        const std::lock_guard lock(mutex_);
        return state_;
    }
    /// Readable when state() has changed.
    [[nodiscard]] int changed() const noexcept { return changed_.number(); }

  private:
    void run(const std::stop_token& stop) {
        base::name_thread("server-wait");
        for (unsigned failures = 0; !stop.stop_requested(); ++failures) {
            std::optional<base::Error> absent = absence(parts_);
            const bool over = !absent;
            note(std::move(absent));
            if (over) return;
            base::pause(stop, between_attempts.delay(failures, base::chance(parts_.random)));
        }
    }

    void note(std::optional<base::Error> absent) {
        const std::lock_guard lock(mutex_);
        const bool news = !absent || !state_.absence;
        state_.over = !absent;
        if (absent) state_.absence = std::move(absent);
        if (!news) return;
        const std::uint64_t one = 1;
        (void)!::write(changed_.number(), &one, sizeof one);
    }

    const ServerWait::Parts& parts_;
    const base::Descriptor changed_;
    mutable std::mutex mutex_;
    State state_;
    std::jthread thread_;  ///< last: it uses all the others
};

/// What says outside that it waits, while it does.
base::Result<std::unique_ptr<HttpServer>> say_not_ready(const ServerWait::Parts& parts) {
    if (parts.http.empty()) return std::unique_ptr<HttpServer>();
    return HttpServer::start(
        parts.http, {.metrics = [] { return std::string(); },
                     .ready = []() -> base::Status {
                         return base::Error{bus::Errc::cannot_connect, "no NATS server is there yet"};
                     }});
}

}  // namespace

base::Result<ServerWait::Waited> ServerWait::run() const {
    const Attempts attempts(parts_);
    std::unique_ptr<HttpServer> http;
    bool told = false;
    while (true) {
        look_for_signal(attempts.changed());
        const Attempts::State state = attempts.state();
        if (state.over) break;
        if (!state.absence || std::exchange(told, true)) continue;
        parts_.log.warning("waiting for a NATS server: " + state.absence->message());
        base::Result<std::unique_ptr<HttpServer>> started = say_not_ready(parts_);
        if (!started) return started.error();
        http = std::move(*started);
        if (http) parts_.log.info("until then health on http://" + http->address());
    }
    if (!told) return Waited::not_at_all;
    parts_.log.info("a NATS server is there");
    return Waited::some_time;
}

/// Returns when there is news, or when the supervisor wants to hear something. Nothing is open yet that has to be
/// closed in order, and an attempt to connect cannot be hurried: so the process ends where it stands.
void ServerWait::look_for_signal(int news) const {
    std::array<pollfd, 2> waiting{{{news, POLLIN, 0}, {parts_.signals.descriptor(), POLLIN, 0}}};
    const auto interval =
        std::min(parts_.supervisor.interval().value_or(told_to_supervisor), told_to_supervisor);
    if (poll(waiting.data(), waiting.size(), static_cast<int>(interval.count())) == 0) {
        parts_.supervisor.alive();
        parts_.supervisor.starting();
    }
    // There is nothing to reload before the start.
    if (waiting[1].revents == 0 || parts_.signals.next() == SIGHUP) return;
    parts_.log.info("told to end before it could serve");
    std::_Exit(EXIT_SUCCESS);
}

}  // namespace natscreds::provisioner
