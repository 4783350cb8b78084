#include <natscreds/login/kept_login.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>

#include <fcntl.h>

#include <natscreds/base/base64url.h>
#include <natscreds/base/bytes.h>
#include <natscreds/base/file.h>
#include <natscreds/base/sha256.h>
#include <natscreds/login/errc.h>

namespace natscreds::login {
namespace {

constexpr std::size_t max_kept_bytes = 32 * 1024;

std::string name_for(const std::string& heading) {
    constexpr std::size_t enough = 16;
    const base::Sha256 hash = base::sha256(base::as_bytes(heading));
    return "login-" + base::base64url_encode(std::span(hash).first(enough));
}

base::Error failed_at(const std::filesystem::path& file) {
    return {std::error_code(errno, std::generic_category()), file.string()};
}

}  // namespace

base::Result<KeptLogin> KeptLogin::open(const std::filesystem::path& folder, const std::string& issuer,
                                        const std::string& client) {
    if (const base::Status made = base::make_private_folder(folder); !made) return made.error();
    std::string heading = issuer + '\n' + client + '\n';
    std::filesystem::path file = folder / name_for(heading);
    std::filesystem::path lock_file = file;
    lock_file += ".lock";
    constexpr unsigned owner_only = 0600;
    base::Descriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, owner_only));
    if (!lock.open() || !lock.lock()) return failed_at(lock_file);
    return KeptLogin(std::move(file), std::move(heading), std::move(lock));
}

base::Result<base::Secret> KeptLogin::load() const {
    const base::Result<base::Secret> text = base::read_secret_file(file_, max_kept_bytes);
    if (!text && text.error().code == std::errc::no_such_file_or_directory)
        return base::Error{Errc::not_logged_in, {}};
    if (!text) return text.error();
    const std::string_view whole = base::as_text(text->expose());
    const bool shaped =
        whole.starts_with(heading_) && whole.size() > heading_.size() && whole.ends_with('\n');
    if (!shaped) return base::Error{Errc::not_logged_in, file_.string() + " is not of a login"};
    return base::Secret::copy_of(
        base::as_bytes(whole.substr(heading_.size(), whole.size() - heading_.size() - 1)));
}

base::Status KeptLogin::save(const base::Secret& refresh_token) const {
    const base::ByteView token = refresh_token.expose();
    const auto fill = [&](std::span<std::uint8_t> text) {
        const auto rest = std::ranges::copy(base::as_bytes(heading_), text.begin()).out;
        *std::ranges::copy(token, rest).out = '\n';
    };
    const base::Secret text = base::Secret::filled(heading_.size() + token.size() + 1, fill);
    return base::write_file(file_, text.expose(), {.existing = base::Existing::replace});
}

base::Status KeptLogin::remove() const {
    std::error_code failed;
    std::filesystem::remove(file_, failed);
    return failed ? base::Status(base::Error{failed, file_.string()}) : base::Status();
}

}  // namespace natscreds::login
