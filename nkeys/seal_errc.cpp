#include <natscreds/nkeys/seal_errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::nkeys {
namespace {

const char* seal_sentence(SealErrc code) {
    switch (code) {
        case SealErrc::locked:
            return "the seed is sealed with a passphrase";
        case SealErrc::wrong_passphrase:
            return "wrong passphrase, or the sealed seed was changed";
        case SealErrc::bad_sealed_seed:
            return "this sealed seed is damaged";
        case SealErrc::empty_passphrase:
            return "the passphrase is empty";
        case SealErrc::bad_key:
            return "these bytes are no key that was made of a passphrase";
        case SealErrc::no_memory:
            return "there is not enough memory";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<SealErrc> seal_category("sealed seed", seal_sentence);

}  // namespace

std::error_code make_error_code(SealErrc code) noexcept {
    return {static_cast<int>(code), seal_category};
}

}  // namespace natscreds::nkeys
