#include <support/process.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace natscreds::support {
namespace {

constexpr int cannot_start = 127;

bool is_stopped(const std::filesystem::path& thread) {
    return read_text(thread / "status").find("State:\tT") != std::string::npos;
}

std::vector<std::string> environment_with(const std::map<std::string, std::optional<std::string>>& changes) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text(*entry);
        if (!changes.contains(text.substr(0, text.find('=')))) result.push_back(text);
    }
    for (const auto& [name, value] : changes) {
        if (value) result.push_back(name + "=" + *value);
    }
    return result;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// The files that a child reads and writes instead of the test's own input and outputs.
struct Files {
    explicit Files(const TempDir& folder, const std::string& input = "")
        : in(folder.write("in", input)), out(folder.write("out", "")), err(folder.write("err", "")) {}

    std::string in;
    std::string out;
    std::string err;
};

struct Image {
    char** argv;
    char** environment;
    const char* folder;
};

void redirect(int descriptor, const std::string& path, int flags) {
    const int opened = open(path.c_str(), flags);
    if (opened < 0 || dup2(opened, descriptor) < 0) _exit(cannot_start);
    close(opened);
}

/// Between fork and exec of a program with threads only async-signal-safe functions may be called, here and
/// in become().
void settle_in(const Files& files, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(cannot_start);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    redirect(STDIN_FILENO, files.in, O_RDONLY);
    redirect(STDOUT_FILENO, files.out, O_WRONLY | O_APPEND);
    redirect(STDERR_FILENO, files.err, O_WRONLY | O_APPEND);
}

[[noreturn]] void become(const Image& image) {
    if (*image.folder != '\0' && chdir(image.folder) != 0) _exit(cannot_start);
    execvpe(image.argv[0], image.argv, image.environment);
    constexpr char message[] = "cannot be executed\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    _exit(cannot_start);
}

int forked() {
    const int pid = fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    return pid;
}

int start(const Command& command, const TempDir& outputs) {
    std::vector<std::string> arguments = command.argv;
    std::vector<std::string> environment = environment_with(command.environment);
    std::vector<char*> argument_pointers = pointers_to(arguments);
    std::vector<char*> environment_pointers = pointers_to(environment);
    const Image image{.argv = argument_pointers.data(),
                      .environment = environment_pointers.data(),
                      .folder = command.folder.c_str()};
    const Files files(outputs, command.input);
    const pid_t parent = getpid();
    const int pid = forked();
    if (pid > 0) return pid;
    settle_in(files, parent);
    become(image);
}

int start(const std::function<int()>& body, const TempDir& outputs) {
    const Files files(outputs);
    const pid_t parent = getpid();
    const int pid = forked();
    if (pid > 0) return pid;
    settle_in(files, parent);
    // Catch2 reports fatal signals as failures of the test; here they may be what is tested.
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS})
        std::signal(number, SIG_DFL);
    // An exception must not get further: there would be two of this test from there on.
    try {
        _exit(body());
    } catch (...) {
        _exit(cannot_start);
    }
}

}  // namespace

Outcome run(const Command& command) {
    return Process(command).wait(command.deadline);
}

Outcome run_in_child(const std::function<int()>& body) {
    return Process(body).wait();
}

Process::Process(const Command& command) : program_(command.argv.at(0)), pid_(start(command, outputs_)) {}

Process::Process(const std::function<int()>& body)
    : program_("a child of the test"), pid_(start(body, outputs_)) {}

Process::~Process() {
    if (!running()) return;
    kill(pid_, SIGTERM);
    constexpr std::chrono::seconds grace{5};
    if (eventually([&] { return !running(); }, grace)) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

bool Process::running() {
    if (exit_code_) return false;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == 0) return true;
    exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return false;
}

std::string Process::out() const {
    return read_text(outputs_ / "out");
}
std::string Process::err() const {
    return read_text(outputs_ / "err");
}

void freeze(int pid) {
    using Entries = std::filesystem::directory_iterator;
    const std::string threads = "/proc/" + std::to_string(pid) + "/task";
    if (kill(pid, SIGSTOP) != 0)
        throw std::system_error(errno, std::generic_category(), "freezing a process");
    const bool all = eventually([&] { return std::all_of(Entries(threads), Entries(), is_stopped); });
    if (!all) throw std::runtime_error("process " + std::to_string(pid) + " does not stop");
}

void thaw(int pid) {
    kill(pid, SIGCONT);
}

void Process::signal(int number) {
    if (!running()) throw std::runtime_error(description() + " has ended and cannot be signalled");
    kill(pid_, number);
}

void Process::wait_for_output(const std::string& text, std::chrono::milliseconds deadline) {
    const auto written = [&] {
        return out().find(text) != std::string::npos || err().find(text) != std::string::npos;
    };
    // Its end is looked at before its output is, lest what it wrote in between be missed.
    const auto written_or_ended = [&] { return !running() || written(); };
    const bool in_time = eventually(written_or_ended, deadline);
    if (written()) return;
    throw std::runtime_error(description() + (in_time ? " ended" : " went on") + " without writing '" + text +
                             "'");
}

Outcome Process::wait(std::chrono::milliseconds deadline) {
    if (!eventually([&] { return !running(); }, deadline)) {
        throw std::runtime_error(description() + " has not ended in time");
    }
    return {.exit_code = *exit_code_, .out = out(), .err = err()};
}

Outcome Process::stop() {
    signal(SIGTERM);
    return wait();
}

std::string Process::description() const {
    return program_ + "\n--- its output\n" + out() + "--- its errors\n" + err() + "---\n" + program_;
}

}  // namespace natscreds::support
