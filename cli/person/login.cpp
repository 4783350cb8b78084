#include <natscreds/cli/person/login.h>

#include <ostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include <natscreds/base/date.h>
#include <natscreds/base/pause.h>
#include <natscreds/base/state_folder.h>
#include <natscreds/cli/person/qr_code.h>
#include <natscreds/https/errc.h>
#include <natscreds/login/errc.h>

namespace natscreds::person {
namespace {

using console::ExitCode;

/// Of standard error; 0 where that is no terminal, or one that can do no more than print.
int terminal_columns(const bus::Environment& environment) {
    winsize size{};
    const bool dumb = environment("TERM").value_or("dumb") == "dumb";
    return !dumb && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void ask_person(const LoginWorld& world, const login::Prompt& prompt) {
    const console::Reporter& reporter = world.reporter;
    reporter.message("to log in, open " + prompt.address + " on any device and enter the code " +
                     prompt.code + " within " + base::span_of(prompt.valid_for));
    if (!prompt.whole_address.empty()) reporter.hint("the code is in " + prompt.whole_address);
    const std::string& address = prompt.whole_address.empty() ? prompt.address : prompt.whole_address;
    world.err << qr_code(address, terminal_columns(world.environment)) << std::flush;
}

}  // namespace

console::Option client_id_option(LoginFlags& flags) {
    return {.names = "--client-id",
            .to = &flags.client_id,
            .help = "what the issuer of --login knows this program as",
            .value = "ID",
            .hidden = true};
}

console::Option audience_option(LoginFlags& flags, std::string help) {
    return {.names = "--audience",
            .to = &flags.audience,
            .help = std::move(help),
            .value = "TEXT",
            .hidden = true};
}

std::string objection(const LoginFlags& flags, const bus::Environment& environment) {
    if (flags.issuer.empty() != flags.client_id.empty())
        return "--login ISSUER goes with --client-id ID, which the issuer knows this program as";
    if (!flags.issuer.empty() && base::state_folder(environment).empty())
        return "--login keeps the login in XDG_STATE_HOME or HOME, and neither is set";
    return "";
}

login::Login login_of(const LoginFlags& flags, const LoginWorld& world) {
    return login::Login({.issuer = flags.issuer,
                         .client = flags.client_id,
                         .audience = flags.audience,
                         .folder = base::state_folder(world.environment),
                         .intervals = world.intervals,
                         .pause = [](std::chrono::seconds time) { return base::pause({}, time); },
                         .ask_person = [world](const login::Prompt& prompt) { ask_person(world, prompt); }});
}

base::Status log_in(login::Login& login, const console::Reporter& reporter) {
    const auto lasting = login.log_in();
    if (!lasting) return lasting.error();
    if (*lasting == login::Login::Lasting::as_long_as_its_token)
        reporter.message("the issuer gave no refresh token: this login is not kept, and ends with its token");
    return {};
}

bool is_about_login(const std::error_code& error) {
    return error.category() == login::make_error_code(login::Errc::ended).category() ||
           error.category() == https::make_error_code(https::Errc::unreachable).category();
}

ExitCode login_failed(const console::Reporter& reporter, const base::Error& error) {
    const ExitCode code = reporter.failed(error);
    if (error.code == login::Errc::ended || error.code == login::Errc::not_logged_in)
        reporter.hint(reporter.program() + " --login ISSUER --client-id ID --access NAME logs in");
    return error.code == https::Errc::unreachable ? ExitCode::not_connected : code;
}

}  // namespace natscreds::person
