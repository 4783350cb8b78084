#pragma once

#include <memory>
#include <string>
#include <vector>

#include <support/process.h>

namespace natscreds::support {

struct TerminalSize {
    int columns = 80;
    int rows = 24;
};

/// A terminal in which a shell runs: a pane of a tmux server of this test's own.
///
/// Holds:   nothing of the machine's tmux is seen or touched. The server is gone, with all that runs in it,
///          when the Terminal is; and when the test has crashed.
/// Fails:   throws, with the screen in the text; which fails the test.
class Terminal {
  public:
    explicit Terminal(TerminalSize size = {});
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// Types a command into the shell.
    void start(const Command& command);

    /// Presses keys by their tmux names ("M-Down", "C-c", "Enter"), one after the other. Each counts as a keystroke.
    void press(const std::vector<std::string>& keys);
    /// Types a text. Each character counts as a keystroke.
    void type(const std::string& text);
    /// Pastes a text, in brackets where the program has asked for that. Counts as one keystroke.
    void paste(const std::string& text);
    /// The keystrokes since the last call.
    int take_keystrokes();

    void resize(TerminalSize size);

    /// What stands on the screen: a line for each row, without the spaces at its end.
    [[nodiscard]] std::string screen() const;
    /// The same with the sequences that set colours and the like.
    [[nodiscard]] std::string styled_screen() const;
    /// Waits until a text stands on the screen, or no longer does.
    void sees(const std::string& text) const;
    void sees_no_more(const std::string& text) const;
    void until(const std::function<bool(const std::string& screen)>& holds, const std::string& what) const;

    /// What tmux knows of the pane, by the names of its formats: "cursor_x", "alternate_on", "cursor_flag",
    /// "pane_current_command", "pane_tty", "pane_pid".
    [[nodiscard]] std::string state(const std::string& format) const;

    /// The process that the shell has started, as it is in the foreground.
    [[nodiscard]] int program() const;

    /// Closes the terminal, as a window is closed: what runs in it gets SIGHUP.
    void close();

  private:
    std::string tmux(const std::vector<std::string>& words) const;

    TempDir folder_;
    std::unique_ptr<Process> server_;
    int keystrokes_ = 0;
};

}  // namespace natscreds::support
