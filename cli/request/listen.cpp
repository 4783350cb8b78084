#include "listen.h"

#include <csignal>

#include <natscreds/base/ending.h>
#include <natscreds/bus/errc.h>

namespace natscreds::request {
namespace {

using console::ExitCode;

bus::ConnectionEvents events(const console::Reporter& reporter, base::Ending& ending) {
    bus::ConnectionEvents events;
    events.disconnected = [&reporter] { reporter.message("disconnected; trying to reconnect"); };
    events.reconnected = [&reporter] { reporter.message("reconnected"); };
    events.error = [&reporter, &ending](const base::Error& error) {
        const bool final = error.code == bus::Errc::permission_denied;
        if (final) {
            ending.failed(error);
        } else {
            reporter.message(error.message());
        }
    };
    return events;
}

/// Counts what comes, and passes it on as long as it is wanted. It runs on the subscription's own thread.
class Receiver {
  public:
    Receiver(bus::Connection& connection, const Listening& listening, const Action& act, base::Ending& ending)
        : connection_(connection), listening_(listening), act_(act), ending_(ending) {}

    void receive(const bus::Message& message) {
        if (listening_.count && number_ >= *listening_.count) return;
        const base::Status done = act_(connection_, message, ++number_);
        if (!done) ending_.failed(done.error());
        if (listening_.count && number_ == *listening_.count) ending_.enough();
    }

  private:
    bus::Connection& connection_;
    const Listening& listening_;
    const Action& act_;
    base::Ending& ending_;
    std::uint64_t number_ = 0;
};

ExitCode listen_on(bus::Connection& connection, base::Ending& ending, const Invocation& invocation,
                   const Listening& listening, const Action& act) {
    const console::Reporter& reporter = invocation.reporter();
    Receiver receiver(connection, listening, act, ending);
    const base::Result<bus::Subscription> subscription = connection.subscribe(
        listening.interest, [&receiver](const bus::Message& message) { receiver.receive(message); });
    if (!subscription) return reporter.failed(subscription.error());
    const base::Status accepted = connection.flush(invocation.timeout());
    if (!accepted) return reporter.failed(accepted.error());
    reporter.message("listening on " + listening.interest.subject);

    const base::Status ended = ending.wait();
    if (!ended) return reporter.failed(ended.error());
    const base::Status drained = connection.drain(invocation.timeout());
    if (drained || drained.error().code == bus::Errc::disconnected) return ExitCode::done;
    return reporter.failed(drained.error());
}

}  // namespace

ExitCode listen(Invocation& invocation, const Listening& listening, const Action& act) {
    if (listening.interest.subject.empty()) return invocation.reporter().wrong_usage("SUBJECT is missing");
    base::Ending ending({SIGINT, SIGTERM});
    base::Result<bus::Connection> connection = invocation.open(events(invocation.reporter(), ending));
    if (!connection) return invocation.cannot_open(connection.error());
    return listen_on(*connection, ending, invocation, listening, act);
}

console::OptionList listening_options(Listening& listening) {
    return {
        {.names = "SUBJECT",
         .to = &listening.interest.subject,
         .help = "what to listen to; may have wildcards",
         .value = ""},
        {.names = "-q,--queue",
         .to = &listening.interest.queue,
         .help = "share the messages with others of this group",
         .value = "GROUP"},
        {.names = "--count",
         .to = &listening.count,
         .help = "end after so many messages",
         .value = "N",
         .range = console::Range{}},
    };
}

}  // namespace natscreds::request
