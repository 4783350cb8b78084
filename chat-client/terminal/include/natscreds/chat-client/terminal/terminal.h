#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <termios.h>

#include <natscreds/base/result.h>

namespace natscreds::chat {

struct TerminalSize {
    int width;
    int height;
};

/// A terminal that is ours: keys come one by one and unseen, and the screen is the alternate one.
///
/// Holds:   however this object ends, the terminal is as it was before, and so it is where a signal ends the process
///          (a crash, abort()), other than SIGKILL. It does not wait for the terminal: what
///          that does not take yet is kept. For this it is opened once more, so that nobody else's description of
///          it becomes non-blocking; where that is not allowed, writing may wait after all.
/// Thread:  one.
class Terminal {
  public:
    /// Fails: the system's reason, where `input` is no terminal.
    [[nodiscard]] static base::Result<Terminal> open(int input);

    Terminal(Terminal&& other) noexcept;
    Terminal& operator=(Terminal&&) = delete;
    ~Terminal();

    /// For poll(2).
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    /// 80x24 where the terminal does not say.
    [[nodiscard]] TerminalSize size() const;

    /// What has been typed; nothing when the terminal is gone.
    [[nodiscard]] std::optional<std::string> read();

    void write(std::string_view bytes);
    /// Writes on, where the terminal takes more now. To be called when the descriptor is writable.
    void write_on();
    [[nodiscard]] bool is_behind() const noexcept { return !waiting_.empty(); }

    /// Whether the mouse is told of as keys ("wheel-up"), or selects text. At first it is the terminal's.
    enum class Mouse { terminals, ours };
    void set_mouse(Mouse mouse);

    /// What its window is called, without control characters; where it can, it is called as before when it is given
    /// back.
    void set_title(const std::string& title);

    /// Gives the terminal back, stops this process as SIGTSTP does, and when it goes on takes it again.
    void suspend();
    /// After this process was stopped by others: they may have changed the terminal's modes.
    void set_modes();

  private:
    Terminal(int descriptor, const termios& before) : descriptor_(descriptor), before_(before) { take(); }

    void take();
    void give_back();

    int descriptor_;
    termios before_;
    Mouse mouse_ = Mouse::terminals;
    std::string title_;
    std::string waiting_;
};

}  // namespace natscreds::chat
