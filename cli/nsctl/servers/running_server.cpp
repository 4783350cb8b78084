#include "servers/running_server.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <natscreds/base/file.h>

#include "errors.h"

namespace natscreds::nsctl {
namespace {

namespace fs = std::filesystem;

std::string of_process(pid_t pid, const std::string& what) {
    return "/proc/" + std::to_string(pid) + "/" + what;
}

/// Files below /proc have no size, and end when they end.
std::string content(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool sees_our_files(pid_t pid) {
    std::error_code failed;
    const fs::path theirs = fs::read_symlink(of_process(pid, "ns/mnt"), failed);
    return !failed && theirs == fs::read_symlink("/proc/self/ns/mnt", failed) && !failed;
}

/// The words that the server was started with, each of which ends in a zero.
std::vector<std::string> command_line(pid_t pid) {
    const std::string text = content(of_process(pid, "cmdline"));
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size(); at += words.back().size() + 1)
        words.emplace_back(text.c_str() + at);
    return words;
}

struct Answer {
    int exit_code;
    std::string text;
};

/// What a program of the server's says, started in the server's folder.
class Question {
  public:
    Question() {
        posix_spawn_file_actions_init(&files_);
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);  // ours are blocked, to be waited for
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    }
    ~Question() {
        posix_spawn_file_actions_destroy(&files_);
        posix_spawnattr_destroy(&attributes_);
    }
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

    [[nodiscard]] base::Result<Answer> ask(pid_t server, std::vector<std::string> words) {
        std::array<int, 2> ends{};
        if (pipe(ends.data()) != 0) return failed("pipe");
        posix_spawn_file_actions_addchdir_np(&files_, of_process(server, "cwd").c_str());
        posix_spawn_file_actions_addclose(&files_, ends[0]);
        posix_spawn_file_actions_adddup2(&files_, ends[1], STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&files_, ends[1], STDERR_FILENO);
        posix_spawn_file_actions_addclose(&files_, ends[1]);
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        const std::string program = of_process(server, "exe");
        pid_t child = 0;
        errno = posix_spawn(&child, program.c_str(), &files_, &attributes_, argv.data(), environ);
        close(ends[1]);
        const std::string text = errno == 0 ? content("/proc/self/fd/" + std::to_string(ends[0])) : "";
        close(ends[0]);
        if (child == 0) return failed(program);
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        return Answer{WIFEXITED(status) ? WEXITSTATUS(status) : 1, text};
    }

  private:
    static base::Error failed(const std::string& what) {
        return {std::error_code(errno, std::generic_category()), what};
    }

    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    for (char& letter : text) {
        if (letter == '\n') letter = ' ';
    }
    return text;
}

}  // namespace

base::Result<RunningServer> RunningServer::find(const std::string& pid_file) {
    constexpr std::size_t most_bytes = 64;
    const auto text = base::read_file(pid_file, most_bytes);
    if (!text) return text.error();
    pid_t pid = 0;
    std::from_chars(text->data(), text->data() + text->size(), pid);
    const std::string name = pid > 0 ? one_line(content(of_process(pid, "comm"))) : "";
    if (name == "nats-server") return RunningServer(pid);
    const std::string found = name.empty() ? "" : ": process " + std::to_string(pid) + " is " + name;
    return base::Error{Errc::no_running_server, pid_file + found};
}

base::Status RunningServer::check() const {
    if (!sees_our_files(pid_)) return {};
    std::vector<std::string> words = command_line(pid_);
    words.emplace_back("-t");
    const base::Result<Answer> answer = Question().ask(pid_, std::move(words));
    if (!answer) return answer.error();
    if (answer->exit_code == 0) return {};
    return base::Error{Errc::not_reloadable, one_line(answer->text)};
}

base::Status RunningServer::reload() const {
    if (kill(pid_, SIGHUP) == 0) return {};
    return base::Error{std::error_code(errno, std::generic_category()), "process " + std::to_string(pid_)};
}

}  // namespace natscreds::nsctl
