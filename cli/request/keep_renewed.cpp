#include "keep_renewed.h"

#include <ctime>
#include <thread>
#include <utility>

#include <natscreds/access/renewer.h>

namespace natscreds::request {
namespace {

using console::ExitCode;

bus::ConnectionEvents events(const console::Reporter& reporter) {
    bus::ConnectionEvents events;
    events.disconnected = [&reporter] { reporter.message("disconnected; trying to reconnect"); };
    events.reconnected = [&reporter] { reporter.message("reconnected"); };
    events.error = [&reporter](const base::Error& error) { reporter.message(error.message()); };
    return events;
}

access::RenewerEvents renewer_events(const console::Reporter& reporter, bus::Connection& connection,
                                     const std::filesystem::path& file) {
    access::RenewerEvents events;
    events.renewed = [&reporter, &connection, file](access::Renewal newer) {
        const std::optional<base::Time> until = newer.credentials.user().content.expires;
        const std::string what = newer.stored ? file.string() : "what is in use";
        reporter.message(what + " is renewed" + (until ? " until " + date_of(*until) : ""));
        if (!newer.stored)
            reporter.message("it is not in " + file.string() +
                             " yet, which is tried again: " + newer.stored.error().message());
        const base::Status switched = connection.switch_to(std::move(newer.credentials));
        if (!switched) reporter.message(switched.error().message());
    };
    events.stored = [&reporter, file] { reporter.message(file.string() + " is written now"); };
    events.failed = [&reporter](const base::Error& error) {
        reporter.message("not renewed yet: " + error.message());
    };
    return events;
}

}  // namespace

ExitCode keep_renewed(Invocation& invocation, base::Ending& ending, const Keeping& keeping) {
    const console::Reporter& reporter = invocation.reporter();
    const World& world = invocation.world();
    access::CredentialsFile file(keeping.file);
    const base::Result<jwt::Credentials> current = file.load();
    base::Result<jwt::Credentials> own = file.load();
    if (!current || !own) return invocation.cannot_open((current ? own : current).error());
    base::Result<bus::Connection> connection = invocation.open_as(*std::move(own), events(reporter));
    if (!connection) return invocation.cannot_open(connection.error());
    access::Renewer renewer({.service = {.requests = *connection,
                                         .clock = world.clock,
                                         .random = world.random,
                                         .subjects = keeping.subjects,
                                         .timeout = invocation.timeout()},
                             .store = file,
                             .events = renewer_events(reporter, *connection, keeping.file),
                             .intervals = world.intervals,
                             .identity = keeping.identity},
                            *current);
    reporter.message("keeping " + keeping.file.string() + " renewed");
    std::jthread keeping_renewed([&](const std::stop_token& stop) {
        const base::Status ended = access::keep_renewed(renewer, stop);
        if (!ended) ending.failed(ended.error().within(keeping.file.string()));
    });
    const base::Status ended = ending.wait();
    if (ended) return ExitCode::done;
    (void)reporter.failed(ended.error());
    return ExitCode::not_connected;
}

std::string date_of(base::Time time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::string text(32, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts));
    return text;
}

}  // namespace natscreds::request
