#pragma once

#include <filesystem>
#include <string>

#include "invocation.h"

namespace natscreds::request {

enum class Stay { no, keep_renewed };

/// nats-req --access: what is wanted, and where it goes.
struct AccessOptions {
    std::string name;  ///< empty: an ordinary request
    std::string role;
    std::string ttl;
    std::string subject;
    std::string expected_account;
    std::string identity;          ///< "kind=FILE", or empty
    std::filesystem::path output;  ///< empty: standard output
    Stay stay = Stay::no;
};

/// Puts the default subject into `options`, which must outlive them.
[[nodiscard]] console::OptionList access_options(AccessOptions& options);

/// Makes a key, asks for a JWT for it, and writes the creds file: whole, mode 0600 and new, or not at all.
[[nodiscard]] console::ExitCode run_access(Invocation& invocation, const AccessOptions& options);

}  // namespace natscreds::request
