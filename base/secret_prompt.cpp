#include <natscreds/base/secret_prompt.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <span>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <natscreds/base/descriptor.h>

namespace natscreds::base {
namespace {

constexpr std::size_t max_line = 1024;
constexpr std::uint8_t ctrl_c = 3;
constexpr std::uint8_t ctrl_d = 4;

/// The terminal, silent as long as this lives. Ctrl-C is a character, so no signal can leave it silent.
class SilentTerminal {
  public:
    explicit SilentTerminal(int terminal) : terminal_(terminal) {
        silenced_ = tcgetattr(terminal_, &before_) == 0;
        if (!silenced_) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ISIG | ICANON);
        silent.c_cc[VMIN] = 1;
        silent.c_cc[VTIME] = 0;
        silenced_ = tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
    }
    ~SilentTerminal() {
        if (silenced_) (void)tcsetattr(terminal_, TCSAFLUSH, &before_);
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

    [[nodiscard]] bool silenced() const noexcept { return silenced_; }

  private:
    int terminal_;
    termios before_{};
    bool silenced_ = false;
};

Error prompt_error(int code) {
    return {std::error_code(code, std::generic_category()), "/dev/tty"};
}

void say(int terminal, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(terminal, text.data(), text.size());
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// How long the line is, which begins `line`.
Result<std::size_t> read_line(int terminal, std::span<std::uint8_t> line) {
    for (std::size_t length = 0;;) {
        std::uint8_t next = 0;
        const ssize_t got = read(terminal, &next, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return prompt_error(errno);
        if (got == 0 || next == ctrl_c || next == ctrl_d) return prompt_error(EINTR);
        if (next == '\n' || next == '\r') return length;
        const bool rubs_out = next == 127 || next == '\b';
        if (rubs_out) {
            if (length > 0) --length;
            continue;
        }
        if (length == line.size()) return prompt_error(EOVERFLOW);
        line[length++] = next;
    }
}

}  // namespace

Result<Secret> ask_secret(std::string_view question) {
    const Descriptor terminal(open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal.open()) return prompt_error(errno);
    const SilentTerminal silent(terminal.number());
    if (!silent.silenced()) return prompt_error(errno);
    say(terminal.number(), question);
    Result<std::size_t> length = std::size_t{0};
    const Secret line = Secret::filled(
        max_line, [&](std::span<std::uint8_t> memory) { length = read_line(terminal.number(), memory); });
    say(terminal.number(), "\n");
    if (!length) return length.error();
    return Secret::copy_of(line.expose().first(*length));
}

}  // namespace natscreds::base
