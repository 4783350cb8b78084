#include "invocation.h"

#include <ostream>
#include <utility>

#include <natscreds/cli/console/command_line.h>

namespace natscreds::request {

using console::ExitCode;

namespace {

std::optional<Requester> requester_of(const bus::ConnectionOptions& options) {
    if (options.nkey) return Requester{options.nkey->public_key(), std::nullopt};
    if (!options.credentials) return std::nullopt;
    const jwt::Decoded<jwt::UserClaims>& user = options.credentials->user();
    const std::string& named = user.claims().issuer_account;
    const auto account = nkeys::PublicKey::parse(named, nkeys::Kind::account);
    return Requester{options.credentials->key().public_key(), account ? *account : user.issuer};
}

}  // namespace

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
    return connect(*std::move(options), std::move(events));
}

base::Result<bus::Connection> Invocation::open_as(jwt::Credentials credentials,
                                                  bus::ConnectionEvents events) {
    base::Result<bus::ConnectionOptions> options = settings_->load();
    if (!options) return options.error();
    options->nkey.reset();
    options->user.clear();
    options->inbox_prefix.clear();
    options->credentials = std::move(credentials);
    options->credentials_file.clear();
    return connect(*std::move(options), std::move(events));
}

base::Result<bus::Connection> Invocation::connect(bus::ConnectionOptions options,
                                                  bus::ConnectionEvents events) {
    options.name = reporter().program();
    timeout_ = options.timeout;
    requester_ = requester_of(options);
    return bus::Connection::open(std::move(options), std::move(events));
}

std::string Invocation::creds_file() const {
    const bus::Setting* const setting = settings_->find(bus::Key::creds);
    return setting != nullptr ? setting->file() : "";
}

ExitCode Invocation::cannot_open(const base::Error& error) const {
    return reporter().cannot_connect(error);
}

}  // namespace natscreds::request
