#pragma once

#include <string>

#include <sys/types.h>

#include <natscreds/base/result.h>

namespace natscreds::nsctl {

/// A nats-server of this machine, known by the pid file that it wrote.
class RunningServer {
  public:
    /// Fails: with the system's error for the file; Errc::no_running_server where it names no process, or one
    ///        that is no nats-server: a number is given away again when its process has ended.
    [[nodiscard]] static base::Result<RunningServer> find(const std::string& pid_file);

    /// Asks the server's own program whether it would start with the configuration as it is now. A server that
    /// sees other files than we do (it runs in a container) cannot be asked: then it is taken to be fine.
    /// Fails: Errc::not_reloadable, with the program's words.
    [[nodiscard]] base::Status check() const;

    /// Has it read its configuration and certificates again. Whether it took them, its log says.
    [[nodiscard]] base::Status reload() const;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  private:
    explicit RunningServer(pid_t pid) noexcept : pid_(pid) {}

    pid_t pid_;
};

}  // namespace natscreds::nsctl
