#pragma once

#include <iosfwd>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <natscreds/provisioner/observation/log_configuration.h>
#include <natscreds/provisioner/requests/reply_queue.h>

namespace spdlog {
class logger;
}

namespace natscreds::provisioner {

/// What the service says while it runs: a line for each decision and each event, never a secret.
///
/// Shape:   text "[time] [level] message key=value ...", or one JSON object a line.
/// Holds:   whatever a text from outside says, it stays on its line and in its field: control characters are written
///          as \xNN, and a value that is more than a word stands in quotes.
///          Decisions are written many at a time, a tenth of a second late at most, so that a busy service does not
///          wait for whoever reads them, and at most `max_gathered` bytes; all else, and what came before it, is
///          written at once.
/// Thread:  any.
class Log {
  public:
    static constexpr std::size_t max_gathered = std::size_t{64} * 1024;

    Log(const LogConfiguration& configuration, std::ostream& out);
    ~Log();

    void info(std::string_view message) const;
    void warning(std::string_view message) const;
    void error(std::string_view message) const;
    void decision(const Served& served) const;

  private:
    using Fields = std::vector<std::pair<const char*, std::string>>;
    enum class Level { info, warning, error };
    void write(Level level, std::string_view message, const Fields& fields) const;
    void write_gathered() const;

    LogFormat format_;
    std::ostream& out_;
    mutable std::mutex mutex_;
    mutable std::ostringstream gathered_;
    std::unique_ptr<spdlog::logger> logger_;
    std::jthread writer_;  ///< last: it uses all the others
};

}  // namespace natscreds::provisioner
