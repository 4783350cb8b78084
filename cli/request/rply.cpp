#include <ostream>

#include "listen.h"
#include "message_text.h"
#include "outgoing.h"

namespace natscreds::request {
namespace {

using console::ExitCode;

const About about{
    .description = "Prints every request and answers it, until it is interrupted.",
    .examples =
        "  nats-rply --creds service.creds chat.req.access example\n"
        "  nats-rply --queue workers --count 1 time.now noon",
};

struct Options {
    Listening listening;
    Outgoing answer;
};

}  // namespace

ExitCode run_rply(const Call& call) {
    Invocation invocation(call, about);
    Options options;
    add_listening_options(invocation.app(), options.listening);
    invocation.app().add_option("REPLY", options.answer.body, "what to answer")->type_name("");
    add_header_option(invocation.app(), options.answer.headers);
    if (const auto ended = invocation.read()) return *ended;
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
