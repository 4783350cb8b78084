#include "invocation.h"

#include <ostream>
#include <utility>

#include <natscreds/cli/console/command_line.h>

namespace natscreds::request {

using console::ExitCode;

Requester requester_of(const jwt::Credentials& credentials) {
    const jwt::Decoded<jwt::UserClaims>& user = credentials.user();
    const std::string& named = user.claims().issuer_account;
    const auto account = nkeys::PublicKey::parse(named, nkeys::Kind::account);
    return {credentials.key().public_key(), account ? *account : user.issuer};
}

std::optional<ExitCode> Invocation::read(console::Command program) {
    const console::OptionList of_all{
        {"-h,--help", console::Help{}, "print this help"},
        {"--version", console::Version{reporter().program() + " " NATSCREDS_VERSION}, "print the version"}};
    program.words = reporter().program();
    program.options = console::joined(
        {of_all, console::generated_options(), console::connection_options(flags_), program.options});
    if (const auto ended = console::read_command_line(program, call_.arguments, world().out, reporter()))
        return ended;
    base::Result<bus::Settings> settings =
        console::connection_settings(flags_, world().environment, reporter());
    if (!settings) return reporter().failed(settings.error());
    settings_ = *std::move(settings);
    if (!flags_.show_config) {
        console::warn_of_readable(*settings_, reporter());
        return std::nullopt;
    }
    world().out << settings_->describe();
    return ExitCode::done;
}

base::Result<bus::Connection> Invocation::open(bus::ConnectionEvents events) {
    base::Result<bus::ConnectionOptions> options = settings_->load();
    if (!options) return options.error();
    const std::filesystem::path file = options->credentials_file;
    return connect(*std::move(options), file, std::move(events));
}

base::Result<bus::Connection> Invocation::open_as(jwt::Credentials credentials,
                                                  const std::filesystem::path& file) {
    base::Result<bus::ConnectionOptions> options = settings_->load_as(std::move(credentials));
    if (!options) return options.error();
    return connect(*std::move(options), file, {});
}

base::Result<bus::Connection> Invocation::connect(bus::ConnectionOptions options,
                                                  const std::filesystem::path& file,
                                                  bus::ConnectionEvents events) {
    options.name = reporter().program();
    timeout_ = options.timeout;
    const console::ShownCredentials shown(options.credentials, file);
    if (events.error) {
        events.error = [this, shown, file, tell = std::move(events.error)](const base::Error& error) {
            // By then somebody may have put others there.
            const base::Result<jwt::Credentials> newer = jwt::Credentials::load(file);
            const base::Time now = world().clock.now();
            tell(newer ? console::ShownCredentials(*newer, file).explain(error, now)
                       : shown.explain(error, now));
        };
    }
    base::Result<bus::Connection> opened = bus::Connection::open(std::move(options), std::move(events));
    if (!opened) return shown.explain(opened.error(), world().clock.now());
    return opened;
}

base::Result<std::optional<Requester>> Invocation::requester() {
    const base::Result<bus::ConnectionOptions> options = settings_->load();
    if (!options) return options.error();
    timeout_ = options->timeout;
    if (options->nkey) return std::optional(Requester{options->nkey->public_key(), std::nullopt});
    if (!options->credentials) return std::optional<Requester>();
    return std::optional(requester_of(*options->credentials));
}

std::string Invocation::creds_file() const {
    const bus::Setting* const setting = settings_->find(bus::Key::creds);
    return setting != nullptr ? setting->file() : "";
}

ExitCode Invocation::cannot_open(const base::Error& error) const {
    return reporter().cannot_connect(error);
}

}  // namespace natscreds::request
