#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/provisioner/service/configuration.h>
#include <natscreds/provisioner/service/delivery.h>

namespace spdlog {
class logger;
}

namespace natscreds::provisioner {

/// What the service says while it runs: a line for each decision and each event, never a secret.
///
/// Shape:   text "[time] [level] message key=value ...", or one JSON object a line.
/// Thread:  any.
class Log {
  public:
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

    LogFormat format_;
    std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace natscreds::provisioner
