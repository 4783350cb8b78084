#include "conversation.h"

#include <chrono>
#include <utility>
#include <variant>

#include <natscreds/base/match.h>
#include <natscreds/chat-client/model/text.h>
#include <natscreds/chat-client/view/status_line.h>

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
                           [&](const Noticed& noticed) {
                               noticed.asked ? parts_.chat.answer(noticed.text, now)
                                             : parts_.chat.notice(noticed.text, now);
                           },
                           [&](const Renewed& renewed) {
                               parts_.link.credentials_end = renewed.expires;
                               parts_.chat.believe(renewed.issuers, now);
                           },
                           [&](const Connected& connected) { connect(connected); },
                           [&](const Disconnected&) { disconnect(); },
                           [&](const Measured& measured) { measure(measured); },
                           [&](const HistoryPage& page) { parts_.chat.take(page, now); },
                           [&](const SearchProgress& progress) { parts_.chat.take(progress, now); },
                           [&](const WithoutHistory&) { parts_.chat.without_history(); },
                           [&](const SealedPage& page) { parts_.chat.take(page, now); },
                           [&](const WithoutSealedMail&) { parts_.chat.sealed().missing = true; }},
               event);
}

void Conversation::connect(const Connected& connected) {
    parts_.link.connected = true;
    parts_.link.hangs = false;
    const std::string server = connected.server.empty() ? "" : " to " + connected.server;
    if (!away_since_) return parts_.chat.notice("connected" + server, now());
    const auto away = parts_.intervals.now() - *std::exchange(away_since_, std::nullopt);
    const std::string how_long = away.count() == 0 ? "less than a second" : time_left(away);
    const bool kept = parts_.chat.want_missed(now() - std::chrono::ceil<std::chrono::seconds>(away));
    const std::string missed =
        kept ? "; what others said meanwhile is read now" : "; what others said meanwhile is missing";
    parts_.chat.notice("connected again" + server + " after " + how_long + missed, now());
}

void Conversation::disconnect() {
    parts_.link.connected = false;
    parts_.link.hangs = false;
    parts_.link.round_trip.reset();
    if (!away_since_) away_since_ = parts_.intervals.now();
    parts_.chat.notice("the server is lost; connecting again", now());
}

void Conversation::measure(const Measured& measured) {
    parts_.link.round_trip = measured.round_trip;
    const bool hung = parts_.link.connected && std::exchange(parts_.link.hangs, measured.hangs);
    // One away for good begins when the server fell silent.
    if (parts_.link.connected && measured.hangs && !hung) {
        away_since_ = parts_.intervals.now();
        parts_.chat.notice("the server is not answering; if that goes on, another one is tried", now());
    }
    if (hung && !measured.hangs && measured.round_trip) {
        away_since_.reset();
        parts_.chat.notice("the server answers again", now());
    }
    if (measured.server.empty()) return;
    parts_.link.server = without_scheme(measured.server);
    parts_.link.region = harmless(measured.region);
    parts_.link.tls = parts_.link.tls || measured.tls;
}

void Conversation::carry_out(const Effect& effect) {
    std::visit(base::Match{[&](const Send& message) { parts_.session.send(message); },
                           [&](const Listen& wanted) {
                               parts_.session.listen(wanted.channel);
                               rooms_changed_ = true;
                           },
                           [&](const StopListening& wanted) {
                               parts_.session.stop_listening(wanted.channel);
                               rooms_changed_ = true;
                           },
                           [&](const FetchHistory& wanted) { parts_.session.fetch(wanted); },
                           [&](const SearchHistory& wanted) { parts_.session.search(wanted); },
                           [&](const EndSearch&) { parts_.session.end_search(); },
                           [&](const Announce&) { parts_.session.announce(); },
                           [&](const RenewCurveKey&) { renew_curve(); },
                           [&](const MeasureRoundTrip&) { parts_.session.measure_round_trip(); },
                           [&](const TellServer&) { parts_.session.tell_server(); },
                           [&](const Leave&) { left_ = true; }},
               effect);
}

void Conversation::renew_curve() {
    base::Result<nkeys::CurveKey> curve = parts_.new_curve();
    if (!curve) return parts_.chat.answer("no new curve key: " + curve.error().message(), now());
    const nkeys::PublicKey key = curve->public_key();
    parts_.chat.set_curve(key);
    parts_.session.use_curve(*std::move(curve));
    parts_.chat.answer(
        "from now on others seal for " + key.text() + "; who has written to you is told that it has changed",
        now());
}

/// Each change, and at most one a second.
void Conversation::keep_sealed() {
    if (!parts_.keep_sealed || now() == sealed_kept_at_ || !parts_.chat.sealed().take_changed()) return;
    sealed_kept_at_ = now();
    parts_.keep_sealed(parts_.chat.sealed().state);
}

void Conversation::carry_out_effects() {
    for (const Effect& effect : parts_.chat.take_effects())
        carry_out(effect);
    if (std::exchange(rooms_changed_, false) && parts_.keep) parts_.keep(parts_.chat.kept());
}

void Conversation::update() {
    for (const Event& event : parts_.mailbox.take())
        take(event);
    if (const std::size_t lost = parts_.mailbox.take_lost(); lost > 0)
        parts_.chat.notice(std::to_string(lost) + " messages came too fast and are lost", now());
    parts_.chat.tick(now());
    carry_out_effects();
    keep_sealed();
}

void Conversation::type(std::string_view line) {
    parts_.chat.type(line, now());
    carry_out_effects();
}

base::Result<Sent> Conversation::say(const BotRequest& request) {
    const base::Result<Place> place = parts_.chat.place_of(request.channel, request.person, now());
    if (!place) return place.error();
    Utterance utterance{.place = *place, .text = request.text, .note = request.note};
    if (request.action == BotRequest::Action::act) utterance.kind = LineKind::action;
    if (!request.own_id.empty()) utterance.note.about = MessageRef{parts_.chat.self().self, request.own_id};
    base::Result<Sent> sent = parts_.chat.send(utterance, now());
    carry_out_effects();
    return sent;
}

}  // namespace natscreds::chat
