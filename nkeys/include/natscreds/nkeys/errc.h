#pragma once

#include <system_error>

namespace natscreds::nkeys {

/// Every way in which a key can be wrong.
enum class Errc {
    bad_length = 1,    ///< not the number of characters that such a key has
    bad_alphabet,      ///< a character that is not base32, or spare bits that are not zero
    bad_checksum,      ///< the CRC does not match: a typing error, or a cut text
    bad_kind,          ///< a prefix that no kind of key has
    wrong_kind,        ///< a good key, of another kind than asked for
    not_a_seed,        ///< a public key, or something else, where a seed is needed
    not_a_public_key,  ///< a seed, or something else, where a public key is needed
    not_a_private_key,  ///< another kind of text where a private key is needed, or one whose halves do not match
    bad_signature,      ///< the signature was not made by this key over this message
    cannot_sign,        ///< a key of a kind that does not sign (curve)
    no_key_found,       ///< a file in which no line is a seed
    not_sealed,         ///< not a sealed message of the version that we know (xkv1)
    cannot_open,        ///< sealed for another key, by another sender, or changed since
    unusable_key,       ///< a public key with which nothing can be kept secret
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::nkeys

template <>
struct std::is_error_code_enum<natscreds::nkeys::Errc> : std::true_type {};
