#include "impatience.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <natscreds/base/thread_name.h>

namespace natscreds::chat {
namespace {

using Steady = std::chrono::steady_clock;

/// Not through the destructors: it is they who may wait.
[[noreturn]] void end(int exit_code) {
    std::_Exit(exit_code);
}

int milliseconds_until(const std::optional<Steady::time_point>& end) {
    if (!end) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*end - Steady::now());
    return static_cast<int>(std::max(left.count(), std::chrono::milliseconds::rep(0)));
}

}  // namespace

Impatience::Impatience(const base::SignalWait& signals, Limits limits) : over_(eventfd(0, EFD_CLOEXEC)) {
    if (!over_.open()) std::abort();
    thread_ = std::thread([this, &signals, limits] { wait(signals, limits); });
}

Impatience::~Impatience() {
    const std::uint64_t one = 1;
    (void)!write(over_.number(), &one, sizeof one);
    thread_.join();
}

void Impatience::wait(const base::SignalWait& signals, const Limits& limits) const {
    base::name_thread("leave");
    std::optional<Steady::time_point> last;
    if (limits.deadline) last = Steady::now() + *limits.deadline;
    std::array<pollfd, 2> waiting{{{over_.number(), POLLIN, 0}, {signals.descriptor(), POLLIN, 0}}};
    for (;;) {
        const int ready = poll(waiting.data(), waiting.size(), milliseconds_until(last));
        if (ready == 0) end(limits.exit_code);
        if (ready < 0) continue;
        if (waiting[0].revents != 0) return;
        const int signal = signals.next();
        // A terminal that is closed may say so twice, and is no reason to leave without a goodbye.
        if (signal != SIGHUP) end(128 + signal);
    }
}

}  // namespace natscreds::chat
