#include <natscreds/accounts/no_token.h>

#include <natscreds/jwt/errc.h>

namespace natscreds::accounts {

bool is_no_token(const base::Error& error) noexcept {
    return error.code.category() == jwt::make_error_code(jwt::Errc()).category();
}

}  // namespace natscreds::accounts
