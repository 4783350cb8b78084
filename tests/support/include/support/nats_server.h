#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include <support/process.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// A release of nats-server that is present on this machine.
struct ServerBinary {
    std::string version;
    std::filesystem::path path;
};

/// Shows the version, so that Catch2 does when it names a generated value.
std::ostream& operator<<(std::ostream& out, const ServerBinary& binary);

/// All releases that scripts/setup fetched, oldest first: VERSION/nats-server below .deps/nats-server, or
/// below the folder that the environment's NATSCREDS_NATS_SERVERS names.
/// Fails: throws when there is none; a test without a server has failed, not been skipped.
[[nodiscard]] std::vector<ServerBinary> nats_servers();

/// The one of this version. Fails: throws when it is not among them.
[[nodiscard]] ServerBinary nats_server_of(const std::string& version);

/// What a server is started with.
struct ServerSetup {
    std::string config = {};                  ///< the configuration's text; empty: none
    std::filesystem::path config_file = {};   ///< or a file that is there already
    std::vector<std::string> arguments = {};  ///< more of them
};

/// A nats-server of this test's own, listening on a free port of 127.0.0.1.
///
/// Holds:   it answers when the constructor returns, and is gone when the NatsServer is. A relative path in
///          the configuration starts at folder().
/// Fails:   throws, with the server's log in the text; which fails the test.
class NatsServer {
  public:
    NatsServer(const ServerBinary& binary, const ServerSetup& setup);

    [[nodiscard]] const std::string& url() const noexcept { return url_; }
    /// The URL's host and port, to be put behind a user and password.
    [[nodiscard]] std::string address() const { return url_.substr(url_.find("//") + 2); }
    [[nodiscard]] int pid() const noexcept { return process_->pid(); }
    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }
    [[nodiscard]] const std::filesystem::path& config_file() const noexcept { return config_file_; }
    [[nodiscard]] std::string log() const { return process_->err(); }

    /// SIGHUP; returns when the server says that it has the new configuration.
    void reload();

    /// Ends it now.
    void stop();

  private:
    TempDir folder_;
    std::filesystem::path config_file_;
    std::unique_ptr<Process> process_;
    std::string url_;
};

}  // namespace natscreds::support
