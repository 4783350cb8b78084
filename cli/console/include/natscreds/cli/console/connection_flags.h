#pragma once

#include <filesystem>

#include <natscreds/base/result.h>
#include <natscreds/bus/settings.h>
#include <natscreds/cli/console/command.h>
#include <natscreds/cli/console/reporter.h>

namespace natscreds::console {

/// What the command line says about the connection.
struct ConnectionFlags {
    bus::GivenOptions given;
    bool show_config = false;
};

/// The connection options, and --show-config. `flags` must outlive them.
[[nodiscard]] OptionList connection_options(ConnectionFlags& flags);

/// The settings that these flags and the environment give. Warns when a password is on the command line,
/// where others can see it.
[[nodiscard]] base::Result<bus::Settings> connection_settings(const ConnectionFlags& flags,
                                                              const bus::Environment& environment,
                                                              const Reporter& reporter);

/// Warns of a file with a secret that others can read: of one of them, or of each that these settings name.
void warn_of_readable(const std::filesystem::path& file, const Reporter& reporter);
void warn_of_readable(const bus::Settings& settings, const Reporter& reporter);

}  // namespace natscreds::console
