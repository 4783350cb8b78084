#include <natscreds/provisioner/service/serve.h>

#include <chrono>
#include <optional>
#include <utility>
#include <variant>

namespace natscreds::provisioner {
namespace {

constexpr std::chrono::seconds flush_timeout{5};

base::Status send(bus::Connection& connection, const std::string& subject, const Answer& answer) {
    // A seed goes from locked memory straight to the client library.
    if (const auto* secret = std::get_if<base::Secret>(&answer.body)) {
        return connection.publish(subject, base::as_text(secret->expose()));
    }
    bus::Message reply;
    reply.subject = subject;
    reply.body = std::get<std::string>(answer.body);
    reply.headers = answer.headers;
    return connection.publish(reply);
}

}  // namespace

base::Result<bus::Subscription> serve(bus::Connection& connection, const Responder& responder,
                                      ServeOptions options) {
    const bus::Interest interest{.subject = options.subject, .queue = options.queue};
    base::Result<bus::Subscription> subscription = connection.subscribe(
        interest,
        [&connection, &responder, observe = std::move(options.observe)](const bus::Message& request) {
            const std::optional<Answer> answer = responder.respond(request);
            if (!answer) return observe({.answer = nullptr, .replied = {}});
            observe({.answer = &*answer, .replied = send(connection, request.reply, *answer)});
        });
    if (!subscription) return subscription;
    const base::Status allowed = connection.flush(flush_timeout);
    if (!allowed) return allowed.error();
    return subscription;
}

}  // namespace natscreds::provisioner
