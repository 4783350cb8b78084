#pragma once

#include <string>
#include <vector>

#include <natscreds/base/result.h>

namespace natscreds::console {

/// An option as the command line may have it.
struct KnownOption {
    enum class Value { none, one };

    std::string long_name;   ///< without dashes
    std::string short_name;  ///< one letter, or empty
    Value value = Value::none;
};

/// A command line in one form, however it was written: options first, long ones with two dashes and values
/// with "=" ("--creds=FILE", "-sURL"), then "--", then everything else.
///
/// Holds:   as the Go tools have it, a long option may have one dash ("-creds FILE", "-creds=FILE"), and a
///          short one "=" ("-s=URL"). What follows an option that takes a value is its value, whatever it looks like. What is not an option
///          here but may well be meant as a value ("-", "-5", "-ERR 'no'") is one; other words with a dash
///          stay as they are, to be complained of. Behind "--" nothing is an option.
/// Fails:   bus::Errc::bad_option when the last option lacks its value.
[[nodiscard]] base::Result<std::vector<std::string>> arranged(const std::vector<std::string>& arguments,
                                                              const std::vector<KnownOption>& known);

}  // namespace natscreds::console
