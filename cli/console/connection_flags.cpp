#include <natscreds/cli/console/connection_flags.h>

#include <string>

#include <CLI/CLI.hpp>

namespace natscreds::console {
namespace {

std::string option_names(const bus::SettingSpec& spec) {
    const std::string long_name = "--" + std::string(spec.option);
    return spec.short_option.empty() ? long_name : "-" + std::string(spec.short_option) + "," + long_name;
}

std::string description(const bus::SettingSpec& spec) {
    std::string text(spec.help);
    if (!spec.variable.empty()) text.append(" [").append(spec.variable).append("]");
    return text;
}

}  // namespace

void add_connection_options(CLI::App& app, ConnectionFlags& flags) {
    for (const bus::SettingSpec& spec : bus::setting_specs()) {
        if (spec.option.empty()) continue;
        const auto keep = [&flags, key = spec.key](const std::string& value) { flags.given[key] = value; };
        app.add_option_function<std::string>(option_names(spec), keep, description(spec))
            ->type_name(std::string(spec.value_name))
            ->take_last()
            ->group("Connection");
    }
    app.add_flag("--show-config", flags.show_config, "print the settings and where each comes from")
        ->group("Connection");
}

base::Result<bus::Settings> connection_settings(const ConnectionFlags& flags,
                                                const bus::Environment& environment,
                                                const Reporter& reporter) {
    if (flags.given.count(bus::Key::password) != 0)
        reporter.message("warning: others can see a password on the command line; use --password-file");
    return bus::Settings::resolve(flags.given, environment);
}

}  // namespace natscreds::console
