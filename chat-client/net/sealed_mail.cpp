#include "sealed_mail.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

#include <natscreds/base/pause.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/bus/errc.h>
#include <natscreds/chat-client/model/sealed.h>
#include <natscreds/chat-client/net/outbox.h>

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;

constexpr auto mail_timeout = 2000ms;
constexpr auto mail_retry = 500ms;
constexpr auto known_timeout = 2000ms;
constexpr unsigned max_mail_timeouts = 2;
constexpr std::chrono::hours announced_anew{24 * 7};

/// The last token of a subject; nothing where that is not the number of a slot.
std::optional<std::size_t> slot_in(std::string_view subject) {
    const std::string_view text = subject.substr(subject.rfind('.') + 1);
    std::size_t slot = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), slot);
    const bool whole = failed == std::errc() && end == text.data() + text.size();
    return whole && slot < sealed_slots ? std::optional(slot) : std::nullopt;
}

}  // namespace

SealedMail::SealedMail(Parts parts)
    : parts_(std::move(parts)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SealedMail::begin() {
    const std::lock_guard lock(mutex_);
    if (std::exchange(begun_, true)) return;
    wanted_ = true;
    changed_.notify_all();
}

void SealedMail::read_again() {
    const std::lock_guard lock(mutex_);
    begun_ = wanted_ = true;
    changed_.notify_all();
}

void SealedMail::set_there(There there) {
    const std::lock_guard lock(mutex_);
    there_ = there;
    changed_.notify_all();
}

void SealedMail::run(const std::stop_token& stop) {
    base::name_thread("sealed");
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return wanted_; })) {
        wanted_ = false;
        lock.unlock();
        const base::Status all = read_all();
        const bool again = !all && take_failure(all.error());
        if (again) base::pause(stop, mail_retry);
        lock.lock();
        wanted_ = wanted_ || again;
    }
}

bool SealedMail::take_failure(const base::Error& error) {
    const bool transient = is_transient(error);
    // Where 2.9 has no such stream, it says nothing.
    const bool silent = !was_there_ && error.code == bus::Errc::timeout && ++timeouts_ >= max_mail_timeouts;
    if (transient && !silent) return true;
    set_there(There::no);
    if (!std::exchange(told_, true)) parts_.mailbox.put(WithoutSealedMail{});
    return false;
}

base::Status SealedMail::read_all() {
    if (const base::Status keys = read_keys(); !keys) return keys;
    if (const base::Status messages = read_messages(); !messages) return messages;
    was_there_ = true;
    set_there(There::yes);
    return {};
}

base::Status SealedMail::read_keys() {
    bus::StoredQuery query{.stream = parts_.subjects.keys_stream(),
                           .subject = parts_.subjects.keys("*"),
                           .most = bus::max_stored_at_once};
    std::optional<Message> own;
    for (bool at_end = false; !at_end;) {
        const auto page = bus::read_stored(parts_.connection, query, mail_timeout);
        if (!page) return page.error();
        for (const bus::Stored& stored : page->messages) {
            base::Result<Message> message = parts_.subjects.parse(stored.subject, stored.body);
            if (!message || message->kind != MessageKind::announcement) continue;
            people_.insert(message->sender);
            if (message->sender == parts_.self) own = *message;
            parts_.mailbox.put(Heard{std::move(message)});
        }
        at_end = page->at_end || page->messages.empty();
        if (!at_end) query.from = page->messages.back().sequence + 1;
    }
    announce_own(own);
    return {};
}

void SealedMail::announce_own(const std::optional<Message>& kept) {
    const bool good =
        kept && kept->curve == parts_.curve() && kept->issued_at + announced_anew > parts_.clock.now();
    if (!good)
        (void)parts_.connection.publish(parts_.subjects.keys(parts_.self.text()), parts_.announcement());
}

base::Result<std::optional<bus::Stored>> SealedMail::newest(const std::string& subject) const {
    return bus::last_stored_of(parts_.connection, parts_.subjects.sealed_stream(), subject, mail_timeout);
}

std::optional<StoredMessage> SealedMail::read(const bus::Stored& stored) const {
    base::Result<Message> message = parts_.subjects.parse(stored.subject, stored.body);
    if (!message || message->kind != MessageKind::sealed) return std::nullopt;
    return StoredMessage{
        .message = parts_.open(*std::move(message)), .sequence = stored.sequence, .at = stored.at};
}

/// What one person has sent since the last reading, the newest first: back through the slots, round the end.
base::Result<std::vector<bus::Stored>> SealedMail::read_lane(const nkeys::PublicKey& sender) const {
    std::vector<bus::Stored> lane;
    std::string slot = "*";
    while (lane.size() < sealed_slots) {
        auto stored = newest(parts_.subjects.sealed(parts_.self.text(), sender.text(), slot));
        if (!stored) return stored.error();
        const std::uint64_t before = lane.empty() ? ~std::uint64_t{0} : lane.back().sequence;
        if (!*stored || (*stored)->sequence <= parts_.from || (*stored)->sequence >= before) break;
        lane.push_back(**std::move(stored));
        const std::optional<std::size_t> number = slot_in(lane.back().subject);
        if (!number) break;
        slot = std::to_string((*number + sealed_slots - 1) % sealed_slots);
    }
    return lane;
}

base::Status SealedMail::read_messages() {
    const auto last = newest(parts_.subjects.sealed(parts_.self.text(), "*", "*"));
    if (!last) return last.error();
    SealedPage page{.messages = {}, .sequence = *last ? (*last)->sequence : 0};
    // A stream that was made anew counts from the beginning.
    if (page.sequence < parts_.from) parts_.from = 0;
    if (page.sequence == parts_.from) return {};
    for (const nkeys::PublicKey& person : people_) {
        const auto lane = read_lane(person);
        if (!lane) return lane.error();
        for (const bus::Stored& stored : *lane) {
            if (auto message = read(stored)) page.messages.push_back(*std::move(message));
        }
    }
    std::ranges::sort(page.messages, {}, &StoredMessage::sequence);
    parts_.from = page.sequence;
    parts_.mailbox.put(std::move(page));
    return {};
}

base::Status SealedMail::keep(const nkeys::PublicKey& recipient, const std::string& body) {
    begin();
    {
        std::unique_lock lock(mutex_);
        const bool known =
            changed_.wait_for(lock, known_timeout, [this] { return there_ != There::unknown; });
        if (!known) return base::Error{bus::Errc::timeout, "asking for the stream of sealed messages"};
        if (there_ == There::no) return {};
    }
    const auto last = newest(parts_.subjects.sealed(recipient.text(), parts_.self.text(), "*"));
    if (!last) return is_transient(last.error()) ? base::Status(last.error()) : base::Status();
    if (*last && (*last)->body == body) return {};
    const std::size_t slot = *last ? slot_in((*last)->subject).value_or(0) + 1 : 0;
    bus::Message message;
    message.subject =
        parts_.subjects.sealed(recipient.text(), parts_.self.text(), std::to_string(slot % sealed_slots));
    message.body = body;
    // The stream's word: only then the next one finds this one's slot taken.
    const auto kept = parts_.connection.request(message, mail_timeout);
    if (!kept && is_transient(kept.error())) return kept.error();
    if (!kept || kept->body.find("\"error\"") != std::string::npos)
        parts_.mailbox.put(Noticed{"a sealed message is not kept for its recipient: " +
                                   (kept ? kept->body : kept.error().message())});
    return {};
}

}  // namespace natscreds::chat
