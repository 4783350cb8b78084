#pragma once

#include <string>
#include <system_error>

namespace natscreds::base {

/// An error category made of a name and a function from an enumerator to its sentence, so that each
/// library's `Errc` is one enum and one `switch`.
///
/// Holds:   it is there to the end of the process: nothing is destroyed, for threads of a library may still have an
///          error to tell while the process ends.
template <class Errc>
class ErrorCategory {
  public:
    using Describe = const char* (*)(Errc);

    constexpr ErrorCategory(const char* name, Describe describe) noexcept : category_(name, describe) {}
    ~ErrorCategory() {}
    ErrorCategory(const ErrorCategory&) = delete;
    ErrorCategory& operator=(const ErrorCategory&) = delete;

    // NOLINTNEXTLINE(google-explicit-constructor): it stands where a std::error_category is asked for.
    constexpr operator const std::error_category&() const noexcept { return category_; }

  private:
    class Category final : public std::error_category {
      public:
        constexpr Category(const char* name, Describe describe) noexcept : name_(name), describe_(describe) {}
        [[nodiscard]] const char* name() const noexcept override { return name_; }
        [[nodiscard]] std::string message(int value) const override {
            return describe_(static_cast<Errc>(value));
        }

      private:
        const char* name_;
        Describe describe_;
    };

    union {
        Category category_;
    };
};

}  // namespace natscreds::base
