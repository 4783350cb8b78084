#include "access.h"

#include <csignal>
#include <optional>
#include <utility>

#include <natscreds/access/subjects.h>
#include <natscreds/base/date.h>
#include <natscreds/base/ending.h>

#include "keep_renewed.h"
#include "obtaining.h"

namespace natscreds::request {
namespace {

using access::Reason;
using console::ExitCode;

/// The service could not be asked, or what it answered does not hold.
ExitCode failed(const console::Reporter& reporter, const base::Error& error) {
    if (person::is_about_login(error.code)) return person::login_failed(reporter, error);
    const ExitCode code = reporter.failed(error);
    if (error.code == access::Errc::of_others)
        reporter.hint("another file with -o; or move this one away, and a new one is made");
    if (error.code == access::Errc::other_account)
        reporter.hint("the role is one of that account: if it is the one you want, --expect-account " +
                      error.detail);
    const bool of_reply =
        code == ExitCode::refused && !base::is_of_system(error.code) && error.code != access::Errc::of_others;
    // What is wrong and not the network's fault is a reply that does not hold.
    return of_reply ? ExitCode::not_verified : code;
}

/// Nothing was granted: why, in the service's words.
ExitCode refused(const console::Reporter& reporter, const access::Refusal& refusal) {
    reporter.message("refused: " + words_of(refusal));
    if (refusal.error.code == Reason::stale) reporter.hint("set this machine's clock");
    if (refusal.error.code == Reason::name_taken)
        reporter.hint("ask for another name, or wait until this one is free again");
    if (refusal.retry_after)
        reporter.hint("ask again in " + std::to_string(refusal.retry_after->count()) + " seconds");
    return ExitCode::refused;
}

/// What is left, when nothing was granted.
void tell_what_is_left(const Invocation& invocation, const AccessOptions& options, const Obtaining& obtaining,
                       const access::OwnedFile& found) {
    const console::Reporter& reporter = invocation.reporter();
    if (found.freshness == access::Freshness::aged || found.freshness == access::Freshness::good)
        reporter.message(options.output.string() + " stays as it is, good until " +
                         base::date_of(*found.credentials->user().content.expires));
    if (const std::filesystem::path key = obtaining.waiting_key(); !found.credentials && !key.empty())
        reporter.hint("the name may be taken for the key in " + key.string() +
                      ": the same command asks with it again");
}

ExitCode ask(const Invocation& invocation, const AccessOptions& options, const Obtaining& obtaining,
             const access::OwnedFile& found) {
    const console::Reporter& reporter = invocation.reporter();
    const base::Result<access::Answer> answer = obtaining.attempt(found);
    if (answer && std::holds_alternative<access::Granted>(*answer)) return ExitCode::done;
    const ExitCode code =
        answer ? refused(reporter, std::get<access::Refusal>(*answer)) : failed(reporter, answer.error());
    tell_what_is_left(invocation, options, obtaining, found);
    return code;
}

ExitCode nothing_asked(const console::Reporter& reporter, const AccessOptions& options,
                       const jwt::Credentials& credentials) {
    const std::optional<base::Time> until = credentials.user().content.expires;
    reporter.message(options.output.string() + " is good " +
                     (until ? "until " + base::date_of(*until) : std::string("for ever")) +
                     "; nothing was asked (--fresh asks all the same)");
    return ExitCode::done;
}

/// --access NAME, once.
ExitCode obtain(const Invocation& invocation, const AccessOptions& options, const Asking& asking,
                const Obtaining& obtaining) {
    const base::Result<std::optional<Requester>> requester = asking.requester();
    if (!requester) return invocation.cannot_open(requester.error());
    const base::Result<access::OwnedFile> found = obtaining.look(*requester);
    if (!found) return failed(invocation.reporter(), found.error());
    const bool good = found->freshness == access::Freshness::good;
    if (good && options.ask == Ask::where_needed)
        return nothing_asked(invocation.reporter(), options, *found->credentials);
    if (const base::Status in = asking.proof().log_in(); !in)
        return person::login_failed(invocation.reporter(), in.error());
    return ask(invocation, options, obtaining, *found);
}

/// What goes with what.
std::string objection(const Invocation& invocation, const AccessOptions& options) {
    const bool named = options.obtains();
    const bool stays = options.stay == Stay::keep_renewed;
    if (!options.name.empty() && options.name_choice == NameChoice::by_role)
        return "--access NAME and --default-name exclude each other";
    if (!options.login.issuer.empty() && !options.identity.empty())
        return "--login and --identity exclude each other";
    if (const std::string wrong = person::objection(options.login, invocation.world().environment);
        !wrong.empty())
        return wrong;
    if (!options.login.audience.empty() && options.login.issuer.empty() && options.identity != "github")
        return "--audience goes with --login, or with --identity github";
    if (!stays && !options.ready_file.empty()) return "--ready-file goes with --keep-renewed";
    if (!stays) return "";
    if (named && options.output.empty()) return "--keep-renewed needs the file that it keeps: -o FILE";
    if (!named && !options.output.empty())
        return "-o goes with --access; --keep-renewed alone keeps the file of --creds";
    if (!named && invocation.creds_file().empty())
        return "--keep-renewed needs --access NAME -o FILE, or --creds FILE";
    const bool same = !options.ready_file.empty() &&
                      (options.ready_file == options.output || options.ready_file == options.request_creds ||
                       options.ready_file == invocation.creds_file());
    return same ? "--ready-file is a file of its own" : "";
}

}  // namespace

console::OptionList access_options(AccessOptions& options) {
    using console::Takes;
    options.subject = access::Subjects().direct(access::Endpoint::access);
    console::OptionList list{
        {"--access", &options.name, "get credentials; their seed is made and kept here", Takes::text, "NAME"},
        {"--default-name", [&options] { options.name_choice = NameChoice::by_role; },
         "the same, with the name that the role has for who asks"},
        {"-o,--output", &options.output,
         "their creds file, which is left alone while it is good (or standard output)", Takes::file, "FILE"},
        {"--fresh", [&options] { options.ask = Ask::always; }, "ask also where FILE is good"},
        {"--role", &options.role, "the role to ask for", Takes::text, "ROLE"},
        {"--ttl", &options.ttl, "a shorter life than the role gives, as 10m", Takes::text, "TIME"},
        {"--identity", &options.identity,
         "a proof of who asks: kubernetes=FILE, oidc=FILE, oidc=env:NAME, github; read anew each time",
         Takes::text, "KIND=FILE"},
        {"--login", &options.login.issuer,
         "prove it by a login there, with --client-id ID [--audience TEXT]; --logout ISSUER ends it",
         Takes::text, "ISSUER"},
        person::client_id_option(options.login),
        person::audience_option(options.login, "whom the token of --login or --identity github is for"),
        {.names = "--logout",
         .to = &options.logout,
         .help = "end the login at this issuer, with --client-id ID",
         .value = "ISSUER",
         .hidden = true},
        {"--keep-renewed", [&options] { options.stay = Stay::keep_renewed; },
         "stay, and keep FILE (or that of --creds) good, whatever happens"},
        {"--request-creds", &options.request_creds,
         "the requester's credentials, to ask with (those of --creds, with --access)", Takes::file, "FILE"},
        {"--ready-file", &options.ready_file, "a file that is there while the credentials are good",
         Takes::file, "FILE"},
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
    if (const std::string wrong = objection(invocation, options); !wrong.empty())
        return reporter.wrong_usage(wrong);
    const base::Result<access::Subjects> below = subjects(options);
    if (!below) return reporter.failed(below.error());
    Proof proof(invocation, options);
    const Asking asking(invocation, options, proof, *below);
    if (const base::Status sound = asking.check(); !sound) return reporter.failed(sound.error());
    const Obtaining obtaining(invocation, options, asking);
    if (options.stay == Stay::no) return obtain(invocation, options, asking, obtaining);
    if (const base::Status in = proof.log_in(); !in) {
        const ExitCode code = person::login_failed(reporter, in.error());
        if (code != ExitCode::not_connected) return code;
    }
    // Before the process has other threads.
    base::Ending ending{SIGINT, SIGTERM};
    return keep_renewed(invocation, ending,
                        {.options = options, .subjects = *below, .asking = asking, .obtaining = obtaining});
}

}  // namespace natscreds::request
