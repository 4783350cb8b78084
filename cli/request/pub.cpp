#include "invocation.h"
#include "outgoing.h"

namespace natscreds::request {

using console::ExitCode;

ExitCode run_pub(const Call& call) {
    Invocation invocation(call);
    Outgoing outgoing;
    const auto ended =
        invocation.read({.summary = "Publishes a message, and waits until the server has taken it.",
                         .options = outgoing_options(outgoing),
                         .examples = {"nats-pub --creds my.creds chat.KUBECON.posts.general hello",
                                      "nats-pub -s demo.example.com -H 'Kind: note' notes < note.txt"}});
    if (ended) return *ended;
    const base::Result<bus::Message> message = compose(outgoing, call.world.input);
    if (!message) return call.reporter.wrong_usage(message.error().detail);

    base::Result<bus::Connection> connection = invocation.open({});
    if (!connection) return invocation.cannot_open(connection.error());
    if (const base::Status sent = connection->publish(*message); !sent)
        return call.reporter.failed(sent.error());
    // Only the answer to a flush tells that the server did not refuse it.
    const base::Status taken = connection->flush(invocation.timeout());
    if (!taken) return call.reporter.failed(taken.error());
    return ExitCode::done;
}

}  // namespace natscreds::request
