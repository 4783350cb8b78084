#include <natscreds/base/sha256.h>

#include <sodium.h>

namespace natscreds::base {

Sha256 sha256(ByteView bytes) noexcept {
    Sha256 digest{};
    crypto_hash_sha256(digest.data(), bytes.data(), bytes.size());
    return digest;
}

}  // namespace natscreds::base
