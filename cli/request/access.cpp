#include "access.h"

#include <chrono>
#include <csignal>
#include <optional>
#include <ostream>
#include <utility>

#include <unistd.h>

#include <natscreds/access/client.h>
#include <natscreds/access/subjects.h>
#include <natscreds/base/ending.h>
#include <natscreds/base/file.h>

#include "keep_renewed.h"
#include "pending_key.h"

namespace natscreds::request {
namespace {

using access::Reason;
using console::ExitCode;

/// Asks first whether the file could be written: otherwise a name would be taken for a key that is lost.
base::Status check_output(const std::filesystem::path& file) {
    if (file.empty()) return {};
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) {
        return base::Error{std::make_error_code(std::errc::file_exists),
                           file.string() + ": it is not overwritten"};
    }
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
    return base::Error{std::error_code(errno, std::generic_category()), folder.string()};
}

base::Result<std::optional<std::chrono::seconds>> parse_ttl(const std::string& text) {
    if (text.empty()) return std::optional<std::chrono::seconds>();
    const base::Result<std::chrono::milliseconds> duration = bus::parse_duration(text);
    if (!duration) return duration.error().within("--ttl");
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*duration);
    if (seconds.count() > 0) return std::optional(seconds);
    return base::Error{bus::Errc::bad_option, "--ttl " + text + ": at least a second"};
}

/// --expect-account, or else the account that the requester's own credentials are for.
base::Result<std::optional<nkeys::PublicKey>> expected_account(const AccessOptions& options,
                                                               const std::optional<Requester>& requester) {
    using Expected = std::optional<nkeys::PublicKey>;
    if (!options.expected_account.empty()) {
        const auto account = nkeys::PublicKey::parse(options.expected_account, nkeys::Kind::account);
        if (!account)
            return base::Error{bus::Errc::bad_option, "--expect-account: " + account.error().message()};
        return Expected(*account);
    }
    return requester ? requester->account : Expected();
}

/// --subject, without the last token, which every service has.
base::Result<access::Subjects> subjects(const AccessOptions& options) {
    constexpr std::string_view last = ".access";
    if (!options.subject.ends_with(last))
        return base::Error{bus::Errc::bad_option, "--subject " + options.subject + ": it ends in .access"};
    auto subjects = access::Subjects::create(options.subject.substr(0, options.subject.size() - last.size()));
    if (!subjects) return base::Error{bus::Errc::bad_option, "--subject " + options.subject};
    return subjects;
}

/// "kind=FILE"
base::Result<std::optional<access::Identity>> identity(const AccessOptions& options) {
    constexpr std::size_t most_bytes = 16 * 1024;
    if (options.identity.empty()) return std::optional<access::Identity>();
    const std::size_t equals = options.identity.find('=');
    if (equals == 0 || equals == std::string::npos)
        return base::Error{bus::Errc::bad_option, "--identity " + options.identity + ": it is KIND=FILE"};
    base::Result<base::Secret> token =
        base::read_secret_file(options.identity.substr(equals + 1), most_bytes);
    if (!token) return token.error();
    std::string_view text = base::as_text(token->expose());
    // An editor ends the line; the token does not.
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    return std::optional(access::Identity{.kind = options.identity.substr(0, equals),
                                          .token = base::Secret::copy_of(base::as_bytes(text))});
}

base::Result<access::Question> question(const AccessOptions& options, const Invocation& invocation) {
    const auto ttl = parse_ttl(options.ttl);
    if (!ttl) return ttl.error();
    const auto account = expected_account(options, invocation.requester());
    if (!account) return account.error();
    base::Result<std::optional<access::Identity>> proof = identity(options);
    if (!proof) return proof.error();
    const std::optional<Requester>& requester = invocation.requester();
    return access::Question{
        .wish = {.name = options.name, .role = options.role, .ttl = *ttl, .identity = *std::move(proof)},
        .requester = requester ? std::optional(requester->key) : std::nullopt,
        .expected_account = *account,
    };
}

