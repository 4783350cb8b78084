#include <natscreds/chat-client/net/session.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <natscreds/access/renewer.h>
#include <natscreds/base/pause.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/bus/connection.h>
#include <natscreds/chat-client/model/sealed.h>
#include <natscreds/chat-client/net/outbox.h>
#include <natscreds/nkeys/key_file.h>

#include "history.h"
#include "monitor.h"
#include "sealed_mail.h"

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto presence_interval = 30s;
constexpr auto confirmation_timeout = 2000ms;
constexpr auto listen_timeout = 5000ms;
constexpr auto retry_interval = 200ms;
constexpr auto look_again_interval = 1000ms;
/// What a role of the chat may send is 8192 bytes.
constexpr std::size_t max_post_bytes = 8000;

bus::ConnectionEvents connection_events(Mailbox& mailbox, const std::shared_ptr<std::atomic<bool>>& back) {
    return {.disconnected = [&mailbox] { mailbox.put(Disconnected{}); },
            .reconnected =
                [&mailbox, back] {
                    *back = true;
                    mailbox.put(Connected{});
                },
            .closed = {},
            .error = [&mailbox](const base::Error& error) { mailbox.put(Noticed{error.message()}); }};
}

}  // namespace

class Session::State {
  public:
    State(SessionParts parts, nkeys::SigningKey key, bus::Connection connection,
          std::shared_ptr<std::atomic<bool>> back)
        : parts_(std::move(parts)),
          key_(std::move(key)),
          user_(parts_.options.credentials->user()),
          curves_(std::move(parts_.curves)),
          id_prefix_(parts_.id_prefix.empty() ? new_message_id(parts_.random) + "." : parts_.id_prefix),
          back_(std::move(back)),
          connection_(std::move(connection)) {}

    ~State() {
        renewal_.request_stop();
        listener_.request_stop();
        sender_ = {};
        publish_presence(Movement::leaves);
        (void)connection_.flush(500ms);
        // Whoever still waits for a server is woken by this.
        connection_.close();
        listener_ = {};
        renewal_ = {};
        monitor_.reset();
        history_.reset();
        sealed_mail_.reset();
        subscriptions_.clear();
    }

    base::Status start() {
        history_.emplace(History::Parts{
            .connection = connection_, .subjects = parts_.subjects, .mailbox = parts_.mailbox});
        for (const std::string& subject :
             {parts_.subjects.online(), parts_.subjects.directs(key_.public_key())}) {
            if (const base::Status listening = listen(subject); !listening) return listening;
        }
        if (!curves_.empty()) sealed_mail_.emplace(mail_parts());
        listener_ = std::jthread([this](const std::stop_token& stop) { listen_until(stop); });
        sender_ = std::jthread([this](const std::stop_token& stop) { send_until(stop); });
        if (user_.content.expires)
            renewal_ = std::jthread([this](const std::stop_token& stop) { renew_until(stop); });
        if (const auto server = connection_.connected_url()) parts_.mailbox.put(Connected{*server});
        monitor_.emplace(connection_, parts_.mailbox);
        return {};
    }

    /// Only until the listener's thread begins, and on that.
    base::Status listen(const std::string& subject) {
        base::Result<bus::Subscription> subscription = connection_.listen(
            {.subject = subject, .queue = {}}, [this](const bus::Message& message) { hear(message); },
            listen_timeout);
        if (!subscription) return subscription.error();
        subscriptions_.insert_or_assign(subject, std::move(*subscription));
        return {};
    }

    /// A channel to listen to, or to leave, and whether it was told that this takes a while.
    enum class Wanted { heard, not_heard };
    struct Change {
        std::string channel;
        Wanted wanted = Wanted::heard;
        bool told = false;
    };

    void change(const std::string& channel, Wanted wanted) {
        const std::lock_guard lock(changes_mutex_);
        changes_.push_back({channel, wanted});
        changed_.notify_all();
    }

    void send(const Send& message) {
        const Written written{
            .id = message.id.empty() ? id_prefix_ + std::to_string(message.ticket) : message.id,
            .text = message.text,
            .note = message.note};
        Sender sender{.key = key_, .name = parts_.name, .now = parts_.clock.now()};
        Outgoing outgoing{.ticket = message.ticket, .subject = {}, .body = {}};
        if (message.seal_for) {
            if (const base::Status sealed = seal(message, written, outgoing); !sealed)
                return settle(outgoing, sealed);
        } else if (message.place.person) {
            outgoing.subject = parts_.subjects.directs(*message.place.person);
            outgoing.body = encode_direct(written, *message.place.person, sender);
        } else {
            outgoing.subject = parts_.subjects.posts(message.place.channel);
            // Who reads it later has heard no presence.
            const std::string user = user_token();
            sender.user = user;
            outgoing.body = encode_post(written, message.place.channel, sender);
            if (outgoing.body.size() > max_post_bytes) {
                sender.user = {};
                outgoing.body = encode_post(written, message.place.channel, sender);
            }
        }
        outbox_.put(std::move(outgoing));
    }

