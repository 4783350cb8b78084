#pragma once

#include <cstdint>
#include <memory>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::support {

/// Claims as a careless person with too much imagination would write them, for comparing two readers.
///
/// Shape:   the same seed gives the same claims, in the same order of calls.
/// Holds:   given a few hundred drafts, every field has been there, with usual and with odd values, valid or
///          not; yet each draft can be signed, with a key that issuer() gives. Times lie before 2002 or after
///          2096, so that the day of the test does not matter.
/// Thread:  one at a time.
class RandomClaims {
  public:
    explicit RandomClaims(std::uint64_t seed);
    ~RandomClaims();
    RandomClaims(const RandomClaims&) = delete;
    RandomClaims& operator=(const RandomClaims&) = delete;

    template <class C>
    [[nodiscard]] jwt::Draft<C> draft();

    /// One of those that may sign such claims; it lives as long as this.
    template <class C>
    [[nodiscard]] const nkeys::SigningKey& issuer();

    class Source;

  private:
    std::unique_ptr<Source> source_;
};

}  // namespace natscreds::support
