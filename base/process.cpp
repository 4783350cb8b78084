#include <natscreds/base/process.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lock_failures.h"

namespace natscreds::base {
namespace {

Error system_error(const char* doing) {
    return {std::error_code(errno, std::generic_category()), doing};
}

void tell_of_unlocked(int error) noexcept {
    const std::string text =
        std::string(program_invocation_short_name) +
        ": keys and passwords may be swapped to disk, for memory cannot be locked: " + std::strerror(error) +
        "\nhint: raise the limit: LimitMEMLOCK= in a unit of systemd, `ulimit -l` in a shell\n";
    std::cerr << text << std::flush;
}

}  // namespace

void tell_of_unlocked_secrets() {
    lock_failures.tell_by(tell_of_unlocked);
}

Status harden_process() {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return system_error("forbidding core dumps");
    // RLIMIT_CORE alone does not stop a core_pattern that is a pipe.
    if (prctl(PR_SET_DUMPABLE, 0) != 0) return system_error("forbidding core dumps");
    return {};
}

std::optional<std::string> environment_variable(std::string_view name) {
    const char* const value = std::getenv(std::string(name).c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

std::string user_at_host() {
    const uid_t user = getuid();
    const passwd* const entry = getpwuid(user);
    std::array<char, HOST_NAME_MAX + 1> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) host = {"?"};
    return (entry != nullptr ? entry->pw_name : std::to_string(user)) + "@" + host.data();
}

SignalWait::SignalWait(std::initializer_list<int> signals) {
    sigemptyset(&signals_);
    for (const int signal : signals)
        sigaddset(&signals_, signal);
    if (pthread_sigmask(SIG_BLOCK, &signals_, nullptr) != 0) std::abort();
    descriptor_ = signalfd(-1, &signals_, SFD_CLOEXEC);
    if (descriptor_ < 0) std::abort();
}

void SignalWait::release() const {
    pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}

SignalWait::~SignalWait() {
    close(descriptor_);
}

int SignalWait::next() const {
    signalfd_siginfo info{};
    while (read(descriptor_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) {
        if (errno != EINTR) std::abort();
    }
    return static_cast<int>(info.ssi_signo);
}

}  // namespace natscreds::base
