#include <natscreds/base/secret.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>

#include <sodium.h>

#include "lock_failures.h"

namespace natscreds::base {

constinit LockFailures lock_failures;

namespace {

/// What fits into one page beside the canary that sodium_malloc puts before it.
constexpr std::size_t slot_size = 4096 - 16;

std::uint8_t* locked_memory(std::size_t size) {
    // sodium_init may be called any number of times, from any thread; -1 means no randomness at all.
    if (sodium_init() < 0) std::abort();
    auto* const memory = static_cast<std::uint8_t*>(sodium_malloc(size));
    if (memory == nullptr) std::abort();
    // It has tried to lock it, and does not say whether it could. What is locked twice is locked.
    if (sodium_mlock(memory, size) != 0) lock_failures.happened(errno);
    return memory;
}

/// Slots that were used, wiped, and wait for the next Secret: getting one from the system takes several
/// calls, longer than a signature. It belongs to the whole process, as the heap does.
class SpareSlots {
  public:
    std::uint8_t* take() {
        {
            const std::lock_guard lock(mutex_);
            if (count_ > 0) return slots_[--count_];
        }
        return locked_memory(slot_size);
    }

    void put_back(std::uint8_t* slot) {
        {
            const std::lock_guard lock(mutex_);
            if (count_ < slots_.size()) {
                slots_[count_++] = slot;
                return;
            }
        }
        sodium_free(slot);
    }

  private:
    std::mutex mutex_;
    std::array<std::uint8_t*, 64> slots_{};
    std::size_t count_ = 0;
};

constinit SpareSlots spare_slots;

/// Within a slot the bytes lie at the end, so that the next one after them is the guard page's.
std::size_t offset_in_slot(std::size_t size) {
    return slot_size - size;
}

}  // namespace

Secret::Secret(std::size_t size) : size_(size) {
    if (size == 0) return;
    data_ = size <= slot_size ? spare_slots.take() + offset_in_slot(size) : locked_memory(size);
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

Secret::~Secret() {
    if (data_ == nullptr) return;
    if (size_ > slot_size) {
        sodium_free(data_);  // which wipes
        return;
    }
    wipe({data_, size_});
    spare_slots.put_back(data_ - offset_in_slot(size_));
}

void wipe(std::string& text) noexcept {
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

void wipe(std::span<std::uint8_t> memory) noexcept {
    sodium_memzero(memory.data(), memory.size());
}

}  // namespace natscreds::base
