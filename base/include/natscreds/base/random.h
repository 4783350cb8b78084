#pragma once

#include <cstdint>
#include <span>

namespace natscreds::base {

/// Where randomness comes from. Only `main` passes the real one.
class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

/// The kernel's random numbers. Fails: never; a kernel without them ends the process.
class SystemRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> bytes) override;
};

/// From 0 to 1, evenly: for jitter. Not for secrets.
[[nodiscard]] double chance(Random& random);

}  // namespace natscreds::base
