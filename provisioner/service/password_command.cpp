#include "password_command.h"

#include <algorithm>
#include <cerrno>
#include <ostream>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/file.h>
#include <natscreds/base/password_hash.h>
#include <natscreds/base/secret.h>
#include <natscreds/base/secret_prompt.h>
#include <natscreds/provisioner/identity/password_file.h>

namespace natscreds::provisioner {
namespace {

using identity::PasswordFile;

constexpr std::size_t max_password_bytes = 1024;

base::Error wrong(const std::string& what) {
    return {std::make_error_code(std::errc::invalid_argument), what};
}

/// A line of standard input, without its end.
base::Result<base::Secret> read_line() {
    std::size_t size = 0;
    int trouble = 0;
    const base::Secret line = base::Secret::filled(max_password_bytes + 1, [&](std::span<std::uint8_t> to) {
        while (size < to.size()) {
            const ssize_t got = ::read(STDIN_FILENO, &to[size], 1);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) trouble = errno;
            if (got <= 0 || to[size] == '\n') break;
            ++size;
        }
    });
    if (trouble != 0) return base::Error{std::error_code(trouble, std::generic_category()), "standard input"};
    return base::Secret::copy_of(line.expose().first(size));
}

base::Result<base::Secret> first_line_of(const std::filesystem::path& file) {
    const auto whole = base::read_secret_file(file, 4 * max_password_bytes);
    if (!whole) return whole.error();
    const std::string_view text = base::as_text(whole->expose());
    return base::Secret::copy_of(base::as_bytes(text.substr(0, text.find('\n'))));
}

base::Result<base::Secret> ask_for(const std::string& user) {
    auto first = base::ask_secret("password of " + user + ": ");
    if (!first) return first.error();
    const auto second = base::ask_secret("again: ");
    if (!second) return second.error();
    if (!std::ranges::equal(first->expose(), second->expose())) return wrong("the two passwords differ");
    return first;
}

base::Result<base::Secret> password_for(const PasswordCommand& command) {
    auto password = !command.from.empty()       ? first_line_of(command.from)
                    : isatty(STDIN_FILENO) != 0 ? ask_for(command.user)
                                                : read_line();
    if (!password) return password.error();
    if (password->empty()) return wrong("the password is empty");
    if (password->size() > max_password_bytes) return wrong("the password has more than 1024 bytes");
    return password;
}

/// What two who change it at once take turns by.
base::Result<base::Descriptor> lock_folder_of(const std::filesystem::path& file) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    base::Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.open() || !opened.lock())
        return base::Error{std::error_code(errno, std::generic_category()), folder.string()};
    return opened;
}

base::Result<PasswordFile> load_users(const PasswordCommand& command) {
    const auto text = base::read_file(command.file, PasswordFile::max_bytes);
    const bool new_one = !text && text.error().code == std::errc::no_such_file_or_directory;
    if (new_one && command.what == PasswordCommand::What::add) return PasswordFile();
    if (!text) return text.error();
    auto users = PasswordFile::parse(*text);
    if (!users) return users.error().within(command.file.string());
    return users;
}

base::Status store_users(const PasswordFile& users, const std::filesystem::path& file) {
    const std::string text = users.text();
    if (text.size() > PasswordFile::max_bytes)
        return base::Error{std::make_error_code(std::errc::file_too_large), file.string()};
    return base::write_file(file, base::as_bytes(text), {.existing = base::Existing::replace, .mode = 0600});
}

base::Status add_user(const PasswordCommand& command) {
    if (!PasswordFile::is_user(command.user))
        return wrong("\"" + command.user +
                     "\" cannot be a user: 1 to 64 printable characters without blanks and colons, the "
                     "first no #, and not oidc");
    const auto password = password_for(command);
    if (!password) return password.error();
    const auto hash = base::hash_password(password->expose());
    if (!hash) return hash.error();
    const auto lock = lock_folder_of(command.file);
    if (!lock) return lock.error();
    auto users = load_users(command);
    if (!users) return users.error();
    users->put(command.user, *hash);
    return store_users(*users, command.file);
}

base::Status remove_user(const PasswordCommand& command) {
    const auto lock = lock_folder_of(command.file);
    if (!lock) return lock.error();
    auto users = load_users(command);
    if (!users) return users.error();
    if (!users->remove(command.user))
        return wrong("there is no user " + command.user + " in " + command.file.string());
    return store_users(*users, command.file);
}

base::Status list_users(const PasswordCommand& command, std::ostream& out) {
    const auto users = load_users(command);
    if (!users) return users.error();
    for (const std::string& user : users->users())
        out << user << '\n';
    return {};
}

}  // namespace

base::Status carry_out(const PasswordCommand& command, std::ostream& out) {
    switch (command.what) {
        case PasswordCommand::What::add:
            return add_user(command);
        case PasswordCommand::What::remove:
            return remove_user(command);
        case PasswordCommand::What::list:
            break;
    }
    return list_users(command, out);
}

}  // namespace natscreds::provisioner
