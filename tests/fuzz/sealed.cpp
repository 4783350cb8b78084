// What is sealed opens again, for the right key alone; anything else is refused.
#include <algorithm>

#include <natscreds/nkeys/curve_key.h>

#include "require.h"

using namespace natscreds;

namespace {

/// The same numbers in every run, so that the corpus holds messages that open.
class FixedRandom final : public base::Random {
  public:
    explicit FixedRandom(std::uint8_t start) : next_(start) {}
    void fill(std::span<std::uint8_t> bytes) override {
        std::ranges::generate(bytes, [this] { return next_++; });
    }

  private:
    std::uint8_t next_;
};

nkeys::CurveKey key_of(std::uint8_t start) {
    FixedRandom random(start);
    return nkeys::CurveKey::generate(random);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const nkeys::CurveKey alice = key_of(1);
    static const nkeys::CurveKey bob = key_of(2);
    static const nkeys::CurveKey mallory = key_of(3);
    const base::ByteView input{data, size};

    const auto opened = bob.open(input, alice.public_key());
    fuzz::require(!opened || size == opened->size() + 44);
    fuzz::require(!opened || !bob.open(input, mallory.public_key()));
    fuzz::require(!opened || !mallory.open(input, alice.public_key()));

    FixedRandom nonce(9);
    const auto sealed = alice.seal(input, bob.public_key(), nonce);
    fuzz::require(sealed.has_value());
    const auto again = bob.open(*sealed, alice.public_key());
    fuzz::require(again && std::ranges::equal(*again, input));
    return 0;
}
