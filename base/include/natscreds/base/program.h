#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/result.h>

namespace natscreds::base {

/// What another program said, and how it ended.
struct ProgramAnswer {
    int exit_code = 0;  ///< 128 and its number, where a signal ended it
    std::string out;
    std::string err;
};

/// The file that a shell would take for this name; `path` is the variable PATH.
/// Holds:   empty parts of `path`, which mean the current folder, are passed over.
[[nodiscard]] std::optional<std::filesystem::path> find_program(std::string_view name, std::string_view path);

struct Program {
    std::filesystem::path file;
    std::vector<std::string> arguments;
    std::chrono::milliseconds limit;
    std::filesystem::path folder = {};  ///< where it runs; empty: where we do
};

/// Runs a program, without a shell and with nothing to read, until it ends or its time is over, when it is killed.
///
/// Fails:   std::errc::timed_out; std::errc::file_too_large for more than a megabyte of words; the system's error
///          where it cannot be started. The detail has the program's path.
/// Thread:  any.
[[nodiscard]] Result<ProgramAnswer> run_program(const Program& program);

/// Starts a program that goes on by itself, in a session of its own: it reads from `input`, and its words go nowhere.
/// The first of the arguments is what it is called.
/// Fails: the system's error where it cannot be started.
[[nodiscard]] Status start_in_background(const std::filesystem::path& file,
                                         const std::vector<std::string>& arguments, const Descriptor& input);

}  // namespace natscreds::base
