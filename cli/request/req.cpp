#include <cstdint>
#include <ostream>

#include "access.h"
#include "enrol.h"
#include "invocation.h"
#include "message_text.h"
#include "outgoing.h"
#include "proof.h"
#include "refusal.h"

namespace natscreds::request {
namespace {

using console::ExitCode;

struct ReqOptions {
    Outgoing outgoing;
    AccessOptions access;
    EnrolOptions enrol;
    std::uint64_t count = 1;
    std::uint64_t replies = 1;
    bool raw = false;
    bool json = false;
};

console::Command command(ReqOptions& options) {
    return {
        .summary = "Sends a request and prints the reply.",
        .options = console::joined({outgoing_options(options.outgoing),
                                    {{.names = "--count",
                                      .to = &options.count,
                                      .help = "requests to send, one after the other",
                                      .value = "N",
                                      .range = console::Range{}},
                                     {.names = "--replies",
                                      .to = &options.replies,
                                      .help = "replies to wait for; fewer do at the timeout",
                                      .value = "N",
                                      .range = console::Range{}},
                                     {"--json", &options.json, "print each reply as a line of JSON"},
                                     {.names = "--raw",
                                      .to = &options.raw,
                                      .help = "print the body without a line end after it",
                                      .excludes = {"--json"}}},
                                    access_options(options.access),
                                    enrol_options(options.enrol)}),
        .examples = {"nats-req --creds me.creds chat.req.access example",
                     "nats-req --creds requester.creds --access wallyqs -o wallyqs.creds --keep-renewed"},
    };
}

/// What goes with what.
std::string enrol_objection(const ReqOptions& options) {
    const AccessOptions& access = options.access;
    if (!options.enrol.wanted) return options.enrol.jwt.empty() ? "" : "--jwt goes with --enrol";
    if (access.output.empty()) return "--enrol needs the creds file that there will be: -o FILE";
    const bool asks = access.obtains() || access.stay == Stay::keep_renewed;
    return asks ? "--enrol asks no service: leave out --access, --default-name and --keep-renewed" : "";
}

std::string shown(const bus::Message& reply, const ReqOptions& options) {
    if (options.json) return json_line(reply);
    return options.raw ? reply.body : reply.body + "\n";
}

/// One request. A refusal is an answer as well, but no result: it must not end up in anybody's file.
ExitCode ask(const Invocation& invocation, bus::Connection& connection, const bus::Message& request,
             const ReqOptions& options) {
    ExitCode code = ExitCode::done;
    const bus::MessageHandler print = [&](const bus::Message& reply) {
        if (const std::optional<std::string> refused = refusal(reply)) {
            invocation.reporter().message("refused: " + *refused);
            code = ExitCode::refused;
            return;
        }
        invocation.world().out << shown(reply, options) << std::flush;
    };
    const base::Status replied = connection.request(request, {invocation.timeout(), options.replies}, print);
    return replied ? code : invocation.reporter().failed(replied.error());
}

}  // namespace

ExitCode run_req(const Call& call) {
    Invocation invocation(call);
    ReqOptions options;
    if (const auto ended = invocation.read(command(options))) return *ended;
    if (const std::string wrong = enrol_objection(options); !wrong.empty())
        return call.reporter.wrong_usage(wrong);
    if (options.enrol.wanted) {
        options.enrol.output = options.access.output;
        return run_enrol(invocation, options.enrol);
    }
    if (!options.access.logout.empty()) return run_logout(invocation, options.access);
    const bool for_credentials = options.access.obtains() || options.access.stay == Stay::keep_renewed;
    if (for_credentials) return run_access(invocation, options.access);
    if (!options.access.login.issuer.empty())
        return call.reporter.wrong_usage("--login goes with --access NAME, --default-name or --keep-renewed");
    const base::Result<bus::Message> request = compose(options.outgoing, call.world.input);
    if (!request) return call.reporter.wrong_usage(request.error().detail);

    base::Result<bus::Connection> connection = invocation.open({});
    if (!connection) return invocation.cannot_open(connection.error());
    for (std::uint64_t sent = 0; sent < options.count; ++sent) {
        const ExitCode code = ask(invocation, *connection, *request, options);
        if (code != ExitCode::done) return code;
    }
    if (!call.world.out) {
        call.reporter.message("standard output cannot be written");
        return ExitCode::refused;
    }
    return ExitCode::done;
}

}  // namespace natscreds::request
