#pragma once

#include <string>

#include <natscreds/base/random.h>

namespace natscreds::bus {

/// A token of a subject that nobody can guess: 26 letters and digits, of 128 random bits.
[[nodiscard]] std::string random_token(base::Random& random);

}  // namespace natscreds::bus
