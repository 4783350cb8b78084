#include <natscreds/base/secret.h>

#include <algorithm>
#include <cstdlib>

#include <sodium.h>

namespace natscreds::base {

Secret::Secret(std::size_t size) : size_(size) {
    if (size == 0) return;
    // sodium_init may be called any number of times, from any thread; -1 means no randomness at all.
    if (sodium_init() < 0) std::abort();
    data_ = static_cast<std::uint8_t*>(sodium_malloc(size));
    if (data_ == nullptr) std::abort();
}

Secret Secret::take(std::span<std::uint8_t> source) {
    Secret secret = copy_of(source);
    wipe(source);
    return secret;
}

Secret Secret::copy_of(ByteView source) {
    return filled(source.size(),
                  [&](std::span<std::uint8_t> bytes) { std::ranges::copy(source, bytes.begin()); });
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

// sodium_free wipes before it gives the pages back.
Secret::~Secret() {
    sodium_free(data_);
}

void wipe(std::span<std::uint8_t> memory) noexcept {
    sodium_memzero(memory.data(), memory.size());
}

}  // namespace natscreds::base
