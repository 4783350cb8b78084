#include <natscreds/cli/console/connection_flags.h>

#include <string>
#include <utility>

#include <natscreds/base/file.h>

namespace natscreds::console {
namespace {

constexpr const char* heading = "Connection";

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

OptionList connection_options(ConnectionFlags& flags) {
    OptionList options;
    for (const bus::SettingSpec& spec : bus::setting_specs()) {
        if (spec.option.empty()) continue;
        Option option{.names = option_names(spec), .to = {}, .help = description(spec), .group = heading};
        if (spec.is_flag()) {
            option.to = [&flags, key = spec.key] { flags.given[key] = "true"; };
        } else {
            option.to = [&flags, key = spec.key](const std::string& value) {
                flags.given[key] = value;
                return base::Status();
            };
            option.value = spec.value_name;
            option.takes = spec.value_name == "FILE" ? Takes::file : Takes::text;
            option.last_wins = true;
        }
        options.push_back(std::move(option));
    }
    options.push_back({.names = "--show-config",
                       .to = &flags.show_config,
                       .help = "print the settings and where each comes from",
                       .group = heading});
    return options;
}

base::Result<bus::Settings> connection_settings(const ConnectionFlags& flags,
                                                const bus::Environment& environment,
                                                const Reporter& reporter) {
    if (flags.given.count(bus::Key::password) != 0)
        reporter.message("warning: others can see a password on the command line; use --password-file");
    return bus::Settings::resolve(flags.given, environment);
}

void warn_of_readable(const std::filesystem::path& file, const Reporter& reporter) {
    const base::Result<bool> readable = base::readable_by_others(file);
    if (readable && *readable)
        reporter.message("warning: others can read " + file.string() + "; chmod 600 " + file.string());
}

void warn_of_readable(const bus::Settings& settings, const Reporter& reporter) {
    for (const bus::Key key : {bus::Key::creds, bus::Key::nkey, bus::Key::password_file, bus::Key::tls_key}) {
        const bus::Setting* const setting = settings.find(key);
        if (setting != nullptr && !setting->value.empty()) warn_of_readable(setting->value, reporter);
    }
}

}  // namespace natscreds::console
