#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

namespace natscreds::base {

/// Why something failed.
///
/// code:    what programs compare; each library has one enum of causes (`Errc`).
/// detail:  what was being done, and to which file or public key. Never a secret.
struct Error {
    std::error_code code;
    std::string detail;

    /// The sentence for people: the detail, then the code's own text.
    [[nodiscard]] std::string message() const;

    /// The same error seen from one level further out: `context` is put before the detail.
    [[nodiscard]] Error within(std::string_view context) const;
};

/// Whether the system says so, and none of our own causes.
[[nodiscard]] bool is_of_system(const std::error_code& code) noexcept;

/// Ends the process with a message: for reading a value that is not there, which only a bug does.
[[noreturn]] void abort_on_unchecked_access(const Error* error) noexcept;

/// A value, or the reason why there is none: the shape of C++23's `std::expected<T, Error>`.
///
/// Holds:   exactly one of the two. Reading the one that is not there aborts.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] T& value() & { return checked(); }
    [[nodiscard]] const T& value() const& { return const_cast<Result*>(this)->checked(); }
    [[nodiscard]] T&& value() && { return std::move(checked()); }

    T& operator*() & { return checked(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(checked()); }
    T* operator->() { return &checked(); }
    const T* operator->() const { return &value(); }

    [[nodiscard]] const Error& error() const {
        if (has_value()) abort_on_unchecked_access(nullptr);
        return *std::get_if<1>(&state_);
    }

  private:
    T& checked() {
        if (!has_value()) abort_on_unchecked_access(std::get_if<1>(&state_));
        return *std::get_if<0>(&state_);
    }

    std::variant<T, Error> state_;
};

/// Done, or the reason why not.
template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), failed_(true) {}

    [[nodiscard]] bool has_value() const noexcept { return !failed_; }
    explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] const Error& error() const {
        if (!failed_) abort_on_unchecked_access(nullptr);
        return error_;
    }

  private:
    Error error_;
    bool failed_ = false;
};

using Status = Result<void>;

}  // namespace natscreds::base
