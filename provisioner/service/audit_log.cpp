#include <natscreds/provisioner/service/audit_log.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/error_category.h>
#include <natscreds/base/json_writer.h>

namespace natscreds::provisioner {
namespace {

using Json = nlohmann::json;

const char* describe(AuditErrc code) {
    switch (code) {
        case AuditErrc::broken_chain:
            return "a line here was changed, is missing, or stands in another's place";
        case AuditErrc::not_a_record:
            return "this line is not an audit record";
        case AuditErrc::unfinished:
            return "the last line is not finished";
        case AuditErrc::other_head:
            return "the file does not end where it should: lines were cut off or added";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<AuditErrc> category("audit", describe);

std::string hash_of(std::string_view line) {
    std::array<std::uint8_t, 32> digest;
    // Looked up once: OpenSSL would search its providers at every call.
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_Digest(line.data(), line.size(), digest.data(), nullptr, sha256, nullptr);
    return base::base64url_encode(digest);
}

void add(base::JsonWriter& json, std::string_view name, std::string_view text) {
    if (!text.empty()) json.field(name, text);
}

void add(base::JsonWriter& json, std::string_view name, const std::map<std::string, std::uint64_t>& counts) {
    if (counts.empty()) return;
    json.key(name);
    json.begin_object();
    for (const auto& [what, count] : counts)
        json.field(what, static_cast<std::int64_t>(count));
    json.end_object();
}

std::string line_of(const AuditRecord& record, const std::string& previous) {
    base::JsonWriter json;
    json.begin_object();
    json.field("time", std::int64_t{record.time.time_since_epoch().count()});
    json.field("event", record.event);
    add(json, "reason", record.reason);
    add(json, "alarm", record.alarm);
    add(json, "account", record.account);
    add(json, "requester", record.requester);
    add(json, "key", record.key);
    add(json, "service_account", record.service_account);
    add(json, "name", record.name);
    add(json, "role", record.role);
    add(json, "server", record.server);
    add(json, "host", record.host);
    add(json, "jwt", record.jwt);
    if (record.expires) {
        json.field("generation", record.generation);
        json.field("expires", std::int64_t{record.expires->time_since_epoch().count()});
    }
    add(json, "refusals", record.refusals);
    json.field("previous", previous);
    json.end_object();
    return json.take();
}

base::Error system_error(const std::filesystem::path& file) {
    return {std::error_code(errno, std::generic_category()), "audit file " + file.string()};
}

}  // namespace

std::error_code make_error_code(AuditErrc code) noexcept {
    return {static_cast<int>(code), category};
}

std::string fingerprint(std::string_view jwt) {
    return hash_of(jwt);
}

base::Result<AuditLog> AuditLog::open(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor < 0) return system_error(file);
    AuditLog log(descriptor, file);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        return base::Error{std::error_code(errno, std::generic_category()),
                           "audit file " + file.string() + ", which another process writes"};
    }
    const base::Status found = log.find_end();
    if (!found) return found.error();
    return log;
}

AuditLog::AuditLog(AuditLog&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      file_(std::move(other.file_)),
      size_(other.size_),
      head_(std::move(other.head_)) {}

AuditLog::~AuditLog() {
    if (descriptor_ >= 0) close(descriptor_);
}

base::Status AuditLog::find_end() {
    std::ifstream lines(file_);
    std::string last;
    std::int64_t whole = 0;
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
        whole += static_cast<std::int64_t>(line.size()) + 1;
        last = std::move(line);
    }
    if (ftruncate(descriptor_, whole) != 0) return system_error(file_);
    size_ = whole;
    head_ = hash_of(last);
    return {};
}

base::Status AuditLog::append(std::span<const AuditRecord> records) {
    if (records.empty()) return {};
    std::string lines;
    std::string head = head_;
    for (const AuditRecord& record : records) {
        const std::string line = line_of(record, head);
        head = hash_of(line);
        lines += line + "\n";
    }
    const base::Status written = write(lines);
    if (!written) {
        // Nothing may be left of it: the next lines go where these began.
        (void)!ftruncate(descriptor_, size_);
        return written;
    }
    size_ += static_cast<std::int64_t>(lines.size());
    head_ = std::move(head);
    return {};
}

base::Status AuditLog::check() const {
    constexpr off_t room = 16 * 1024;
    struct stat file {};
    if (fstat(descriptor_, &file) != 0) return system_error(file_);
    // What is set aside behind the end is written to later on. Not every filesystem can.
    const bool set_aside = fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, file.st_size, room) == 0;
    if (set_aside || errno == EOPNOTSUPP) return {};
    return system_error(file_);
}

base::Status AuditLog::write(std::string_view lines) {
    while (!lines.empty()) {
        const ssize_t written = ::write(descriptor_, lines.data(), lines.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_error(file_);
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fdatasync(descriptor_) != 0) return system_error(file_);
    return {};
}

base::Result<AuditSummary> verify_audit(const std::filesystem::path& file,
                                        const std::optional<std::string>& expected_head) {
    std::ifstream lines(file);
    if (!lines) return base::Error{std::make_error_code(std::errc::no_such_file_or_directory), file.string()};
    AuditSummary summary{.lines = 0, .head = hash_of("")};
    for (std::string line; std::getline(lines, line);) {
        ++summary.lines;
        const std::string place = file.string() + ":" + std::to_string(summary.lines);
        if (lines.eof()) return base::Error{AuditErrc::unfinished, place};
        const Json record = Json::parse(line, nullptr, false);
        if (!record.is_object() || !record.contains("previous") || !record["previous"].is_string())
            return base::Error{AuditErrc::not_a_record, place};
        if (record["previous"] != summary.head) return base::Error{AuditErrc::broken_chain, place};
        summary.head = hash_of(line);
    }
    if (expected_head && *expected_head != summary.head)
        return base::Error{AuditErrc::other_head, file.string()};
    return summary;
}

}  // namespace natscreds::provisioner
