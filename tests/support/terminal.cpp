#include <support/terminal.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace natscreds::support {
namespace {

std::string quoted(const std::string& word) {
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string(R"('\'')") : std::string(1, c);
    return text + "'";
}

/// For a shell: a folder, an environment, a program and its arguments.
std::string shell_text(const Command& command) {
    std::string text = "env";
    for (const auto& [name, value] : command.environment) {
        if (!value) text += " -u " + name;
    }
    for (const auto& [name, value] : command.environment) {
        if (value) text += " " + quoted(name + "=" + *value);
    }
    for (const std::string& word : command.argv)
        text += " " + quoted(word);
    return text;
}

/// In which nobody's settings, prompt or history are.
constexpr const char* settings =
    "set -g default-terminal tmux-256color\n"
    "set -g status off\n"
    "set -g escape-time 0\n"
    "set -g history-limit 5000\n"
    "set -g remain-on-exit off\n"
    "set -g default-command \"exec env PS1='$ ' HISTFILE= /bin/sh -i\"\n";

}  // namespace

Terminal::Terminal(TerminalSize size) {
    const std::string config = folder_.write("tmux.conf", settings).string();
    // In the foreground the server is a child like others, and ends with the test.
    server_ = std::make_unique<Process>(
        Command{.argv = {"tmux", "-S", (folder_ / "socket").string(), "-f", config, "-u", "-D"},
                .environment = {{"TMUX", std::nullopt}, {"NO_COLOR", std::nullopt}, {"LC_ALL", "C.UTF-8"}}});
    const bool ready = eventually([&] {
        return run({.argv = {"tmux", "-N", "-S", (folder_ / "socket").string(), "new-session", "-d", "-x",
                             std::to_string(size.columns), "-y", std::to_string(size.rows)}})
                   .exit_code == 0;
    });
    if (!ready) throw std::runtime_error("no terminal: " + server_->err());
    sees("$");
}

Terminal::~Terminal() = default;

std::string Terminal::tmux(const std::vector<std::string>& words) const {
    std::vector<std::string> argv{"tmux", "-N", "-S", (folder_ / "socket").string()};
    argv.insert(argv.end(), words.begin(), words.end());
    const Outcome outcome = run({.argv = argv, .environment = {{"TMUX", std::nullopt}}});
    if (outcome.exit_code != 0) throw std::runtime_error("tmux " + words.at(0) + ": " + outcome.err);
    return outcome.out;
}

void Terminal::start(const Command& command) {
    tmux({"send-keys", "-l", shell_text(command)});
    tmux({"send-keys", "Enter"});
}

void Terminal::press(const std::vector<std::string>& keys) {
    std::vector<std::string> words{"send-keys"};
    words.insert(words.end(), keys.begin(), keys.end());
    tmux(words);
    keystrokes_ += static_cast<int>(keys.size());
}

void Terminal::type(const std::string& text) {
    tmux({"send-keys", "-l", text});
    keystrokes_ += static_cast<int>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

void Terminal::paste(const std::string& text) {
    tmux({"load-buffer", folder_.write("pasted", text).string()});
    tmux({"paste-buffer", "-p"});
    ++keystrokes_;
}

int Terminal::take_keystrokes() {
    return std::exchange(keystrokes_, 0);
}

void Terminal::resize(TerminalSize size) {
    tmux({"resize-window", "-x", std::to_string(size.columns), "-y", std::to_string(size.rows)});
}

std::string Terminal::screen() const {
    return tmux({"capture-pane", "-p"});
}

std::string Terminal::styled_screen() const {
    return tmux({"capture-pane", "-p", "-e"});
}

void Terminal::until(const std::function<bool(const std::string& screen)>& holds,
                     const std::string& what) const {
    std::string shown;
    const bool held = eventually([&] {
        shown = screen();
        return holds(shown);
    });
    if (!held) throw std::runtime_error("the screen has not " + what + ":\n" + shown);
}

void Terminal::sees(const std::string& text) const {
    until([&](const std::string& shown) { return shown.find(text) != std::string::npos; }, "'" + text + "'");
}

void Terminal::sees_no_more(const std::string& text) const {
    until([&](const std::string& shown) { return shown.find(text) == std::string::npos; },
          "lost '" + text + "'");
}

std::string Terminal::state(const std::string& format) const {
    std::string text = tmux({"display-message", "-p", "#{" + format + "}"});
    text.pop_back();
    return text;
}

int Terminal::program() const {
    const std::string shell = state("pane_pid");
    return std::stoi(read_text("/proc/" + shell + "/task/" + shell + "/children"));
}

void Terminal::close() {
    tmux({"kill-server"});
}

}  // namespace natscreds::support
