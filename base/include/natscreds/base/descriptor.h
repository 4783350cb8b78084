#pragma once

#include <utility>

namespace natscreds::base {

/// An open file, socket or the like, which is closed when this ends.
///
/// Holds:   number() is below zero where there is none: after a failed open(2), and after a move.
class Descriptor {
  public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();

    [[nodiscard]] bool open() const noexcept { return number_ >= 0; }
    [[nodiscard]] int number() const noexcept { return number_; }

    /// Waits for the lock of flock(2) that one descriptor alone has. When it cannot be had, errno says why.
    [[nodiscard]] bool lock() const noexcept;
    /// The same without waiting: errno is EWOULDBLOCK where another has it.
    [[nodiscard]] bool try_lock() const noexcept;

  private:
    int number_;
};

}  // namespace natscreds::base
