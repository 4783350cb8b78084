#pragma once

#include <memory>
#include <string>
#include <vector>

#include <support/process.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// nats-chat --plain, into which a test types as time goes by.
///
/// Holds:   it is connected when the constructor returns. Its input does not end before it does.
/// Fails:   throws, which fails the test.
class Talker {
  public:
    explicit Talker(const Command& command);
    /// Several, who connect at the same time.
    [[nodiscard]] static std::vector<std::unique_ptr<Talker>> start(const std::vector<Command>& commands);
    ~Talker();
    Talker(const Talker&) = delete;
    Talker& operator=(const Talker&) = delete;

    void type(const std::string& line) const;
    /// Waits until it has printed this.
    void sees(const std::string& text) { process_.wait_for_output(text); }
    [[nodiscard]] Process& process() { return process_; }

  private:
    enum class Unconnected { yes };
    Talker(const Command& command, Unconnected);

    TempDir folder_;
    int pipe_;
    Process process_;
};

}  // namespace natscreds::support
