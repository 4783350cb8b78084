#include "screen_loop.h"

#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <exception>
#include <utility>

#include <poll.h>

#include <natscreds/chat-client/terminal/terminal.h>
#include <natscreds/chat-client/view/painter.h>
#include <natscreds/chat-client/view/window.h>

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto between_frames = 33ms;
/// How long the rest of a key's sequence may take to come after its Esc.
constexpr auto escape_wait = 40ms;
/// Presences and credentials run out without anything happening.
constexpr auto tick = 1000ms;

std::tm local_time(base::Time time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm local{};
    localtime_r(&seconds, &local);
    return local;
}

class Loop {
  public:
    Loop(Conversation& conversation, const ScreenStreams& streams, Terminal terminal)
        : conversation_(conversation),
          streams_(streams),
          terminal_(std::move(terminal)),
          window_({.chat = conversation.chat(),
                   .link = conversation.link(),
                   .type = [&conversation](std::string_view line) { conversation.type(line); },
                   .clock = streams.clock,
                   .local_time = local_time,
                   .coloured = streams.coloured}) {
        resize();
    }

    void run() {
        while (!left_ && !conversation_.left()) {
            conversation_.update();
            rings_ = window_.catch_up() || rings_;
            draw_if_due();
            wait();
        }
        window_.put_draft_away();
    }

  private:
    void resize() {
        const TerminalSize size = terminal_.size();
        window_.resize({.width = size.width, .height = size.height});
        painter_.forget();
    }

    /// While the terminal has not taken the last frame there is no use in another.
    void draw_if_due() {
        if (terminal_.is_behind() || Steady::now() < next_frame_) return;
        const bool mouse = conversation_.chat().settings().is_on(Switch::mouse);
        terminal_.set_mouse(mouse ? Terminal::Mouse::ours : Terminal::Mouse::terminals);
        if (std::string title = window_.title(); title != title_)
            terminal_.set_title(title_ = std::move(title));
        terminal_.write((std::exchange(rings_, false) ? "\a" : "") + painter_.paint(window_.frame()));
        next_frame_ = Steady::now() + between_frames;
        drawn_ = true;
    }

    [[nodiscard]] std::chrono::milliseconds timeout() const {
        if (keys_.waits_after_escape()) return escape_wait;
        if (drawn_ || terminal_.is_behind()) return tick;
        const auto until = std::chrono::ceil<std::chrono::milliseconds>(next_frame_ - Steady::now());
        return std::max(until, 0ms);
    }

    void wait() {
        const short output = terminal_.is_behind() ? POLLOUT : 0;
        std::array<pollfd, 4> waiting{{{terminal_.descriptor(), static_cast<short>(POLLIN | output), 0},
                                       {streams_.mailbox.descriptor(), POLLIN, 0},
                                       {streams_.signals.descriptor(), POLLIN, 0},
                                       {streams_.job_signals.descriptor(), POLLIN, 0}}};
        const int ready = poll(waiting.data(), waiting.size(), static_cast<int>(timeout().count()));
        drawn_ = false;
        if (ready <= 0) return take(keys_.take_escape());
        if (waiting[2].revents != 0) {
            (void)streams_.signals.next();
            left_ = true;
        }
        if (waiting[3].revents != 0) take_signal(streams_.job_signals.next());
        if ((waiting[0].revents & POLLOUT) != 0) terminal_.write_on();
        if ((waiting[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) read();
    }

    void take_signal(int signal) {
        if (signal == SIGTSTP) terminal_.suspend();
        if (signal == SIGCONT) terminal_.set_modes();
        resize();
    }

    void read() {
        const std::optional<std::string> bytes = terminal_.read();
        if (!bytes) {
            left_ = true;
            return;
        }
        take(keys_.read(*bytes));
    }

    void take(const std::vector<Input>& inputs) {
        for (const Input& input : inputs) {
            window_.take(input);
            carry_out(window_.take_task());
        }
        // A key is drawn at once.
        if (!inputs.empty()) next_frame_ = Steady::now();
    }

    void carry_out(Window::Task task) {
        switch (task) {
            case Window::Task::none:
                return;
            case Window::Task::leave:
                left_ = true;
                return;
            case Window::Task::suspend:
                // To all of this job; ours comes back as a signal to take.
                kill(0, SIGTSTP);
                return;
            case Window::Task::redraw:
                painter_.forget();
                return;
        }
    }

    Conversation& conversation_;
    const ScreenStreams& streams_;
    Terminal terminal_;
    Window window_;
    Painter painter_;
    KeyReader keys_;
    std::string title_;  ///< that the terminal's window has
    Steady::time_point next_frame_{};
    bool rings_ = false;  ///< the bell, with the next frame
    bool drawn_ = false;
    bool left_ = false;
};

}  // namespace

base::Status run_screen(Conversation& conversation, const ScreenStreams& streams) {
    base::Result<Terminal> terminal = Terminal::open(streams.input);
    if (!terminal) return terminal.error();
    // An exception that nobody catches would end the program before the terminal is given back.
    try {
        Loop(conversation, streams, std::move(*terminal)).run();
    } catch (const std::exception& error) {
        return base::Error{std::make_error_code(std::errc::state_not_recoverable), error.what()};
    }
    return {};
}

}  // namespace natscreds::chat
