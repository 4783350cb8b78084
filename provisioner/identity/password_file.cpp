#include <natscreds/provisioner/identity/password_file.h>

#include <algorithm>
#include <set>

#include <natscreds/base/bytes.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/password_hash.h>
#include <natscreds/base/sha256.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {
namespace {

constexpr std::size_t max_user_bytes = 64;

base::Error bad_line(std::size_t number, const std::string& what) {
    return {Errc::bad_password_file, "line " + std::to_string(number) + ": " + what};
}

bool says_nothing(std::string_view line) {
    return base::trimmed(line).empty() || line.front() == '#';
}

}  // namespace

bool PasswordFile::is_user(std::string_view name) {
    const auto allowed = [](char letter) { return base::is_visible(letter) && letter != ':'; };
    return !name.empty() && name.size() <= max_user_bytes && name.front() != '#' && name != "oidc" &&
           std::ranges::all_of(name, allowed);
}

base::Result<PasswordFile> PasswordFile::parse(std::string_view text) {
    PasswordFile file;
    std::set<std::string, std::less<>> seen;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        while (line.ends_with('\r'))
            line.remove_suffix(1);
        if (says_nothing(line)) {
            file.lines_.push_back({.user = "", .rest = std::string(line)});
            continue;
        }
        const std::size_t colon = line.find(':');
        const std::string user(line.substr(0, colon));
        if (colon == std::string_view::npos || !is_user(user))
            return bad_line(number, "not USER:HASH, with a user of 1 to 64 printable characters");
        const std::string_view hash = line.substr(colon + 1);
        if (!base::is_password_hash(hash))
            return bad_line(number, "no Argon2id hash of at most 64 MiB and ten passes");
        if (!seen.insert(user).second) return bad_line(number, "the user " + user + " a second time");
        file.lines_.push_back({.user = user, .rest = std::string(hash)});
    }
    return file;
}

std::string PasswordFile::text() const {
    std::string text;
    for (const Line& line : lines_)
        text += (line.user.empty() ? line.rest : line.user + ":" + line.rest) + "\n";
    return text;
}

void PasswordFile::put(const std::string& user, const std::string& hash) {
    const auto found = std::ranges::find(lines_, user, &Line::user);
    if (found != lines_.end())
        found->rest = hash;
    else
        lines_.push_back({.user = user, .rest = hash});
}

bool PasswordFile::remove(std::string_view user) {
    return !user.empty() && std::erase_if(lines_, [&](const Line& line) { return line.user == user; }) > 0;
}

std::vector<std::string> PasswordFile::users() const {
    std::vector<std::string> users;
    for (const Line& line : lines_) {
        if (!line.user.empty()) users.push_back(line.user);
    }
    return users;
}

std::string PasswordFile::hash_of(std::string_view user) const {
    if (user.empty()) return {};
    const auto found = std::ranges::find(lines_, user, &Line::user);
    return found != lines_.end() ? found->rest : std::string();
}

std::string PasswordFile::hash_instead(std::string_view user) const {
    const std::vector<std::string> all = users();
    if (all.empty()) return {};
    const base::Sha256 digest = base::sha256(base::as_bytes(user));
    const std::size_t chosen = (std::size_t{digest[0]} << 16) | (std::size_t{digest[1]} << 8) | digest[2];
    return hash_of(all[chosen % all.size()]);
}

}  // namespace natscreds::provisioner::identity
