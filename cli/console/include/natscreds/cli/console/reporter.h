#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/cli/console/exit_code.h>

namespace natscreds::console {

/// What a program tells people beside its results: lines on standard error.
///
/// Shape:   "program: message", or "hint: what to do". Control characters, which a server or service may have
///          put into a message, are shown as "\x1b".
/// Thread:  any.
class Reporter {
  public:
    Reporter(std::string program, std::ostream& err) : program_(std::move(program)), err_(err) {}

    [[nodiscard]] const std::string& program() const noexcept { return program_; }

    void message(std::string_view text) const;
    void hint(std::string_view text) const;

    /// Reports an error, with a hint where we know what to do, and returns the program's exit code.
    [[nodiscard]] ExitCode failed(const base::Error& error) const;

    /// Reports why there is no connection; that a file for it cannot be read is such a reason too:
    /// ExitCode::not_connected.
    [[nodiscard]] ExitCode cannot_connect(const base::Error& error) const;

    /// Reports what is wrong with the command line. Returns ExitCode::usage.
    [[nodiscard]] ExitCode wrong_usage(std::string_view text) const;

  private:
    std::string program_;
    std::ostream& err_;
};

/// What to do about an error; empty where we do not know.
[[nodiscard]] std::string_view hint_for(const base::Error& error) noexcept;

}  // namespace natscreds::console
