#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/descriptor.h>
#include <natscreds/base/result.h>

namespace natscreds::provisioner {

/// One decision, as the audit tells it. Empty texts are not written.
struct AuditRecord {
    base::Time time = {};
    std::string event =
        {};  ///< "issued", "rekeyed", "renewed", "authorized", "refused", "unidentified", "recovered", "operation"
    std::string reason = {};                   ///< of a refusal
    std::string alarm = {};                    ///< "stale_generation", "rekeyed"
    std::string account = {};                  ///< the requester's, as the server vouches for it
    std::string requester = {};                ///< public key, as the server vouches for it
    std::string key = {};                      ///< that got a JWT, or wanted one
    std::string service_account = {};          ///< "namespace/name", as it was verified
    std::string identity = {};                 ///< as an owner, where an issuer's token proved it
    std::string name = {};                     ///< that was given out, or asked for
    std::string owner = {};                    ///< of the name
    std::vector<std::string> superseded = {};  ///< keys that `key` has replaced
    std::string role = {};
    std::string issuer_account = {};  ///< that the JWT is for, where that is not the service's default one
    std::string server = {};          ///< that asked whether a client may connect: its public key
    std::string host = {};            ///< of that client, as the server says
    std::string jwt = {};             ///< fingerprint() of the JWT that was issued
    std::int64_t generation = 0;
    std::optional<base::Time> expires = {};
    std::string by = {};         ///< of an operation: "ann@host", who gave the command
    std::string operation = {};  ///< the command
    std::string whom = {};       ///< what it was about
    std::string id = {};         ///< the operation's own: it is written once
    std::map<std::string, std::uint64_t> refusals = {};  ///< of the unidentified: how many for each reason
};

/// How the audit names a JWT: the base64url of its text's SHA-256.
[[nodiscard]] std::string fingerprint(std::string_view jwt);

/// A file with a JSON line for each decision, of which each carries the hash of the one before.
///
/// Shape:   `previous` is the base64url of the SHA-256 of the whole line before, line end not included, and of
///          nothing for the first line.
/// Holds:   what append() says is written is on disk. What it could not write is cut off again before the next line
///          is written. One process at a time has the file. A line that was not finished when a process died is cut
///          off: nothing was issued on it. Nothing else is ever cut off, and only the end of the file is read.
/// Fails:   with the system's error and the file's name; AuditErrc::not_a_record when the file is not an audit.
/// Thread:  one at a time.
class AuditLog {
  public:
    [[nodiscard]] static base::Result<AuditLog> open(const std::filesystem::path& file);
    /// Whether open() could do it, as far as that can be seen while another process has the file. Changes nothing.
    [[nodiscard]] static base::Status check_usable(const std::filesystem::path& file);
    AuditLog(AuditLog&&) noexcept = default;
    AuditLog& operator=(AuditLog&&) = delete;

    /// Writes the lines and flushes them to disk, all of them or none.
    [[nodiscard]] base::Status append(std::span<const AuditRecord> records);

    /// Whether the disk has room for more, without writing any. Thread: any.
    [[nodiscard]] base::Status check() const;

    /// The hash of the last line: whoever keeps it notices when lines are changed or cut off.
    [[nodiscard]] const std::string& head() const noexcept { return head_; }

    /// What was wrong with the end of the file when it was opened; empty: nothing.
    [[nodiscard]] const std::string& remark() const noexcept { return remark_; }

  private:
    /// The end of a file: its last two whole lines, and what follows them.
    struct Tail {
        std::string before;
        std::string last;
        std::string unfinished;
    };

    AuditLog(base::Descriptor descriptor, std::filesystem::path file)
        : descriptor_(std::move(descriptor)), file_(std::move(file)) {}
    /// Returns how many bytes of an unfinished line follow.
    [[nodiscard]] base::Result<std::size_t> find_end();
    [[nodiscard]] base::Status cut_off_unfinished(std::size_t bytes);
    [[nodiscard]] base::Result<Tail> read_tail(std::int64_t size) const;
    [[nodiscard]] base::Result<std::string> read_at(std::int64_t offset, std::size_t length) const;
    [[nodiscard]] base::Error not_an_audit() const;
    [[nodiscard]] base::Status cut_off_torn_lines();
    [[nodiscard]] base::Status write(std::string_view lines);

    base::Descriptor descriptor_;
    std::filesystem::path file_;
    std::int64_t size_ = 0;
    std::string head_;
    std::string remark_;
    bool torn_ = false;  ///< something may stand behind size_
};

/// What is wrong with an audit file.
enum class AuditErrc {
    broken_chain =
        1,         ///< the next line does not carry this line's hash: changed, or lines missing or reordered
    not_a_record,  ///< a line that is no record
    unfinished,    ///< the last line has no end
    other_head,    ///< no line has the expected hash: the last lines were changed or cut off
};

std::error_code make_error_code(AuditErrc) noexcept;

struct AuditSummary {
    std::uint64_t lines = 0;
    std::string head;
    std::uint64_t after_expected = 0;  ///< lines that were written since the expected head
};

/// Follows the chain from the first line to the last. One of its lines has the expected hash, if there is one: a hash
/// that was kept stays good while lines are added.
/// Fails: AuditErrc, with file and line in the detail; the system's error.
[[nodiscard]] base::Result<AuditSummary> verify_audit(const std::filesystem::path& file,
                                                      const std::optional<std::string>& expected_head);

}  // namespace natscreds::provisioner

template <>
struct std::is_error_code_enum<natscreds::provisioner::AuditErrc> : std::true_type {};
