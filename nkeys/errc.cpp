#include <natscreds/nkeys/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::nkeys {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::bad_length:
            return "the key has the wrong length";
        case Errc::bad_alphabet:
            return "the key has a character that is not base32";
        case Errc::bad_checksum:
            return "the key's checksum is wrong";
        case Errc::bad_kind:
            return "no kind of key begins like this";
        case Errc::wrong_kind:
            return "the key is of another kind";
        case Errc::not_a_seed:
            return "this is not a seed";
        case Errc::not_a_public_key:
            return "this is not a public key";
        case Errc::not_a_private_key:
            return "this is not a private key";
        case Errc::bad_signature:
            return "the signature does not verify";
        case Errc::cannot_sign:
            return "a curve key cannot sign";
        case Errc::no_key_found:
            return "no seed found";
        case Errc::not_sealed:
            return "this is not a sealed message (xkv1)";
        case Errc::cannot_open:
            return "the sealed message cannot be opened with these keys";
        case Errc::unusable_key:
            return "nothing can be sealed with this public key";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("nkeys", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

}  // namespace natscreds::nkeys
