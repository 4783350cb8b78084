#include <natscreds/chat-client/terminal/terminal.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "last_words.h"

namespace natscreds::chat {
namespace {

constexpr std::string_view alternate_screen = "\x1b[?1049h";
constexpr std::string_view bracketed_paste = "\x1b[?2004h";
// In the alternate screen many terminals make cursor keys of the wheel (1007): what they did before is theirs to keep.
constexpr std::string_view no_wheel_keys = "\x1b[?1007s\x1b[?1007l";
// The title that the window had, xterm keeps on a stack of its own.
constexpr std::string_view keep_title = "\x1b[22;2t";
constexpr std::string_view mouse_on = "\x1b[?1000h\x1b[?1006h";
constexpr std::string_view mouse_off = "\x1b[?1006l\x1b[?1000l";
constexpr std::string_view leave =
    "\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[?1007r\x1b[?2004l\x1b[0m\x1b[?25h\x1b[23;2t\x1b[?1049l";
constexpr int last_words_milliseconds = 500;

base::Error system_error(const char* what) {
    return {std::error_code(errno, std::generic_category()), what};
}

/// After su(1) the terminal's file is somebody else's, and /dev/tty may be gone: then it is used as it is.
int open_again(int terminal) {
    constexpr int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    std::array<char, 256> name{};
    if (ttyname_r(terminal, name.data(), name.size()) == 0) {
        if (const int descriptor = open(name.data(), flags); descriptor >= 0) return descriptor;
    }
    if (const int descriptor = open("/dev/tty", flags); descriptor >= 0) return descriptor;
    return fcntl(terminal, F_DUPFD_CLOEXEC, 0);
}

}  // namespace

base::Result<Terminal> Terminal::open(int input) {
    const int descriptor = open_again(input);
    if (descriptor < 0) return system_error("opening the terminal");
    termios before{};
    if (tcgetattr(descriptor, &before) != 0) {
        const base::Error error = system_error("reading the terminal's modes");
        close(descriptor);
        return error;
    }
    return Terminal(descriptor, before);
}

Terminal::Terminal(Terminal&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      before_(other.before_),
      mouse_(other.mouse_),
      title_(std::move(other.title_)),
      waiting_(std::move(other.waiting_)) {}

Terminal::~Terminal() {
    if (descriptor_ < 0) return;
    give_back();
    close(descriptor_);
}

void Terminal::set_modes() {
    termios raw = before_;
    cfmakeraw(&raw);
    tcsetattr(descriptor_, TCSANOW, &raw);
    write(bracketed_paste);
    if (mouse_ == Mouse::ours) write(mouse_on);
}

void Terminal::set_title(const std::string& title) {
    title_ = title;
    write("\x1b]2;" + title + "\x1b\\");
}

void Terminal::set_mouse(Mouse mouse) {
    if (mouse == std::exchange(mouse_, mouse)) return;
    write(mouse == Mouse::ours ? mouse_on : mouse_off);
}

void Terminal::take() {
    set_last_words({.terminal = descriptor_, .modes = before_, .text = leave});
    write(alternate_screen);
    write(no_wheel_keys);
    write(keep_title);
    if (!title_.empty()) set_title(title_);
    set_modes();
}

void Terminal::give_back() {
    write(leave);
    pollfd writable{descriptor_, POLLOUT, 0};
    while (is_behind() && poll(&writable, 1, last_words_milliseconds) > 0)
        write_on();
    waiting_.clear();
    tcsetattr(descriptor_, TCSANOW, &before_);
    clear_last_words();
}

TerminalSize Terminal::size() const {
    winsize size{};
    if (ioctl(descriptor_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return {.width = 80, .height = 24};
    return {.width = size.ws_col, .height = size.ws_row};
}

std::optional<std::string> Terminal::read() {
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count > 0) return std::string(bytes.data(), static_cast<std::size_t>(count));
    const bool nothing_yet = count < 0 && (errno == EAGAIN || errno == EINTR);
    return nothing_yet ? std::optional(std::string()) : std::nullopt;
}

void Terminal::write(std::string_view bytes) {
    waiting_ += bytes;
    write_on();
}

void Terminal::write_on() {
    while (is_behind()) {
        const ssize_t count = ::write(descriptor_, waiting_.data(), waiting_.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return;
        // A terminal that is gone takes nothing; read() tells of it.
        waiting_.erase(0, count > 0 ? static_cast<std::size_t>(count) : waiting_.size());
    }
}

void Terminal::suspend() {
    give_back();
    sigset_t stop{};
    sigset_t before{};
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &before);
    // Here the process stops, until SIGCONT.
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    take();
}

}  // namespace natscreds::chat
