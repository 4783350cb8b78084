#include <natscreds/provisioner/observation/log.h>

#include <algorithm>
#include <chrono>
#include <ostream>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include <natscreds/base/pause.h>
#include <natscreds/base/thread_name.h>

namespace natscreds::provisioner {
namespace {

constexpr std::chrono::milliseconds max_gathering{100};

std::string as_json(std::string_view level, std::string_view message,
                    const std::vector<std::pair<const char*, std::string>>& fields) {
    nlohmann::ordered_json json{{"level", level}, {"message", message}};
    for (const auto& [key, value] : fields)
        json[key] = value;
    std::string text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return text.substr(1);
}

/// Whether a control character begins there, and of how many bytes: C0 and DEL, or in UTF-8 one of C1.
std::size_t control_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    if (byte(at) < 0x20 || byte(at) == 0x7f) return 1;
    const bool of_c1 =
        byte(at) == 0xc2 && at + 1 < text.size() && byte(at + 1) >= 0x80 && byte(at + 1) < 0xa0;
    return of_c1 ? 2 : 0;
}

/// Text from outside, which might otherwise begin a line of its own or speak to a terminal.
std::string on_one_line(std::string_view text, std::string_view also_escaped = "") {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string escaped;
    std::size_t controls = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (controls == 0) controls = control_at(text, i);
        const auto byte = static_cast<unsigned char>(text[i]);
        if (controls > 0) {
            escaped.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
            --controls;
            continue;
        }
        if (also_escaped.find(text[i]) != std::string_view::npos) escaped += '\\';
        escaped += text[i];
    }
    return escaped;
}

/// In quotes where it could be taken for more than one value.
std::string field_value(std::string_view value) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:@+*$";
    if (value.find_first_not_of(plain) == std::string_view::npos) return std::string(value);
    return '"' + on_one_line(value, "\\\"") + '"';
}

std::string as_text(std::string_view message,
                    const std::vector<std::pair<const char*, std::string>>& fields) {
    std::string text = on_one_line(message);
    for (const auto& [key, value] : fields)
        text += std::string(" ") + key + "=" + field_value(value);
    return text;
}

}  // namespace

Log::Log(const LogConfiguration& configuration, std::ostream& out)
    : format_(configuration.format),
      out_(out),
      logger_(std::make_unique<spdlog::logger>("provisioner",
                                               std::make_shared<spdlog::sinks::ostream_sink_st>(gathered_))) {
    logger_->set_level(configuration.level == LogLevel::everything ? spdlog::level::info
                                                                   : spdlog::level::warn);
    logger_->set_pattern(format_ == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v)"
                                                    : "[%Y-%m-%dT%H:%M:%S.%eZ] [%l] %v",
                         spdlog::pattern_time_type::utc);
    writer_ = std::jthread([this](const std::stop_token& stop) {
        base::name_thread("log");
        while (!stop.stop_requested()) {
            base::pause(stop, max_gathering);
            const std::lock_guard log_lock(mutex_);
            write_gathered();
        }
    });
}

Log::~Log() {
    writer_.request_stop();
    writer_.join();
    write_gathered();
}

void Log::write_gathered() const {
    if (gathered_.view().empty()) return;
    out_ << gathered_.view();
    out_.flush();
    gathered_.str({});
}

void Log::write(Level level, std::string_view message, const Fields& fields) const {
    constexpr spdlog::level::level_enum levels[] = {spdlog::level::info, spdlog::level::warn,
                                                    spdlog::level::err};
    const spdlog::level::level_enum chosen = levels[static_cast<std::size_t>(level)];
    if (!logger_->should_log(chosen)) return;
    const auto name = spdlog::level::to_string_view(chosen);
    const std::lock_guard lock(mutex_);
    logger_->log(chosen, "{}",
                 format_ == LogFormat::json ? as_json({name.data(), name.size()}, message, fields)
                                            : as_text(message, fields));
    const bool can_wait = level == Level::info && !fields.empty();
    if (!can_wait || gathered_.view().size() >= max_gathered) write_gathered();
}

void Log::info(std::string_view message) const {
    write(Level::info, message, {});
}

void Log::warning(std::string_view message) const {
    write(Level::warning, message, {});
}

void Log::error(std::string_view message) const {
    write(Level::error, message, {});
}

void Log::decision(const Served& served) const {
    const AuditRecord& record = served.answer.record;
    Fields fields;
    const auto add = [&](const char* key, const std::string& value) {
        if (!value.empty()) fields.emplace_back(key, value);
    };
    add("reason", record.reason);
    add("alarm", record.alarm);
    add("name", record.name);
    add("key", record.key);
    add("requester", record.requester);
    add("service_account", record.service_account);
    add("identity", record.identity);
    add("role", record.role);
    add("host", record.host);
    if (record.expires) add("generation", std::to_string(record.generation));
    write(record.alarm.empty() ? Level::info : Level::warning, record.event, fields);
    if (served.answer.trouble) warning(served.answer.trouble->message());
    if (!served.replied) error("a reply could not be sent: " + served.replied.error().message());
}

}  // namespace natscreds::provisioner
