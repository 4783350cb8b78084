#pragma once

#include <filesystem>

#include <natscreds/base/result.h>
#include <natscreds/bus/settings.h>
#include <natscreds/cli/console/reporter.h>

namespace CLI {
class App;
}

namespace natscreds::console {

/// What the command line says about the connection.
struct ConnectionFlags {
    bus::GivenOptions given;
    bool show_config = false;
};

/// Adds the connection options, and --show-config, to a program's own. `flags` must outlive the app.
void add_connection_options(CLI::App& app, ConnectionFlags& flags);

/// The settings that these flags and the environment give. Warns when a password is on the command line,
/// where others can see it.
[[nodiscard]] base::Result<bus::Settings> connection_settings(const ConnectionFlags& flags,
                                                              const bus::Environment& environment,
                                                              const Reporter& reporter);

/// Warns of a file with a secret that others can read: of one of them, or of each that these settings name.
void warn_of_readable(const std::filesystem::path& file, const Reporter& reporter);
void warn_of_readable(const bus::Settings& settings, const Reporter& reporter);

}  // namespace natscreds::console
