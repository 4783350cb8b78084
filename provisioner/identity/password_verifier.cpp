#include <natscreds/provisioner/identity/password_verifier.h>

#include <cerrno>
#include <system_error>

#include <sys/stat.h>

#include <natscreds/base/file.h>
#include <natscreds/base/json_writer.h>
#include <natscreds/base/password_hash.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {
namespace {

/// A user's name is all that rules can look at.
Claims claims_of(const std::string& user) {
    base::JsonWriter json;
    json.begin_object();
    json.field("user", user);
    json.end_object();
    return Claims::read(json.text());
}

}  // namespace

base::Result<PasswordUser> PasswordVerifier::verify(const std::string& user, base::ByteView password) {
    const auto hash = hash_for(user);
    if (!hash) return hash.error();
    const auto matches = base::password_matches(hash->text, password);
    if (!matches) return matches.error();
    if (!*matches || !hash->of_user) return base::Error{Errc::wrong_password, {}};
    auto rule = choose_rule(configuration_.rules, claims_of(user));
    if (!rule) return rule.error().within("the user " + user);
    return PasswordUser(user, *std::move(rule));
}

base::Result<std::size_t> PasswordVerifier::check() {
    const auto open = base::readable_by_others(configuration_.file);
    if (!open) return open.error();
    if (*open)
        return base::Error{std::make_error_code(std::errc::permission_denied),
                           configuration_.file.string() + ": others can read it; chmod 600"};
    const std::lock_guard lock(mutex_);
    if (const base::Status read = read_again(); !read) return read.error();
    return users_.users().size();
}

base::Result<std::vector<PasswordVerifier::Listed>> PasswordVerifier::list() {
    std::vector<std::string> users;
    {
        const std::lock_guard lock(mutex_);
        if (const base::Status read = read_again(); !read) return read.error();
        users = users_.users();
    }
    std::vector<Listed> listed;
    for (std::string& user : users) {
        auto rule = choose_rule(configuration_.rules, claims_of(user));
        if (rule) listed.push_back({.user = std::move(user), .rule = *std::move(rule)});
    }
    return listed;
}

base::Result<PasswordVerifier::Version> PasswordVerifier::version() const {
    struct stat found {};
    if (stat(configuration_.file.c_str(), &found) != 0)
        return base::Error{std::error_code(errno, std::generic_category()), configuration_.file.string()};
    return Version{.inode = found.st_ino,
                   .size = static_cast<std::uintmax_t>(found.st_size),
                   .changed = std::chrono::seconds(found.st_mtim.tv_sec) +
                              std::chrono::nanoseconds(found.st_mtim.tv_nsec)};
}

/// A file that cannot be used lets nobody in: whom it was to shut out would be let in by the one before.
base::Status PasswordVerifier::read_again() {
    const auto now = version();
    if (!now) return now.error();
    if (*now == read_) return {};
    const auto text = base::read_file(configuration_.file, PasswordFile::max_bytes);
    if (!text) return text.error();
    auto parsed = PasswordFile::parse(*text);
    if (!parsed) return parsed.error().within(configuration_.file.string());
    users_ = *std::move(parsed);
    read_ = *now;
    return {};
}

base::Result<PasswordVerifier::Hash> PasswordVerifier::hash_for(const std::string& user) {
    const std::lock_guard lock(mutex_);
    if (const base::Status read = read_again(); !read) return read.error();
    std::string hash = users_.hash_of(user);
    const bool of_user = !hash.empty();
    return Hash{.text = of_user ? std::move(hash) : users_.hash_instead(user), .of_user = of_user};
}

}  // namespace natscreds::provisioner::identity
