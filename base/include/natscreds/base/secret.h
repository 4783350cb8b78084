#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <natscreds/base/bytes.h>

namespace natscreds::base {

/// Bytes with which someone could be impersonated: a seed (raw or as text), a private key, a creds file.
///
/// Holds:   the memory is locked (never swapped, where the system's limit allows it), left out of core
///          dumps, fenced by guard pages, and wiped when the Secret ends. It moves; it cannot be copied,
///          printed or compared with `==`.
/// Fails:   without memory the process ends, as with operator new.
/// Thread:  as an ordinary value.
class Secret {
  public:
    /// No bytes at all.
    Secret() noexcept = default;

    /// `size` bytes, written by `fill(std::span<std::uint8_t>)` before anyone can read them.
    template <class Fill>
    [[nodiscard]] static Secret filled(std::size_t size, Fill&& fill) {
        Secret secret(size);
        std::forward<Fill>(fill)(secret.writable());
        return secret;
    }

    /// The bytes of `source`, which is wiped.
    [[nodiscard]] static Secret take(std::span<std::uint8_t> source);

    /// The bytes of `source`, which stays as it is: for what is not ours to wipe.
    [[nodiscard]] static Secret copy_of(ByteView source);

    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    bool operator==(const Secret&) const = delete;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    /// The only way to the bytes. Valid as long as this Secret is; a test keeps the list of callers short.
    [[nodiscard]] ByteView expose() const noexcept { return {data_, size_}; }

  private:
    explicit Secret(std::size_t size);
    std::span<std::uint8_t> writable() noexcept { return {data_, size_}; }

    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Overwrites memory in a way that the compiler may not leave out.
void wipe(std::span<std::uint8_t> memory) noexcept;
void wipe(std::string& text) noexcept;

}  // namespace natscreds::base
