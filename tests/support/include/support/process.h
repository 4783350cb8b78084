#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <support/eventually.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// How a program is started.
struct Command {
    std::vector<std::string> argv;      ///< the first is the program: a path, or a name to be found in PATH
    std::string input = {};             ///< all it can read from its standard input
    std::filesystem::path folder = {};  ///< where; empty: where the test is
    std::map<std::string, std::optional<std::string>> environment = {};  ///< nullopt takes a variable away
    std::chrono::milliseconds deadline = default_timeout;                ///< run() waits no longer
};

/// How a program ended; by signal N, exit_code is 128 + N, as a shell has it.
struct Outcome {
    int exit_code;
    std::string out;
    std::string err;
};

/// Runs a program to its end.
/// Fails: throws when it cannot be started, or has to be killed at the deadline.
[[nodiscard]] Outcome run(const Command& command);

/// Runs `body` in a copy of this process, whose exit code is what it returns: for what changes the whole
/// process, or is meant to end it. Fails: as run().
[[nodiscard]] Outcome run_in_child(const std::function<int()>& body);

/// Stops a process until thaw(), as a machine that hangs does. SIGSTOP alone is taken in later, above all on a
/// busy machine: when freeze() returns no thread of the process runs any more.
void freeze(int pid);
void thaw(int pid);

/// A program that runs beside the test.
///
/// Holds:   it has ended, by SIGTERM or else by SIGKILL, when the Process ends; and when the thread that
///          made the Process is gone, even if the test crashed.
/// Fails:   throws, with the program and what it wrote in the text; which fails the test.
/// Thread:  one at a time.
class Process {
  public:
    explicit Process(const Command& command);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] int pid() const noexcept { return pid_; }
    [[nodiscard]] bool running();

    /// What it has written so far.
    [[nodiscard]] std::string out() const;
    [[nodiscard]] std::string err() const;

    void signal(int number);

    /// Waits until `text` stands in what it wrote, to either output; throws if it ends without.
    void wait_for_output(const std::string& text, std::chrono::milliseconds deadline = default_timeout);

    /// Waits for its end.
    Outcome wait(std::chrono::milliseconds deadline = default_timeout);

    /// SIGTERM, then wait().
    Outcome stop();

  private:
    friend Outcome run_in_child(const std::function<int()>& body);
    explicit Process(const std::function<int()>& body);
    [[nodiscard]] std::string description() const;

    TempDir outputs_;
    std::string program_;
    int pid_;
    std::optional<int> exit_code_;
};

}  // namespace natscreds::support
