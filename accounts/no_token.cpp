#include <natscreds/accounts/no_token.h>

#include <algorithm>
#include <array>
#include <system_error>

#include <natscreds/jwt/errc.h>

namespace natscreds::accounts {

bool is_no_token(const base::Error& error) noexcept {
    // What is not there at all is accounts::Errc::no_such_user and the like.
    constexpr std::array in_its_place{std::errc::no_such_file_or_directory,
                                      std::errc::is_a_directory,
                                      std::errc::not_a_directory,
                                      std::errc::invalid_argument,
                                      std::errc::file_too_large,
                                      std::errc::too_many_symbolic_link_levels};
    if (error.code.category() == jwt::make_error_code(jwt::Errc()).category()) return true;
    return std::ranges::any_of(in_its_place, [&](std::errc code) { return error.code == code; });
}

}  // namespace natscreds::accounts
