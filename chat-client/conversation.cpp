#include "conversation.h"

#include <variant>

#include <natscreds/base/match.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

/// "west:4222" for "nats://west:4222".
std::string without_scheme(std::string_view url) {
    const std::size_t end = url.find("://");
    return harmless(end == std::string_view::npos ? url : url.substr(end + 3));
}

}  // namespace

void Conversation::take(const Event& event) {
    const base::Time now = parts_.clock.now();
    std::visit(base::Match{[&](const Heard& heard) {
                               if (heard.message) return parts_.chat.hear(*heard.message, now);
                               parts_.chat.hear_nonsense(heard.message.error(), now);
                           },
                           [&](const Delivered& delivered) {
                               failed_ = failed_ || delivered.delivery == Delivery::failed;
                               parts_.chat.deliver(delivered.ticket, delivered.delivery);
                           },
                           [&](const Noticed& noticed) { parts_.chat.notice(noticed.text, now); },
                           [&](const Renewed& renewed) {
                               parts_.link.credentials_end = renewed.expires;
                               parts_.chat.believe(renewed.issuers, now);
                           },
                           [&](const Connected& connected) {
                               parts_.link.connected = true;
                               parts_.chat.notice(connected.server.empty()
                                                      ? "connected again"
                                                      : "connected to " + connected.server,
                                                  now);
                           },
                           [&](const Disconnected&) {
                               parts_.link.connected = false;
                               parts_.link.round_trip.reset();
                               parts_.chat.notice("the server is lost; connecting again", now);
                           },
                           [&](const Measured& measured) {
                               parts_.link.round_trip = measured.round_trip;
                               if (measured.server.empty()) return;
                               parts_.link.server = without_scheme(measured.server);
                               parts_.link.region = harmless(measured.region);
                               parts_.link.tls = parts_.link.tls || measured.tls;
                           }},
               event);
}

void Conversation::carry_out(const Effect& effect) {
    std::visit(base::Match{[&](const Send& message) { parts_.session.send(message); },
                           [&](const Listen& wanted) { parts_.session.listen(wanted.channel); },
                           [&](const Announce&) { parts_.session.announce(); },
                           [&](const MeasureRoundTrip&) { parts_.session.measure_round_trip(); },
                           [&](const TellServer&) { parts_.session.tell_server(); },
                           [&](const Leave&) { left_ = true; }},
               effect);
}

void Conversation::update() {
    for (const Event& event : parts_.mailbox.take())
        take(event);
    if (const std::size_t lost = parts_.mailbox.take_lost(); lost > 0)
        parts_.chat.notice(std::to_string(lost) + " messages came too fast and are lost", now());
    parts_.chat.tick(now());
    for (const Effect& effect : parts_.chat.take_effects())
        carry_out(effect);
}

void Conversation::type(std::string_view line) {
    parts_.chat.type(line, now());
    for (const Effect& effect : parts_.chat.take_effects())
        carry_out(effect);
}

}  // namespace natscreds::chat
