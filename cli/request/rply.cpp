#include <ostream>

#include "listen.h"
#include "message_text.h"
#include "outgoing.h"

namespace natscreds::request {
namespace {

using console::ExitCode;

struct RplyOptions {
    Listening listening;
    Outgoing answer;
};

console::Command command(RplyOptions& options) {
    return {
        .summary = "Prints every request and answers it, until it is interrupted.",
        .options = console::joined(
            {listening_options(options.listening),
             {{.names = "REPLY", .to = &options.answer.body, .help = "what to answer", .value = ""},
              header_option(options.answer.headers)}}),
        .examples = {"nats-rply --creds service.creds chat.req.access example",
                     "nats-rply --queue workers --count 1 time.now noon"},
    };
}

}  // namespace

ExitCode run_rply(const Call& call) {
    Invocation invocation(call);
    RplyOptions options;
    if (const auto ended = invocation.read(command(options))) return *ended;
    if (!options.answer.body) return call.reporter.wrong_usage("SUBJECT and REPLY are needed");
    options.answer.subject = options.listening.interest.subject;
    base::Result<bus::Message> answer = compose(options.answer, nullptr);
    if (!answer) return call.reporter.wrong_usage(answer.error().detail);
    return listen(invocation, options.listening,
                  [&](bus::Connection& connection, const bus::Message& request, std::uint64_t number) {
                      call.world.out << readable(request, number) << std::flush;
                      answer->subject = request.reply;
                      return request.reply.empty() ? base::Status() : connection.publish(*answer);
                  });
}

}  // namespace natscreds::request
