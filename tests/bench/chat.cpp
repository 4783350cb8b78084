// How soon a key is on the screen, idle and while others write 60,000 messages a minute, through a pseudo-terminal
// as a person would see it; what memory that takes; and how soon the first screen is there.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <natscreds/base/random.h>
#include <natscreds/bus/connection.h>
#include <natscreds/chat-client/model/message.h>
#include <support/metronome.h>
#include <support/nats_server.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/trust_tree.h>

using namespace natscreds;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int messages = 60'000;
constexpr std::chrono::milliseconds flood_time = 60s;
constexpr auto between_keys = 100ms;
constexpr int idle_keys = 100;
constexpr int starts = 11;

void demand(bool holds, const char* what) {
    if (holds) return;
    std::perror(what);
    std::exit(EXIT_FAILURE);
}

/// nats-chat on a pseudo-terminal of 80 by 24.
class Chat {
  public:
    Chat(const std::string& url, const std::string& creds)
        : terminal_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        demand(terminal_ >= 0 && grantpt(terminal_) == 0 && unlockpt(terminal_) == 0, "pseudo-terminal");
        const winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
        demand(ioctl(terminal_, TIOCSWINSZ, &size) == 0, "size");
        const std::string program = support::program("nats-chat");
        const std::string other_side = ptsname(terminal_);
        pid_ = fork();
        demand(pid_ >= 0, "fork");
        if (pid_ == 0) become(other_side.c_str(), {program.c_str(), url.c_str(), creds.c_str()});
    }
    ~Chat() {
        kill(pid_, SIGTERM);
        while (waitpid(pid_, nullptr, WNOHANG) == 0)
            (void)read_some(Clock::now() + 20ms);
        close(terminal_);
    }
    Chat(const Chat&) = delete;
    Chat& operator=(const Chat&) = delete;

    void press(const std::string& keys) const {
        demand(write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()), "key");
    }

    /// Returns when the text has been written since the last call that found one.
    void wait_for(const std::string& text) {
        const auto deadline = Clock::now() + 30s;
        for (std::size_t at = 0; (at = written_.find(text)) == std::string::npos;) {
            // What cannot be the beginning of the text any more is forgotten.
            if (written_.size() > 1'000'000) written_.erase(0, written_.size() - text.size());
            if (Clock::now() > deadline) throw std::runtime_error("the screen never had " + text);
            written_ += read_some(deadline);
        }
        written_.clear();
    }
    void look_until(Clock::time_point moment) {
        while (Clock::now() < moment)
            written_ += read_some(moment);
    }

    [[nodiscard]] double resident_megabytes() const {
        const std::string status = support::read_text("/proc/" + std::to_string(pid_) + "/status");
        const std::size_t at = status.find("VmRSS:") + 6;
        return std::strtod(status.c_str() + at, nullptr) / 1024;
    }

  private:
    struct Words {
        const char* program;
        const char* url;
        const char* creds;
    };
    [[noreturn]] static void become(const char* terminal, const Words& words) {
        setsid();
        const int side = open(terminal, O_RDWR);
        for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
            dup2(side, descriptor);
        setenv("TERM", "xterm-256color", 1);
        execl(words.program, words.program, "-s", words.url, "--creds", words.creds, nullptr);
        _exit(127);
    }

    [[nodiscard]] std::string read_some(Clock::time_point deadline) const {
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd readable{terminal_, POLLIN, 0};
        if (poll(&readable, 1, static_cast<int>(std::max(wait, 0ms).count())) <= 0) return "";
        std::array<char, 65'536> bytes{};
        const ssize_t count = read(terminal_, bytes.data(), bytes.size());
        return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : "";
    }

    int terminal_;
    pid_t pid_ = 0;
    std::string written_;
};

/// What ten people will have said, signed beforehand.
std::vector<std::string> signed_posts() {
    std::vector<nkeys::SigningKey> keys;
    for (int i = 0; i < 10; ++i)
        keys.push_back(support::new_key(nkeys::Kind::user));
    base::SystemRandom random;
    std::vector<std::string> posts;
    for (int i = 1; i <= messages; ++i) {
        const std::string name = "talker-" + std::to_string(i % 10);
        const std::string text =
            "message " + std::to_string(i) + " of a flood in which nobody can read a word";
        posts.push_back(chat::encode_post(
            {.id = chat::new_message_id(random), .text = text}, "KUBECON",
            {.key = keys[static_cast<std::size_t>(i % 10)], .name = name, .now = support::real_time()}));
    }
    return posts;
}

