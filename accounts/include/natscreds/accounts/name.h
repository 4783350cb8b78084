#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// The name of an operator, account or user, which is also the name of its folder or file.
///
/// Shape:   1 to 200 bytes.
/// Holds:   it names something directly below its folder and nowhere else: no `/` or `\`, no control
///          character, no dot in front, no blank at either end, not `*`. No other instance can exist.
/// Fails:   Errc::bad_name.
class Name {
  public:
    [[nodiscard]] static base::Result<Name> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    auto operator<=>(const Name&) const = default;

  private:
    explicit Name(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace natscreds::accounts
