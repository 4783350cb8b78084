#include "obtaining.h"

#include <ostream>
#include <utility>

#include <unistd.h>

#include <natscreds/base/date.h>

namespace natscreds::request {
namespace {

using access::Reason;

/// Asks first whether the file could be written: otherwise a name would be taken for a key that is lost.
base::Status check_output(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) {
        return base::Error{std::make_error_code(std::errc::file_exists),
                           file.string() + ": it is not overwritten"};
    }
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
    return base::Error{std::error_code(errno, std::generic_category()), folder.string()};
}

}  // namespace

base::Result<access::OwnedFile> Obtaining::look(const std::optional<Requester>& requester) const {
    if (options_.output.empty()) return access::OwnedFile{};
    const auto account = asking_.expected_account(requester);
    if (!account) return account.error();
    base::Result<access::OwnedFile> found = access::look_at_file(
        options_.output, {.name = options_.name, .account = *account, .role = options_.role},
        invocation_.world().clock.now());
    if (!found || found->credentials) return found;
    const base::Status writable = check_output(options_.output);
    if (!writable) return writable.error();
    return found;
}

base::Result<access::Answer> Obtaining::ask(const nkeys::SigningKey& key) const {
    constexpr unsigned attempts = 3;
    base::Result<bus::Connection> connection = asking_.open();
    if (!connection) return connection.error();
    return asking_.ask(*connection,
                       {.key = key, .name = options_.name, .role = options_.role, .attempts = attempts});
}

base::Result<access::Answer> Obtaining::attempt(const access::OwnedFile& found) const {
    if (!found.credentials) return ask_with_new_key();
    base::Result<access::Answer> answer = ask(found.credentials->key());
    const auto* const given = answer ? std::get_if<access::Granted>(&*answer) : nullptr;
    if (given == nullptr) return answer;
    if (const base::Status written = write(*given, base::Existing::replace); !written) return written.error();
    tell(given->grant);
    return answer;
}

base::Result<access::Answer> Obtaining::ask_with_new_key() const {
    const base::Result<access::PendingKey> pending = access::PendingKey::take_up(
        {.creds_file = options_.output, .name = options_.name}, invocation_.world().random);
    if (!pending) return pending.error();
    base::Result<access::Answer> answer = ask(pending->key());
    const auto* const given = answer ? std::get_if<access::Granted>(&*answer) : nullptr;
    if (given == nullptr) {
        if (pending->in_vain(answer)) pending->forget();
        return answer;
    }
    if (const base::Status written = write(*given, base::Existing::refuse); !written) return written.error();
    pending->forget();
    tell(given->grant);
    return answer;
}

base::Status Obtaining::write(const access::Granted& granted, base::Existing existing) const {
    const base::Secret creds = granted.credentials.text();
    if (!options_.output.empty())
        return base::write_file(options_.output, creds.expose(), {.existing = existing});
    std::ostream& out = invocation_.world().out;
    out << base::as_text(creds.expose()) << std::flush;
    if (out) return {};
    return base::Error{std::make_error_code(std::errc::io_error), "standard output"};
}

void Obtaining::tell(const access::Grant& grant) const {
    const console::Reporter& reporter = invocation_.reporter();
    reporter.message(grant.name + " has the role " + grant.role + " of account " + grant.account + " until " +
                     base::date_of(grant.expires));
    if (grant.superseded_until)
        reporter.message("it replaces another key of the same owner, whose credentials live until " +
                         base::date_of(*grant.superseded_until));
}

std::filesystem::path Obtaining::waiting_key() const {
    if (options_.output.empty()) return {};
    const std::filesystem::path file = access::PendingKey::file_beside(options_.output);
    return std::filesystem::exists(file) ? file : std::filesystem::path();
}

std::string words_of(const access::Refusal& refusal) {
    const std::optional<Reason> reason = access::reason_of(refusal.error.code);
    return refusal.error.detail + (reason ? " (" + std::string(access::name(*reason)) + ")" : "");
}

}  // namespace natscreds::request
