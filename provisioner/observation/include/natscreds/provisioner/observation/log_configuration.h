#pragma once

namespace natscreds::provisioner {

/// How the log is written: `[log]`.
enum class LogFormat { text, json };
enum class LogLevel { everything, warnings };

struct LogConfiguration {
    LogFormat format = LogFormat::text;
    LogLevel level = LogLevel::everything;
};

}  // namespace natscreds::provisioner
