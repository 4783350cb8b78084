#pragma once

#include <string>
#include <system_error>

namespace natscreds::base {

/// An error category made of a name and a function from an enumerator to its sentence, so that each
/// library's `Errc` is one enum and one `switch`.
template <class Errc>
class ErrorCategory final : public std::error_category {
  public:
    using Describe = const char* (*)(Errc);

    constexpr ErrorCategory(const char* name, Describe describe) noexcept
        : name_(name), describe_(describe) {}

    [[nodiscard]] const char* name() const noexcept override { return name_; }
    [[nodiscard]] std::string message(int value) const override {
        return describe_(static_cast<Errc>(value));
    }

  private:
    const char* name_;
    Describe describe_;
};

}  // namespace natscreds::base
