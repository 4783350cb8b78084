#pragma once

#include <system_error>

namespace natscreds::https {

/// Why there is no whole answer.
enum class Errc {
    unreachable = 1,  ///< no connection, no trust in the server's certificate, or no whole answer in time
    too_large,        ///< an answer with more bytes than whoever asked takes
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::https

template <>
struct std::is_error_code_enum<natscreds::https::Errc> : std::true_type {};
