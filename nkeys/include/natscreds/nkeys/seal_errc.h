#pragma once

#include <system_error>

namespace natscreds::nkeys {

/// Every way in which a sealed seed stays closed.
enum class SealErrc {
    locked = 1,        ///< no passphrase to open it with
    wrong_passphrase,  ///< this passphrase does not open it, or it was changed since
    bad_sealed_seed,   ///< a file that begins as a sealed seed and is none
    empty_passphrase,  ///< nothing where a passphrase is needed
    bad_key,           ///< bytes that are no key made of a passphrase
    no_memory,         ///< not enough memory to make a key of a passphrase
};

std::error_code make_error_code(SealErrc) noexcept;

}  // namespace natscreds::nkeys

template <>
struct std::is_error_code_enum<natscreds::nkeys::SealErrc> : std::true_type {};