    void use_curve(nkeys::CurveKey curve) {
        {
            const std::lock_guard lock(curves_mutex_);
            curves_.insert(curves_.begin(), std::move(curve));
        }
        outbox_.announce();
        if (sealed_mail_) sealed_mail_->read_again();
    }

    Outbox& outbox() { return outbox_; }
    History& history() { return *history_; }
    bus::Connection& connection() { return connection_; }
    Mailbox& mailbox() { return parts_.mailbox; }
    Monitor& monitor() { return *monitor_; }

  private:
    void hear(const bus::Message& arrived) {
        base::Result<Message> message = parts_.subjects.parse(arrived.subject, arrived.body);
        if (message && message->kind == MessageKind::sealed) message = opened(*message);
        // What we said ourselves comes back from the server, and is shown already.
        const bool echo =
            message && message->sender == key_.public_key() && message->id.starts_with(id_prefix_);
        if (!echo) parts_.mailbox.put(Heard{std::move(message)});
    }

    /// One that no key opens stays as it is.
    base::Result<Message> opened(const Message& sealed) {
        const std::lock_guard lock(curves_mutex_);
        base::Result<Message> direct = open_sealed(sealed, key_.public_key(), curves_);
        if (!direct && direct.error().code == Errc::cannot_open) return sealed;
        return direct;
    }

    std::optional<nkeys::PublicKey> own_curve() {
        const std::lock_guard lock(curves_mutex_);
        return curves_.empty() ? std::nullopt : std::optional(curves_.front().public_key());
    }

    std::string announcement() {
        const std::string user = user_token();
        Sender sender{.key = key_, .name = parts_.name, .now = parts_.clock.now(), .user = user};
        sender.curve = own_curve();
        std::string body = encode_announcement(sender);
        if (body.size() <= max_post_bytes) return body;
        sender.user = {};
        return encode_announcement(sender);
    }

    SealedMail::Parts mail_parts() {
        return {.connection = connection_,
                .subjects = parts_.subjects,
                .mailbox = parts_.mailbox,
                .clock = parts_.clock,
                .self = key_.public_key(),
                .from = parts_.sealed_from,
                .open =
                    [this](const Message& sealed) {
                        base::Result<Message> direct = opened(sealed);
                        return direct ? *std::move(direct) : sealed;
                    },
                .curve = [this] { return *own_curve(); },
                .announcement = [this] { return announcement(); }};
    }

    /// Who reads it later has heard no presence: it shows the user's JWT where that fits.
    base::Status seal(const Send& message, const Written& written, Outgoing& outgoing) {
        const nkeys::PublicKey& recipient = *message.place.person;
        const std::string user = user_token();
        Sender sender{.key = key_, .name = parts_.name, .now = parts_.clock.now(), .user = user};
        const std::lock_guard lock(curves_mutex_);
        const Sealing sealing{.own = curves_.front(),
                              .recipients = *message.seal_for,
                              .random = parts_.random,
                              .asks_receipt = message.asks_receipt};
        base::Result<std::string> body = encode_sealed(written, recipient, sender, sealing);
        if (body && body->size() > max_post_bytes) {
            sender.user = {};
            body = encode_sealed(written, recipient, sender, sealing);
        }
        if (!body) return body.error();
        outgoing.subject = parts_.subjects.directs(recipient);
        outgoing.body = *std::move(body);
        outgoing.keep_for = recipient;
        return {};
    }

    base::Status publish(const Outgoing& message) {
        if (message.keep_for && sealed_mail_) {
            if (const base::Status kept = sealed_mail_->keep(*message.keep_for, message.body); !kept)
                return kept;
        }
        return connection_.publish(message.subject, message.body);
    }

    void listen_until(const std::stop_token& stop) {
        base::name_thread("listen");
        std::vector<Change> open;
        while (take_changes(open, stop)) {
            if (open.empty()) continue;
            // Once for all of them: each one by itself would wait as long for a server that hangs.
            base::Status reached = connection_.flush(listen_timeout);
            std::erase_if(open,
                          [&](Change& change) { return stop.stop_requested() || settle(change, reached); });
            if (open.empty() && sealed_mail_) sealed_mail_->begin();
            if (!open.empty()) base::pause(stop, retry_interval);
        }
    }

