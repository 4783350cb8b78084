#include "last_words.h"

#include <array>
#include <csignal>
#include <cstddef>

#include <unistd.h>

namespace natscreds::chat {
namespace {

/// All that end a process by themselves, but for those that main waits for, and SIGKILL.
constexpr std::array deadly{SIGABRT, SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGSYS,    SIGTRAP,
                            SIGXCPU, SIGXFSZ, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF};

// A handler is told nothing but the signal's number: what it needs can only stand here.
LastWords last_words{};
std::array<struct sigaction, deadly.size()> former{};
volatile std::sig_atomic_t has_last_words = 0;

void restore_former() noexcept {
    for (std::size_t i = 0; i < deadly.size(); ++i)
        sigaction(deadly[i], &former[i], nullptr);
}

/// Only calls that signal-safety(7) allows.
void say_last_words(int signal) noexcept {
    if (has_last_words != 0) {
        has_last_words = 0;
        [[maybe_unused]] const ssize_t written =
            write(last_words.terminal, last_words.text.data(), last_words.text.size());
        tcsetattr(last_words.terminal, TCSANOW, &last_words.modes);
    }
    restore_former();
    raise(signal);
}

}  // namespace

void set_last_words(const LastWords& words) {
    clear_last_words();
    last_words = words;
    struct sigaction saying {};
    saying.sa_handler = say_last_words;
    sigemptyset(&saying.sa_mask);
    for (std::size_t i = 0; i < deadly.size(); ++i) {
        sigaction(deadly[i], nullptr, &former[i]);
        const bool ignored = (former[i].sa_flags & SA_SIGINFO) == 0 && former[i].sa_handler == SIG_IGN;
        if (!ignored) sigaction(deadly[i], &saying, nullptr);
    }
    has_last_words = 1;
}

void clear_last_words() {
    if (has_last_words == 0) return;
    has_last_words = 0;
    restore_former();
}

}  // namespace natscreds::chat
