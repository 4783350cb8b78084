#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/chat-client/terminal/terminal.h>

using namespace natscreds::chat;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A terminal without anybody at it: what is written to `inside` can be read from `outside`.
struct Pty {
    int outside = -1;
    int inside = -1;

    explicit Pty(winsize size = {.ws_row = 10, .ws_col = 40, .ws_xpixel = 0, .ws_ypixel = 0}) {
        REQUIRE(openpty(&outside, &inside, nullptr, nullptr, &size) == 0);
        REQUIRE(fcntl(outside, F_SETFL, O_NONBLOCK) == 0);
    }
    ~Pty() {
        close(inside);
        if (outside >= 0) close(outside);
    }
    Pty(const Pty&) = delete;
    Pty& operator=(const Pty&) = delete;

    [[nodiscard]] tcflag_t modes() const {
        termios now{};
        REQUIRE(tcgetattr(inside, &now) == 0);
        return now.c_lflag;
    }
    [[nodiscard]] std::string shown() const {
        std::string all;
        std::array<char, 65536> bytes{};
        for (ssize_t count = 0; (count = read(outside, bytes.data(), bytes.size())) > 0;)
            all.append(bytes.data(), static_cast<std::size_t>(count));
        return all;
    }
};

}  // namespace

TEST_CASE("Terminal: a crash, abort() and a signal that nobody waits for give it back too") {
    const int signal = GENERATE(SIGABRT, SIGSEGV, SIGUSR1);
    const Pty pty;
    const tcflag_t before = pty.modes();
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // The test's own handlers would tell of it as of a failure.
        std::signal(signal, SIG_DFL);
        auto terminal = Terminal::open(pty.inside);
        if (terminal) raise(signal);
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK((!WIFEXITED(status) || WEXITSTATUS(status) != 0));
    CHECK(pty.modes() == before);
    CHECK_THAT(pty.shown(), ContainsSubstring("\x1b[?1049l"));
}

TEST_CASE("Terminal: while it is ours keys come unseen, and afterwards it is as it was") {
    const Pty pty;
    const tcflag_t before = pty.modes();
    {
        const auto terminal = Terminal::open(pty.inside);
        REQUIRE(terminal);
        CHECK((pty.modes() & (ICANON | ECHO | ISIG)) == 0U);
        CHECK_THAT(pty.shown(), ContainsSubstring("\x1b[?1049h") && ContainsSubstring("\x1b[?2004h"));
    }
    CHECK(pty.modes() == before);
    CHECK_THAT(pty.shown(), ContainsSubstring("\x1b[?2004l") && ContainsSubstring("\x1b[?25h") &&
                                ContainsSubstring("\x1b[?1049l"));
}

TEST_CASE("Terminal: it does not make the description non-blocking that others have of it") {
    const Pty pty;
    const auto terminal = Terminal::open(pty.inside);
    REQUIRE(terminal);
    CHECK((fcntl(pty.inside, F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("Terminal: it says how large it is, and 80x24 where it does not know") {
    const Pty small;
    CHECK(Terminal::open(small.inside)->size().width == 40);
    CHECK(Terminal::open(small.inside)->size().height == 10);
    const Pty unknown(winsize{});
    CHECK(Terminal::open(unknown.inside)->size().width == 80);
}

TEST_CASE("Terminal: one that takes nothing holds nobody up, and gets the rest when it takes more") {
    const Pty pty;
    auto terminal = Terminal::open(pty.inside);
    REQUIRE(terminal);
    const std::string much(1'000'000, 'x');
    terminal->write(much);
    CHECK(terminal->is_behind());
    std::string seen;
    while (terminal->is_behind()) {
        seen += pty.shown();
        terminal->write_on();
    }
    seen += pty.shown();
    CHECK(std::ranges::count(seen, 'x') == static_cast<std::ptrdiff_t>(much.size()));
}

TEST_CASE("Terminal: what is typed is read, and a terminal that is gone is told from a silent one") {
    Pty pty;
    auto terminal = Terminal::open(pty.inside);
    REQUIRE(terminal);
    CHECK(terminal->read() == std::string());
    REQUIRE(write(pty.outside, "a\x03", 2) == 2);
    pollfd readable{terminal->descriptor(), POLLIN, 0};
    REQUIRE(poll(&readable, 1, 5000) == 1);
    CHECK(terminal->read() == std::string("a\x03"));
    close(std::exchange(pty.outside, -1));
    CHECK_FALSE(terminal->read().has_value());
}