/// The service could not be asked, or what it answered does not hold.
ExitCode failed(const console::Reporter& reporter, const base::Error& error) {
    const ExitCode code = reporter.failed(error);
    // What is wrong and not the network's fault is a reply that does not hold.
    return code == ExitCode::refused ? ExitCode::not_verified : code;
}

/// Nothing was granted: why, in the service's words.
ExitCode refused(const console::Reporter& reporter, const access::Refusal& refusal) {
    const base::Error& error = refusal.error;
    const bool named = access::reason_of(error.code).has_value();
    reporter.message("refused: " + error.detail + (named ? " (" + error.code.message() + ")" : ""));
    if (error.code == Reason::stale) reporter.hint("set this machine's clock");
    if (error.code == Reason::name_taken)
        reporter.hint("ask for another name, or wait until this one is free again");
    if (refusal.retry_after)
        reporter.hint("ask again in " + std::to_string(refusal.retry_after->count()) + " seconds");
    return ExitCode::refused;
}

ExitCode write(const Invocation& invocation, const AccessOptions& options, const access::Granted& granted) {
    const base::Secret creds = granted.credentials.text();
    if (options.output.empty()) {
        invocation.world().out << base::as_text(creds.expose()) << std::flush;
        return invocation.world().out ? ExitCode::done : ExitCode::refused;
    }
    const base::Status written = base::write_file(options.output, creds.expose(), {});
    if (!written) return invocation.reporter().failed(written.error());
    return ExitCode::done;
}

/// Whether asking again would not change it: then the name is not this key's.
bool is_final(const access::Refusal& refusal) {
    const std::optional<Reason> reason = access::reason_of(refusal.error.code);
    if (!reason || refusal.retry_after) return false;
    const int number = access::number(*reason);
    return number == 400 || number == 403 || number == 404 || number == 409;
}

/// Nobody has heard the question: no name can have been taken for the key.
bool never_arrived(const base::Error& error) {
    return error.code == bus::Errc::no_responders || error.code == bus::Errc::permission_denied;
}

/// What becomes of the key when nothing was granted.
void keep_or_forget(const console::Reporter& reporter, const PendingKey& pending,
                    const base::Result<access::Answer>& answer) {
    const auto* const refusal = answer ? std::get_if<access::Refusal>(&*answer) : nullptr;
    const bool in_vain = !answer && never_arrived(answer.error()) && !pending.asked_before();
    if (in_vain || (refusal != nullptr && is_final(*refusal))) return pending.forget();
    if (!pending.file().empty())
        reporter.hint("the name may be taken for the key in " + pending.file().string() +
                      ": the same command asks with it again");
}

ExitCode granted(const Invocation& invocation, const AccessOptions& options, const access::Granted& given) {
    const console::Reporter& reporter = invocation.reporter();
    const ExitCode code = write(invocation, options, given);
    if (code != ExitCode::done) return code;
    reporter.message(given.grant.name + " has the role " + given.grant.role + " of account " +
                     given.grant.account + " until " + date_of(given.grant.expires));
    const bool stays_in_vain = options.stay == Stay::keep_renewed && !given.grant.renew_after;
    if (!stays_in_vain) return ExitCode::done;
    reporter.message("this service does not renew credentials");
    return ExitCode::refused;
}

