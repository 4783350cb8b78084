#include "proof.h"

#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/state_folder.h>
#include <natscreds/login/errc.h>
#include <natscreds/login/github.h>

namespace natscreds::request {
namespace {

using console::ExitCode;

constexpr const char* github = "github";
constexpr const char* default_audience = "nats";

/// A variable's value, which must not be empty.
base::Result<std::string> variable(const Invocation& invocation, const std::string& name) {
    std::optional<std::string> value = invocation.world().environment(name);
    if (value && !value->empty()) return *std::move(value);
    return base::Error{bus::Errc::bad_option, "--identity: the variable " + name + " is not set"};
}

/// From a file, or where a CI system puts it: in a variable.
base::Result<base::Secret> read_proof(const Invocation& invocation, const std::string& place) {
    constexpr std::size_t max_bytes = 16 * 1024;
    constexpr std::string_view prefix = "env:";
    if (!place.starts_with(prefix)) return base::read_secret_file(place, max_bytes);
    const base::Result<std::string> value = variable(invocation, place.substr(prefix.size()));
    if (!value) return value.error();
    return base::Secret::copy_of(base::as_bytes(*value));
}

base::Result<base::Secret> token_of_github(const Invocation& invocation, const std::string& audience) {
    const base::Result<std::string> url = variable(invocation, "ACTIONS_ID_TOKEN_REQUEST_URL");
    base::Result<std::string> token = variable(invocation, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    if (!url || !token) {
        return (url ? token.error() : url.error())
            .within("a job of GitHub Actions has it with permissions: id-token: write");
    }
    return login::github_token({.url = *url, .bearer_token = base::Secret::copy_of(base::as_bytes(*token))},
                               audience.empty() ? default_audience : audience);
}

login::Login login_of(const Invocation& invocation, const person::LoginFlags& flags) {
    const World& world = invocation.world();
    return person::login_of(flags, {.environment = world.environment,
                                    .intervals = world.intervals,
                                    .reporter = invocation.reporter(),
                                    .err = world.err});
}

/// The last line's end, which an editor adds, is not the token's.
base::Secret without_line_end(base::Secret token) {
    std::string_view text = base::as_text(token.expose());
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return text.size() == token.size() ? std::move(token) : base::Secret::copy_of(base::as_bytes(text));
}

}  // namespace

Proof::Proof(const Invocation& invocation, const AccessOptions& options)
    : invocation_(invocation), options_(options) {
    if (!options.login.issuer.empty()) login_.emplace(login_of(invocation, options.login));
}

base::Status Proof::check() const {
    const std::string& text = options_.identity;
    const std::size_t equals = text.find('=');
    const bool shaped = text.empty() || text == github || (equals > 0 && equals != std::string::npos);
    if (shaped) return {};
    return base::Error{bus::Errc::bad_option,
                       "--identity " + text + ": it is KIND=FILE, KIND=env:NAME or github"};
}

base::Status Proof::log_in() {
    return login_ ? person::log_in(*login_, invocation_.reporter()) : base::Status();
}

base::Result<base::Secret> Proof::read() const {
    if (options_.identity == github) return token_of_github(invocation_, options_.login.audience);
    return read_proof(invocation_, options_.identity.substr(options_.identity.find('=') + 1));
}

base::Result<std::optional<access::Identity>> Proof::fresh() {
    if (!login_ && options_.identity.empty()) return std::optional<access::Identity>();
    const bool in_a_place = !login_ && options_.identity != github;
    base::Result<base::Secret> token = login_ ? login_->token() : read();
    if (!token) return token.error();
    return std::optional(access::Identity{
        .kind = in_a_place ? options_.identity.substr(0, options_.identity.find('=')) : "oidc",
        .token = without_line_end(*std::move(token))});
}

ExitCode run_logout(const Invocation& invocation, const AccessOptions& options) {
    const console::Reporter& reporter = invocation.reporter();
    const std::filesystem::path folder = base::state_folder(invocation.world().environment);
    if (options.login.client_id.empty() || folder.empty())
        return reporter.wrong_usage("--logout ISSUER needs --client-id ID, and XDG_STATE_HOME or HOME");
    person::LoginFlags flags = options.login;
    flags.issuer = options.logout;
    if (const base::Status out = login_of(invocation, flags).log_out(); !out) {
        if (out.error().code == login::Errc::not_logged_in) {
            reporter.message(out.error().message());
            return ExitCode::done;
        }
        return person::login_failed(reporter, out.error());
    }
    reporter.message("logged out of " + options.logout);
    return ExitCode::done;
}

}  // namespace natscreds::request
