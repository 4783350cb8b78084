#include "conversation.h"

#include <variant>

namespace natscreds::chat {
namespace {

template <class... Cases>
struct Match : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

}  // namespace

void Conversation::take(const Event& event) {
    const base::Time now = clock_.now();
    std::visit(
        Match{[&](const Heard& heard) {
                  if (heard.message) return chat_.hear(*heard.message, now);
                  chat_.hear_nonsense(heard.message.error(), now);
              },
              [&](const Delivered& delivered) {
                  failed_ = failed_ || delivered.delivery == Delivery::failed;
                  chat_.deliver(delivered.ticket, delivered.delivery);
              },
              [&](const Noticed& noticed) { chat_.notice(noticed.text, now); },
              [&](const Renewed& renewed) { chat_.believe(renewed.issuers, now); },
              [&](const Connected& connected) {
                  chat_.notice(
                      connected.server.empty() ? "connected again" : "connected to " + connected.server, now);
              },
              [&](const Disconnected&) { chat_.notice("the server is lost; connecting again", now); }},
        event);
}

void Conversation::carry_out(const Effect& effect) {
    const base::Time now = clock_.now();
    std::visit(Match{[&](const Send& message) { session_.send(message); },
                     [&](const Listen& wanted) {
                         const base::Status listening = session_.listen(wanted.channel);
                         if (!listening)
                             chat_.notice("#" + wanted.channel + ": " + listening.error().message(), now);
                     },
                     [&](const Announce&) { session_.announce(); },
                     [&](const MeasureRoundTrip&) { session_.measure_round_trip(); },
                     [&](const TellServer&) { session_.tell_server(); }, [&](const Leave&) { left_ = true; }},
               effect);
}

void Conversation::update() {
    for (const Event& event : mailbox_.take())
        take(event);
    if (const std::size_t lost = mailbox_.take_lost(); lost > 0)
        chat_.notice(std::to_string(lost) + " messages came too fast and are lost", clock_.now());
    chat_.tick(clock_.now());
    for (const Effect& effect : chat_.take_effects())
        carry_out(effect);
}

void Conversation::type(std::string_view line) {
    chat_.type(line, clock_.now());
    for (const Effect& effect : chat_.take_effects())
        carry_out(effect);
}

}  // namespace natscreds::chat