/// Asks, again while no reply comes, and writes what was granted.
ExitCode ask(Invocation& invocation, const AccessOptions& options, const access::Subjects& below) {
    constexpr unsigned attempts = 3;
    const console::Reporter& reporter = invocation.reporter();
    base::Result<bus::Connection> connection = invocation.open({});
    if (!connection) return invocation.cannot_open(connection.error());
    base::Result<access::Question> asked = question(options, invocation);
    if (!asked) return reporter.failed(asked.error());
    const World& world = invocation.world();
    const base::Result<PendingKey> pending =
        PendingKey::take_up({.creds_file = options.output, .name = options.name}, world.random);
    if (!pending) return reporter.failed(pending.error());
    asked->key = &pending->key();
    asked->attempts = attempts;
    const base::Result<access::Answer> answer = access::request_access({.requests = *connection,
                                                                        .clock = world.clock,
                                                                        .random = world.random,
                                                                        .subjects = below,
                                                                        .timeout = invocation.timeout()},
                                                                       *asked);
    const auto* const given = answer ? std::get_if<access::Granted>(&*answer) : nullptr;
    if (given == nullptr) {
        const ExitCode code =
            answer ? refused(reporter, std::get<access::Refusal>(*answer)) : failed(reporter, answer.error());
        keep_or_forget(reporter, *pending, answer);
        return code;
    }
    const ExitCode code = granted(invocation, options, *given);
    if (std::filesystem::exists(options.output)) pending->forget();
    return code;
}

std::optional<ExitCode> wrong_usage(const Invocation& invocation, const AccessOptions& options) {
    if (options.stay == Stay::no) return std::nullopt;
    const console::Reporter& reporter = invocation.reporter();
    if (!options.name.empty() && options.output.empty())
        return reporter.wrong_usage("--keep-renewed needs the file that it keeps: -o FILE");
    if (options.name.empty() && !options.output.empty())
        return reporter.wrong_usage("-o goes with --access; --keep-renewed alone keeps the file of --creds");
    if (options.name.empty() && invocation.creds_file().empty())
        return reporter.wrong_usage("--keep-renewed needs --access NAME -o FILE, or --creds FILE");
    return std::nullopt;
}

}  // namespace

console::OptionList access_options(AccessOptions& options) {
    using console::Takes;
    options.subject = access::Subjects().direct(access::Endpoint::access);
    console::OptionList list{
        {"--access", &options.name, "get credentials; their seed is made and kept here", Takes::text, "NAME"},
        {"-o,--output", &options.output, "new creds file to write (or standard output)", Takes::file, "FILE"},
        {"--role", &options.role, "the role to ask for", Takes::text, "ROLE"},
        {"--ttl", &options.ttl, "a shorter life than the role gives, as 10m", Takes::text, "TIME"},
        {"--identity", &options.identity,
         "a proof of who asks, as kubernetes=FILE; read anew for each renewal", Takes::text, "KIND=FILE"},
        {"--keep-renewed", [&options] { options.stay = Stay::keep_renewed; },
         "stay, and rewrite FILE (or that of --creds) before each expiry"},
        {"--subject", &options.subject, "the service's subject (default: chat.req.access)", Takes::text,
         "SUBJECT"},
        {"--expect-account", &options.expected_account, "account they must be for (that of your own creds)",
         Takes::text, "ACCOUNT"},
    };
    for (console::Option& option : list)
        option.group = "Credentials";
    return list;
}

ExitCode run_access(Invocation& invocation, const AccessOptions& options) {
    const console::Reporter& reporter = invocation.reporter();
    if (const auto usage = wrong_usage(invocation, options)) return *usage;
    const base::Result<access::Subjects> below = subjects(options);
    if (!below) return reporter.failed(below.error());
    // Before the process has other threads.
    std::optional<base::Ending> ending;
    if (options.stay == Stay::keep_renewed) ending.emplace(std::initializer_list<int>{SIGINT, SIGTERM});
    if (!options.name.empty()) {
        const base::Status writable = check_output(options.output);
        if (!writable) return reporter.failed(writable.error());
        const ExitCode code = ask(invocation, options, *below);
        if (code != ExitCode::done || !ending) return code;
    }
    const std::filesystem::path file =
        options.name.empty() ? std::filesystem::path(invocation.creds_file()) : options.output;
    return keep_renewed(invocation, *ending,
                        {.file = file, .subjects = *below, .identity = [&] { return identity(options); }});
}

}  // namespace natscreds::request