    /// Waits for the first of them. False when there is nothing left to do.
    bool take_changes(std::vector<Change>& open, const std::stop_token& stop) {
        std::unique_lock lock(changes_mutex_);
        if (open.empty()) changed_.wait(lock, stop, [this] { return !changes_.empty(); });
        const std::vector<Change> added = std::exchange(changes_, {});
        lock.unlock();
        for (const Change& change : added) {
            if (change.wanted == Wanted::heard) {
                open.push_back(change);
            } else {
                std::erase_if(open, [&](const Change& other) { return other.channel == change.channel; });
                subscriptions_.erase(parts_.subjects.posts(change.channel));
            }
        }
        return !stop.stop_requested();
    }

    /// False while no server can be reached: then it is to be tried again, and `reached` says why.
    bool settle(Change& change, base::Status& reached) {
        const auto tell = [&](const std::string& what) {
            parts_.mailbox.put(Noticed{"#" + change.channel + " " + what});
        };
        const base::Status listening = reached ? listen(parts_.subjects.posts(change.channel)) : reached;
        const bool later = !listening && is_transient(listening);
        if (later) reached = listening;
        if (listening && change.told) tell("is heard now");
        if (listening && parts_.reading == SessionParts::Reading::from_before)
            history_->fetch({.channel = change.channel});
        if (!listening && !later) tell("cannot be heard: " + listening.error().message());
        if (later && !std::exchange(change.told, true))
            tell("is not heard yet, which is tried again: " + listening.error().message());
        return !later;
    }

    void send_until(const std::stop_token& stop) {
        base::name_thread("send");
        publish_presence(Movement::arrives);
        // Subscriptions of one listener do not keep each other's order: let the name be known before the words.
        (void)connection_.flush(confirmation_timeout);
        auto next_presence = Steady::now() + presence_interval;
        while (!stop.stop_requested()) {
            const Outbox::Work work = outbox_.wait(stop, next_presence);
            const bool back = back_->exchange(false);
            // Who hears no channel has mail, too.
            if (sealed_mail_ && Steady::now() >= next_presence) sealed_mail_->begin();
            if (back && sealed_mail_) sealed_mail_->read_again();
            if (work.announce || back || Steady::now() >= next_presence) {
                publish_presence(Movement::stays);
                next_presence = Steady::now() + presence_interval;
            }
            if (!work.messages.empty() && !send_in_order(work.messages, way_))
                base::pause(stop, retry_interval);
        }
    }

    void settle(const Outgoing& message, const base::Status& sent) {
        if (!sent) parts_.mailbox.put(Noticed{"not sent: " + sent.error().message()});
        parts_.mailbox.put(Delivered{message.ticket, sent ? Delivery::sent : Delivery::failed});
        outbox_.confirm(message.ticket);
    }

    std::string user_token() {
        const std::lock_guard lock(user_mutex_);
        return user_.token.text();
    }

    void publish_presence(Movement movement) {
        Sender sender{.key = key_, .name = parts_.name, .now = parts_.clock.now()};
        sender.curve = own_curve();
        const std::string token = user_token();
        const std::string subject = parts_.subjects.online();
        const base::Status sent = connection_.publish(subject, encode_presence(movement, token, sender));
        if (!sent && sent.error().code == bus::Errc::too_large)
            (void)connection_.publish(subject, encode_presence(movement, {}, sender));
    }

    void renew_until(const std::stop_token& stop) {
        base::name_thread("renew");
        access::Renewer renewer(renewer_parts(), *parts_.options.credentials);
        while (!stop.stop_requested()) {
            const base::Status kept = access::keep_renewed(renewer, stop);
            if (kept) return;
            if (!std::exchange(end_told_, true)) parts_.mailbox.put(Noticed{of_credentials(kept.error())});
            // Another program may still put newer ones there.
            if (kept.error().code != access::Errc::not_in_time) return;
            base::pause(stop, look_again_interval);
        }
    }

    static std::string of_credentials(const base::Error& error) {
        return "the credentials: " + error.message();
    }

    access::Renewer::Parts renewer_parts() {
        return {.service = {.requests = connection_,
                            .clock = parts_.clock,
                            .random = parts_.random,
                            .subjects = access::Subjects()},
                .store = parts_.store,
                .events = {.renewed = [this](access::Renewal renewal) { use(std::move(renewal)); },
                           .failed =
                               [this](const base::Error& error) {
                                   parts_.mailbox.put(
                                       Noticed{"the credentials could not be renewed: " + error.message()});
                               }},
                .intervals = parts_.intervals,
                .identity = parts_.identity,
                .ask_anew = parts_.ask_anew};
    }

