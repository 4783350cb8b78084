#include <ostream>
#include <system_error>

#include "listen.h"
#include "message_text.h"

namespace natscreds::request {
namespace {

using console::ExitCode;

struct SubOptions {
    Listening listening;
    bool raw = false;
    bool json = false;
};

console::Command command(SubOptions& options) {
    return {
        .summary = "Prints messages as they come, until it is interrupted.",
        .options = console::joined({listening_options(options.listening),
                                    {{"--json", &options.json, "print each message as a line of JSON"},
                                     {.names = "--raw",
                                      .to = &options.raw,
                                      .help = "print bodies only, each with a line end after it",
                                      .excludes = {"--json"}}}}),
        .examples = {"nats-sub --creds my.creds 'chat.KUBECON.posts.*'",
                     "nats-sub -s demo.example.com --raw --count 1 time.tick"},
    };
}

std::string shown(const bus::Message& message, const SubOptions& options, std::uint64_t number) {
    if (options.json) return json_line(message);
    return options.raw ? message.body + "\n" : readable(message, number);
}

}  // namespace

ExitCode run_sub(const Call& call) {
    Invocation invocation(call);
    SubOptions options;
    if (const auto ended = invocation.read(command(options))) return *ended;
    return listen(invocation, options.listening,
                  [&](bus::Connection&, const bus::Message& message, std::uint64_t number) -> base::Status {
                      call.world.out << shown(message, options, number) << std::flush;
                      if (call.world.out) return {};
                      return base::Error{std::make_error_code(std::errc::io_error), "standard output"};
                  });
}

}  // namespace natscreds::request
