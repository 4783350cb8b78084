#include <natscreds/base/program.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <natscreds/base/descriptor.h>

namespace natscreds::base {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::size_t max_bytes = 1024 * 1024;

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{-1, -1};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
        reading = Descriptor(ends[0]);
        writing = Descriptor(ends[1]);
    }
    Descriptor reading{-1};
    Descriptor writing{-1};
};

/// What a program is started with: nothing to read, our pipes to write to, and no signal held back, as ours may be.
class Start {
  public:
    Start(const Program& program, const Pipe& out, const Pipe& err) {
        posix_spawn_file_actions_init(&files_);
        if (!program.folder.empty()) posix_spawn_file_actions_addchdir_np(&files_, program.folder.c_str());
        posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&files_, out.writing.number(), STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&files_, err.writing.number(), STDERR_FILENO);
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    }
    ~Start() {
        posix_spawn_file_actions_destroy(&files_);
        posix_spawnattr_destroy(&attributes_);
    }
    /// Instead, to go on by itself in a session of its own: input from there, and nobody who reads what it says.
    explicit Start(const Descriptor& input) {
        posix_spawn_file_actions_init(&files_);
        posix_spawn_file_actions_adddup2(&files_, input.number(), STDIN_FILENO);
        posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addchdir_np(&files_, "/");
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID);
    }
    Start(const Start&) = delete;
    Start& operator=(const Start&) = delete;

    [[nodiscard]] int operator()(pid_t& child, const std::string& program, std::vector<std::string>& words) {
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        return posix_spawn(&child, program.c_str(), &files_, &attributes_, argv.data(), environ);
    }

  private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

Error system_error(int number, const std::string& what) {
    return {std::error_code(number, std::generic_category()), what};
}

int milliseconds_until(steady_clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

/// Takes what is there to read; says whether there may be more.
bool take_some(const Descriptor& from, std::string& text) {
    std::array<char, 4096> bytes{};
    const ssize_t count = read(from.number(), bytes.data(), bytes.size());
    if (count > 0) text.append(bytes.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
}

/// Reads both to their ends. A number of the system's errors; zero where all was read.
int read_both(const Pipe& out, const Pipe& err, ProgramAnswer& answer, steady_clock::time_point end) {
    std::array<pollfd, 2> waits{pollfd{out.reading.number(), POLLIN, 0},
                                pollfd{err.reading.number(), POLLIN, 0}};
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
        const int ready = poll(waits.data(), waits.size(), milliseconds_until(end));
        if (ready == 0) return ETIMEDOUT;
        if (ready < 0 && errno != EINTR) return errno;
        if (ready < 0) continue;
        if (waits[0].revents != 0 && !take_some(out.reading, answer.out)) waits[0].fd = -1;
        if (waits[1].revents != 0 && !take_some(err.reading, answer.err)) waits[1].fd = -1;
        if (answer.out.size() + answer.err.size() > max_bytes) return EFBIG;
    }
    return 0;
}

int exit_code_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::optional<fs::path> find_program(std::string_view name, std::string_view path) {
    while (!path.empty()) {
        const std::size_t colon = path.find(':');
        const fs::path file = fs::path(path.substr(0, colon)) / name;
        std::error_code ignored;
        if (file.has_parent_path() && fs::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0)
            return file;
        path.remove_prefix(colon == std::string_view::npos ? path.size() : colon + 1);
    }
    return std::nullopt;
}

Result<ProgramAnswer> run_program(const Program& program) {
    const steady_clock::time_point end = steady_clock::now() + program.limit;
    const std::string file = program.file.string();
    Pipe out;
    Pipe err;
    if (!out.reading.open() || !err.reading.open()) return system_error(errno, file);
    std::vector<std::string> words = program.arguments;
    words.insert(words.begin(), file);
    pid_t child = 0;
    if (const int failed = Start(program, out, err)(child, file, words); failed != 0)
        return system_error(failed, file);
    out.writing = Descriptor(-1);
    err.writing = Descriptor(-1);
    ProgramAnswer answer;
    const int failed = read_both(out, err, answer, end);
    if (failed != 0) kill(child, SIGKILL);
    answer.exit_code = exit_code_of(child);
    if (failed != 0) return system_error(failed, file);
    return answer;
}

Status start_in_background(const fs::path& file, const std::vector<std::string>& arguments,
                           const Descriptor& input) {
    std::vector<std::string> words = arguments;
    pid_t child = 0;
    if (const int failed = Start(input)(child, file.string(), words); failed != 0)
        return system_error(failed, file.string());
    return {};
}

}  // namespace natscreds::base
