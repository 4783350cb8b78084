#include <natscreds/base/sha256.h>

#include <cstdlib>

#include <sodium.h>

namespace natscreds::base {

Sha256 sha256(ByteView bytes) noexcept {
    Sha256 digest{};
    if (crypto_hash_sha256(digest.data(), bytes.data(), bytes.size()) != 0) std::abort();
    return digest;
}

}  // namespace natscreds::base
