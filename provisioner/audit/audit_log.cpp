#include <natscreds/provisioner/audit/audit_log.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/error_category.h>
#include <natscreds/base/json_writer.h>
#include <natscreds/provisioner/audit/usable_file.h>

namespace natscreds::provisioner {
namespace {

using Json = nlohmann::json;

const char* describe(AuditErrc code) {
    switch (code) {
        case AuditErrc::broken_chain:
            return "this line was changed, or the line after it was removed, moved or added";
        case AuditErrc::not_a_record:
            return "this line is not an audit record";
        case AuditErrc::unfinished:
            return "the last line is not finished";
        case AuditErrc::other_head:
            return "no line has the expected hash: the last lines were changed or cut off";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<AuditErrc> category("audit", describe);

/// No line that this service writes comes near it: what is longer is another kind of file.
constexpr std::size_t max_line = 1024 * 1024;
constexpr std::size_t block_size = 64 * 1024;

std::string hash_of(std::string_view line) {
    std::array<std::uint8_t, 32> digest;
    // Looked up once: OpenSSL would search its providers at every call.
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    // Without the hash a chain would look whole that is not: there is nothing to go on with.
    if (EVP_Digest(line.data(), line.size(), digest.data(), nullptr, sha256, nullptr) != 1) std::abort();
    return base::base64url_encode(digest);
}

/// What the record says of the line before; none: this is no record.
std::optional<std::string> previous_of(std::string_view line) {
    const Json record = Json::parse(line, nullptr, false);
    if (!record.is_object() || !record.contains("previous") || !record["previous"].is_string()) return {};
    return record["previous"].get<std::string>();
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

void add(base::JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    json.key(name);
    json.begin_array();
    for (const std::string& text : texts)
        json.string(text);
    json.end_array();
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
    add(json, "identity", record.identity);
    add(json, "name", record.name);
    add(json, "owner", record.owner);
    add(json, "superseded", record.superseded);
    add(json, "role", record.role);
    add(json, "issuer_account", record.issuer_account);
    add(json, "server", record.server);
    add(json, "host", record.host);
    add(json, "jwt", record.jwt);
    if (record.expires) {
        json.field("generation", record.generation);
        json.field("expires", std::int64_t{record.expires->time_since_epoch().count()});
    }
    add(json, "by", record.by);
    add(json, "operation", record.operation);
    add(json, "whom", record.whom);
    add(json, "id", record.id);
    add(json, "refusals", record.refusals);
    json.field("previous", previous);
    json.end_object();
    return json.take();
}

base::Error system_error(const std::filesystem::path& file) {
    return {std::error_code(errno, std::generic_category()), "audit file " + file.string()};
}

/// Whether a process that died might have left this of its first record.
bool starts_a_record(std::string_view text) {
    constexpr std::string_view start = R"({"time":)";
    const std::size_t common = std::min(text.size(), start.size());
    return text.substr(0, common) == start.substr(0, common);
}

/// A file, line by line. Fails: the system's error; AuditErrc::unfinished; not_a_record at a line that is too long.
class LineReader {
  public:
    explicit LineReader(const std::filesystem::path& file)
        : file_(file), descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), opened_(errno) {}

    /// Nothing at the end.
    base::Result<std::optional<std::string>> next() {
        if (!descriptor_.open())
            return base::Error{std::error_code(opened_, std::generic_category()), file_.string()};
        std::size_t end = 0;
        while ((end = buffer_.find('\n', searched_)) == std::string::npos) {
            searched_ = buffer_.size();
            if (buffer_.size() - begin_ > max_line) return base::Error{AuditErrc::not_a_record, place()};
            const base::Result<bool> more = read_more();
            if (!more) return more.error();
            if (*more) continue;
            if (buffer_.empty()) return std::optional<std::string>();
            return base::Error{AuditErrc::unfinished, place()};
        }
        std::string line = buffer_.substr(begin_, end - begin_);
        begin_ = searched_ = end + 1;
        ++line_;
        return std::optional(std::move(line));
    }

  private:
    [[nodiscard]] std::string place() const { return file_.string() + ":" + std::to_string(line_ + 1); }

    base::Result<bool> read_more() {
        std::array<char, block_size> block;
        ssize_t got = -1;
        do
            got = read(descriptor_.number(), block.data(), block.size());
        while (got < 0 && errno == EINTR);
        if (got < 0) return base::Error{std::error_code(errno, std::generic_category()), file_.string()};
        // Once for each block: once for each line it would move the block's rest as often as it has lines.
        buffer_.erase(0, std::exchange(begin_, 0));
        searched_ = buffer_.size();
        buffer_.append(block.data(), static_cast<std::size_t>(got));
        return got > 0;
    }

    std::filesystem::path file_;
    base::Descriptor descriptor_;
    int opened_;
    std::uint64_t line_ = 0;
    std::string buffer_;
    std::size_t begin_ = 0;     ///< of the next line in it
    std::size_t searched_ = 0;  ///< up to here there is no further line's end
};

}  // namespace

std::error_code make_error_code(AuditErrc code) noexcept {
    return {static_cast<int>(code), category};
}

std::string fingerprint(std::string_view jwt) {
    return hash_of(jwt);
}

base::Result<AuditLog> AuditLog::open(const std::filesystem::path& file) {
    base::Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!descriptor.open()) return system_error(file);
    if (!descriptor.try_lock()) {
        return base::Error{std::error_code(errno, std::generic_category()),
                           "audit file " + file.string() + ", which another process writes"};
    }
    AuditLog log(std::move(descriptor), file);
    const base::Result<std::size_t> unfinished = log.find_end();
    if (!unfinished) return unfinished.error();
    if (const base::Status cut = log.cut_off_unfinished(*unfinished); !cut) return cut.error();
    return log;
}

base::Status AuditLog::check_usable(const std::filesystem::path& file) {
    base::Descriptor descriptor(::open(file.c_str(), O_RDWR | O_APPEND | O_NONBLOCK | O_CLOEXEC));
    if (!descriptor.open() && errno == ENOENT) return check_new_file(file);
    if (!descriptor.open()) return system_error(file);
    const base::Result<std::size_t> unfinished = AuditLog(std::move(descriptor), file).find_end();
    return unfinished ? base::Status() : unfinished.error();
}

/// Only the end is read, however long the file is, and by the descriptor that has the lock.
base::Result<std::size_t> AuditLog::find_end() {
    struct stat status {};
    if (fstat(descriptor_.number(), &status) != 0) return system_error(file_);
    const auto read = read_tail(status.st_size);
    if (!read) return read.error();
    const Tail& tail = *read;
    if (!tail.last.empty() && !previous_of(tail.last)) return not_an_audit();
    const bool foreign = tail.last.empty() && !tail.unfinished.empty() && !starts_a_record(tail.unfinished);
    if (foreign) return not_an_audit();
    size_ = status.st_size - static_cast<std::int64_t>(tail.unfinished.size());
    head_ = hash_of(tail.last);
    if (!tail.before.empty() && previous_of(tail.last) != hash_of(tail.before))
        remark_ = "the last line does not carry the hash of the line before: `audit verify` finds the place";
    return tail.unfinished.size();
}

base::Status AuditLog::cut_off_unfinished(std::size_t bytes) {
    if (bytes == 0) return {};
    if (ftruncate(descriptor_.number(), size_) != 0) return system_error(file_);
    remark_ = "the last line was not finished, " + std::to_string(bytes) +
              " bytes: nothing was issued on it, and it was cut off";
    return {};
}

base::Error AuditLog::not_an_audit() const {
    return {AuditErrc::not_a_record, "the end of " + file_.string() + ", to which nothing is added"};
}

base::Result<AuditLog::Tail> AuditLog::read_tail(std::int64_t size) const {
    std::string end;
    std::ptrdiff_t line_ends = 0;
    // Two whole lines and what follows them, or the whole file.
    while (static_cast<std::int64_t>(end.size()) < size && line_ends < 3) {
        if (end.size() > 3 * max_line) return not_an_audit();
        const std::int64_t rest = size - static_cast<std::int64_t>(end.size());
        const auto length = static_cast<std::size_t>(std::min<std::int64_t>(rest, block_size));
        base::Result<std::string> block = read_at(rest - static_cast<std::int64_t>(length), length);
        if (!block) return block.error();
        line_ends += std::ranges::count(*block, '\n');
        end.insert(0, *block);
    }
    const auto take_line = [&end] {
        if (end.empty()) return std::string();
        end.pop_back();
        const std::size_t start = end.rfind('\n') + 1;
        std::string line = end.substr(start);
        end.resize(start);
        return line;
    };
    const std::size_t whole = end.rfind('\n') + 1;
    Tail tail{.before = {}, .last = {}, .unfinished = end.substr(whole)};
    end.resize(whole);
    tail.last = take_line();
    tail.before = take_line();
    return tail;
}

base::Result<std::string> AuditLog::read_at(std::int64_t offset, std::size_t length) const {
    std::string bytes(length, '\0');
    for (std::size_t done = 0; done < length;) {
        const ssize_t got = pread(descriptor_.number(), bytes.data() + done, length - done,
                                  offset + static_cast<std::int64_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_error(file_);
        if (got == 0) {
            return base::Error{std::make_error_code(std::errc::io_error),
                               "audit file " + file_.string() + ", which became shorter while it was read"};
        }
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

base::Status AuditLog::append(std::span<const AuditRecord> records) {
    if (records.empty()) return {};
    if (const base::Status clean = cut_off_torn_lines(); !clean) return clean;
    // Somebody else may have made the file shorter since.
    struct stat status {};
    if (fstat(descriptor_.number(), &status) != 0) return system_error(file_);
    size_ = status.st_size;
    std::string lines;
    std::string head = head_;
    for (const AuditRecord& record : records) {
        const std::string line = line_of(record, head);
        head = hash_of(line);
        lines += line + "\n";
    }
    if (const base::Status written = write(lines); !written) {
        torn_ = true;
        (void)cut_off_torn_lines();  // If it fails, it is tried again before anything else is written.
        return written;
    }
    size_ += static_cast<std::int64_t>(lines.size());
    head_ = std::move(head);
    return {};
}

base::Status AuditLog::cut_off_torn_lines() {
    if (!torn_) return {};
    struct stat status {};
    if (fstat(descriptor_.number(), &status) != 0) return system_error(file_);
    if (status.st_size > size_ && ftruncate(descriptor_.number(), size_) != 0) {
        return system_error(file_).within("an unfinished line cannot be cut off, so no other is written");
    }
    torn_ = false;
    return {};
}

base::Status AuditLog::check() const {
    constexpr std::uint64_t room = 16 * 1024;
    struct statvfs disk {};
    if (fstatvfs(descriptor_.number(), &disk) != 0) return system_error(file_);
    // Some filesystems do not tell their size.
    if (disk.f_blocks == 0 || disk.f_bavail * disk.f_frsize >= room) return {};
    return base::Error{std::make_error_code(std::errc::no_space_on_device), "audit file " + file_.string()};
}

base::Status AuditLog::write(std::string_view lines) {
    while (!lines.empty()) {
        const ssize_t written = ::write(descriptor_.number(), lines.data(), lines.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_error(file_);
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fdatasync(descriptor_.number()) != 0) return system_error(file_);
    return {};
}

base::Result<AuditSummary> verify_audit(const std::filesystem::path& file,
                                        const std::optional<std::string>& expected_head) {
    LineReader lines(file);
    AuditSummary summary{.lines = 0, .head = hash_of("")};
    const auto place = [&](std::uint64_t line) { return file.string() + ":" + std::to_string(line); };
    const auto before_last = [&] { return std::max<std::uint64_t>(summary.lines, 2) - 1; };
    bool broken = false;
    bool found = !expected_head || *expected_head == summary.head;
    while (true) {
        const auto line = lines.next();
        if (!line) return line.error();
        if (!*line) break;
        const auto previous = previous_of(**line);
        if (!previous) return base::Error{AuditErrc::not_a_record, place(summary.lines + 1)};
        const bool follows = *previous == summary.head;
        // A line that its successor does not follow either was changed itself; otherwise the line before it was.
        if (broken)
            return base::Error{AuditErrc::broken_chain, place(follows ? before_last() : summary.lines)};
        broken = !follows;
        ++summary.lines;
        summary.head = hash_of(**line);
        summary.after_expected += found ? 1 : 0;
        if (expected_head && *expected_head == summary.head) {
            found = true;
            summary.after_expected = 0;
        }
    }
    if (broken) return base::Error{AuditErrc::broken_chain, place(before_last())};
    if (!found) return base::Error{AuditErrc::other_head, file.string()};
    return summary;
}

}  // namespace natscreds::provisioner