    void use(access::Renewal renewal) {
        const jwt::Decoded<jwt::UserClaims> user = renewal.credentials.user();
        if (!renewal.stored)
            parts_.mailbox.put(Noticed{"the credentials are renewed, but not stored yet: " +
                                       renewal.stored.error().message()});
        if (const base::Status changed = connection_.switch_to(std::move(renewal.credentials)); !changed)
            parts_.mailbox.put(
                Noticed{"the renewed credentials are not in use yet: " + changed.error().message()});
        {
            const std::lock_guard lock(user_mutex_);
            user_ = user;
        }
        end_told_ = false;
        if (sealed_mail_) sealed_mail_->read_again();
        parts_.mailbox.put(Renewed{std::move(renewal.issuers), user.content.expires});
        outbox_.announce();
    }

    SessionParts parts_;
    nkeys::SigningKey key_;
    std::mutex user_mutex_;
    jwt::Decoded<jwt::UserClaims> user_;
    std::mutex curves_mutex_;
    std::vector<nkeys::CurveKey> curves_;  ///< the newest first
    const std::string id_prefix_;          ///< of all that this session sends, and nobody else
    const std::shared_ptr<std::atomic<bool>> back_;
    Outbox outbox_;
    bus::Connection connection_;
    const Way way_{.publish = [this](const Outgoing& out) { return publish(out); },
                   .flush = [this] { return connection_.flush(confirmation_timeout); },
                   .settle = [this](const Outgoing& out, const base::Status& sent) { settle(out, sent); }};
    std::map<std::string, bus::Subscription> subscriptions_;  ///< by subject
    std::mutex changes_mutex_;
    std::condition_variable_any changed_;
    std::vector<Change> changes_;
    bool end_told_ = false;  ///< of the renewal's thread
    std::jthread listener_;
    std::jthread sender_;
    std::jthread renewal_;
    std::optional<Monitor> monitor_;
    std::optional<History> history_;
    std::optional<SealedMail> sealed_mail_;
};

Session::Session(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

base::Result<Session> Session::open(SessionParts parts) {
    if (!parts.options.credentials)
        return base::Error{bus::Errc::bad_option, "a chat needs credentials (--creds FILE)"};
    base::Result<nkeys::SigningKey> key = nkeys::find_seed(parts.options.credentials->key().seed_text());
    if (!key) return key.error();
    // Both the connection and we keep them: the connection to sign in, we to renew.
    bus::ConnectionOptions options = std::move(parts.options);
    base::Result<jwt::Credentials> ours = jwt::Credentials::parse(options.credentials->text());
    if (!ours) return ours.error();
    parts.options.credentials = std::move(*ours);
    auto back = std::make_shared<std::atomic<bool>>(false);
    base::Result<bus::Connection> connection =
        bus::Connection::open(std::move(options), connection_events(parts.mailbox, back));
    if (!connection) return connection.error();
    auto state =
        std::make_unique<State>(std::move(parts), std::move(*key), std::move(*connection), std::move(back));
    if (const base::Status started = state->start(); !started) return started.error();
    return Session(std::move(state));
}

void Session::listen(const std::string& channel) {
    state_->change(channel, State::Wanted::heard);
}

void Session::stop_listening(const std::string& channel) {
    state_->change(channel, State::Wanted::not_heard);
}

void Session::fetch(const FetchHistory& wanted) {
    if (!wanted.before) state_->history().try_again();
    state_->history().fetch(wanted);
}

void Session::search(const SearchHistory& wanted) {
    state_->history().search(wanted);
}

void Session::end_search() {
    state_->history().end_search();
}

void Session::send(const Send& message) {
    state_->send(message);
}

void Session::announce() {
    state_->outbox().announce();
}

void Session::use_curve(nkeys::CurveKey curve) {
    state_->use_curve(std::move(curve));
}

void Session::measure_round_trip() {
    state_->monitor().ask();
}

void Session::tell_server() {
    const auto server = state_->connection().connected_url();
    state_->mailbox().put(Noticed{server ? "connected to " + *server : server.error().message(), true});
}

base::Status Session::finish(std::chrono::milliseconds timeout) {
    if (state_->outbox().wait_until_empty(timeout)) return {};
    return base::Error{bus::Errc::timeout, "some of what was typed could not be sent"};
}

}  // namespace natscreds::chat