bus::Connection connect(const std::string& url, const support::TrustTree& tree) {
    bus::ConnectionOptions options;
    options.servers = {url};
    options.credentials = tree.credentials(support::new_key(nkeys::Kind::user), {});
    return bus::Connection::open(std::move(options)).value();
}

void flood(bus::Connection& connection, const std::vector<std::string>& posts) {
    constexpr std::uint64_t at_once = 20;
    const support::Metronome beat(flood_time * at_once / messages);
    for (std::size_t next = 0; next < posts.size();) {
        const std::size_t end = std::min(next + at_once * beat.wait(), posts.size());
        for (; next < end; ++next)
            demand(connection.publish("chat.KUBECON.posts.KUBECON", posts[next]).has_value(), "publish");
    }
}

/// How long each key took until the line with it was written.
class Typist {
  public:
    explicit Typist(Chat& chat) : chat_(chat) {}

    void type_a_key() {
        if (line_.size() == 40) {
            chat_.press("\x15");
            line_.clear();
        }
        const auto next = Clock::now() + between_keys;
        // Letters that nothing else on the screen begins with.
        line_ += "zxjv"[line_.size() % 4];
        const auto begin = Clock::now();
        chat_.press(line_.substr(line_.size() - 1));
        chat_.wait_for(line_);
        times_.push_back(Milliseconds(Clock::now() - begin).count());
        chat_.look_until(next);
    }
    void print(const char* when) {
        std::ranges::sort(times_);
        const auto at = [&](double part) {
            return times_[static_cast<std::size_t>(part * static_cast<double>(times_.size() - 1))];
        };
        std::printf("key to screen, %-28s p50 %5.2f ms   p99 %6.2f ms   of %zu keys\n", when, at(0.5),
                    at(0.99), times_.size());
        times_.clear();
    }

  private:
    Chat& chat_;
    std::string line_;
    std::vector<double> times_;
};

void bench_starting(const std::string& url, const std::string& creds) {
    std::vector<double> times;
    for (int i = 0; i < starts; ++i) {
        const auto begin = Clock::now();
        Chat chat(url, creds);
        chat.wait_for("#KUBECON");
        times.push_back(Milliseconds(Clock::now() - begin).count());
    }
    std::ranges::sort(times);
    std::printf("first screen after %.0f ms, at most %.0f ms of %d starts (target 200 ms)\n",
                times[starts / 2], times.back(), starts);
}

void bench_flood(const std::string& url, const std::string& creds, const support::TrustTree& tree) {
    const std::vector<std::string> posts = signed_posts();
    bus::Connection connection = connect(url, tree);
    Chat chat(url, creds);
    chat.wait_for("connected");
    Typist typist(chat);
    for (int i = 0; i < idle_keys; ++i)
        typist.type_a_key();
    typist.print("idle");
    std::printf("resident before the flood %.1f MB", chat.resident_megabytes());
    std::jthread publisher([&] { flood(connection, posts); });
    const auto begin = Clock::now();
    for (int part = 1; part <= 3; ++part) {
        while (Clock::now() < begin + flood_time * part / 3)
            typist.type_a_key();
        std::printf(", after %d messages %.1f MB", messages / 3 * part, chat.resident_megabytes());
        std::fflush(stdout);
    }
    std::printf("\n");
    publisher.join();
    typist.print("60,000 messages a minute");
    // Drawn anew, the screen has the last message as soon as it has been taken in.
    const auto ended = Clock::now();
    chat.press("\x0c");
    chat.wait_for("message " + std::to_string(messages) + " of");
    std::printf("(target 50 ms at p99); the last message stands there %.0f ms after the flood\n",
                Milliseconds(Clock::now() - ended).count());
}

}  // namespace

int main() {
    const support::ServerBinary binary = support::nats_servers().back();
    const support::TrustTree tree;
    const support::NatsServer server(binary, {.config = tree.config()});
    const std::filesystem::path creds = tree.folder().path() / "wallyqs.creds";
    support::write_secret(creds, tree.credentials(support::new_key(nkeys::Kind::user),
                                                  [](auto& user) { user.name = "wallyqs"; })
                                     .text());
    std::printf("nats-server %s\n", binary.version.c_str());
    bench_starting(server.url(), creds);
    bench_flood(server.url(), creds, tree);
    return 0;
}
