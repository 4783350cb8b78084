#include <natscreds/chat-client/net/session.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <natscreds/access/renewer.h>
#include <natscreds/bus/connection.h>
#include <natscreds/nkeys/key_file.h>

#include "monitor.h"
#include "outbox.h"

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto presence_interval = 30s;
constexpr auto confirmation_timeout = 2000ms;
constexpr auto listen_timeout = 5000ms;
constexpr auto retry_interval = 200ms;

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

bool is_transient(const base::Error& error) {
    return error.code == bus::Errc::timeout || error.code == bus::Errc::disconnected;
}

}  // namespace

class Session::State {
  public:
    State(SessionParts parts, nkeys::SigningKey key, bus::Connection connection,
          std::shared_ptr<std::atomic<bool>> back)
        : parts_(std::move(parts)),
          key_(std::move(key)),
          user_(parts_.options.credentials->user()),
          id_prefix_(new_message_id(parts_.random) + "."),
          back_(std::move(back)),
          connection_(std::move(connection)) {}

    ~State() {
        sender_ = {};
        renewal_ = {};
        monitor_.reset();
        publish_presence(Movement::leaves);
        (void)connection_.flush(500ms);
        subscriptions_.clear();
        connection_.close();
    }

    base::Status start() {
        for (const std::string& subject :
             {parts_.subjects.online(), parts_.subjects.directs(key_.public_key())}) {
            if (const base::Status listening = listen(subject); !listening) return listening;
        }
        sender_ = std::jthread([this](const std::stop_token& stop) { send_until(stop); });
        if (user_.content.expires)
            renewal_ = std::jthread([this](const std::stop_token& stop) { renew_until(stop); });
        if (const auto server = connection_.connected_url()) parts_.mailbox.put(Connected{*server});
        monitor_.emplace(connection_, parts_.mailbox);
        return {};
    }

    base::Status listen(const std::string& subject) {
        base::Result<bus::Subscription> subscription = connection_.listen(
            {.subject = subject, .queue = {}}, [this](const bus::Message& message) { hear(message); },
            listen_timeout);
        if (!subscription) return subscription.error();
        subscriptions_.push_back(std::move(*subscription));
        return {};
    }

    void send(const Send& message) {
        const Written written{.id = id_prefix_ + std::to_string(message.ticket), .text = message.text};
        const Sender sender{.key = key_, .name = parts_.name, .now = parts_.clock.now()};
        Outgoing outgoing{.ticket = message.ticket, .subject = {}, .body = {}};
        if (message.place.person) {
            outgoing.subject = parts_.subjects.directs(*message.place.person);
            outgoing.body = encode_direct(written, *message.place.person, sender);
        } else {
            outgoing.subject = parts_.subjects.posts(message.place.channel);
            outgoing.body = encode_post(written, message.place.channel, sender);
        }
        outbox_.put(std::move(outgoing));
    }

    const Subjects& subjects() const { return parts_.subjects; }
    Outbox& outbox() { return outbox_; }
    bus::Connection& connection() { return connection_; }
    Mailbox& mailbox() { return parts_.mailbox; }
    Monitor& monitor() { return *monitor_; }

  private:
    void hear(const bus::Message& arrived) {
        base::Result<Message> message = parts_.subjects.parse(arrived.subject, arrived.body);
        // What we said ourselves comes back from the server, and is shown already.
        const bool echo =
            message && message->sender == key_.public_key() && message->id.starts_with(id_prefix_);
        if (!echo) parts_.mailbox.put(Heard{std::move(message)});
    }

    void send_until(const std::stop_token& stop) {
        publish_presence(Movement::arrives);
        // Subscriptions of one listener do not keep each other's order: let the name be known before the words.
        (void)connection_.flush(confirmation_timeout);
        auto next_presence = Steady::now() + presence_interval;
        while (!stop.stop_requested()) {
            const Outbox::Work work = outbox_.wait(stop, next_presence);
            if (work.announce || back_->exchange(false) || Steady::now() >= next_presence) {
                publish_presence(Movement::stays);
                next_presence = Steady::now() + presence_interval;
            }
            if (!work.messages.empty()) send_and_confirm(work.messages, stop);
        }
    }

    /// Message by message when one of several was refused, to know which.
    void send_and_confirm(const std::vector<Outgoing>& messages, const std::stop_token& stop) {
        const base::Status sent = publish_and_flush(messages);
        if (sent) return settle(messages, Delivery::sent);
        if (is_transient(sent.error())) return wait_a_little(stop);
        if (messages.size() == 1) {
            parts_.mailbox.put(Noticed{"not sent: " + sent.error().message()});
            return settle(messages, Delivery::failed);
        }
        for (const Outgoing& message : messages) {
            if (stop.stop_requested()) return;
            send_and_confirm({message}, stop);
        }
    }

    base::Status publish_and_flush(const std::vector<Outgoing>& messages) {
        for (const Outgoing& message : messages) {
            if (base::Status status = connection_.publish(message.subject, message.body); !status)
                return status;
        }
        return connection_.flush(confirmation_timeout);
    }

    void settle(const std::vector<Outgoing>& messages, Delivery delivery) {
        for (const Outgoing& message : messages)
            parts_.mailbox.put(Delivered{message.ticket, delivery});
        outbox_.confirm(messages.size());
    }

    static void wait_a_little(const std::stop_token& stop) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any stopped;
        stopped.wait_for(lock, stop, retry_interval, [] { return false; });
    }

    void publish_presence(Movement movement) {
        const Sender sender{.key = key_, .name = parts_.name, .now = parts_.clock.now()};
        const std::string token = [this] {
            const std::lock_guard lock(user_mutex_);
            return user_.token.text();
        }();
        const std::string subject = parts_.subjects.online();
        const base::Status sent = connection_.publish(subject, encode_presence(movement, token, sender));
        if (!sent && sent.error().code == bus::Errc::too_large)
            (void)connection_.publish(subject, encode_presence(movement, {}, sender));
    }

    void renew_until(const std::stop_token& stop) {
        const access::Service service{.requests = connection_,
                                      .clock = parts_.clock,
                                      .random = parts_.random,
                                      .subjects = access::Subjects()};
        access::Renewer renewer(
            {.service = service,
             .store = parts_.store,
             .events = {.renewed = [this](access::Renewal renewal) { use(std::move(renewal)); },
                        .failed =
                            [this](const base::Error& error) {
                                parts_.mailbox.put(
                                    Noticed{"the credentials could not be renewed: " + error.message()});
                            }}},
            *parts_.options.credentials);
        const base::Status kept = access::keep_renewed(renewer, parts_.clock, stop);
        if (!kept) parts_.mailbox.put(Noticed{kept.error().message()});
    }

    void use(access::Renewal renewal) {
        const jwt::Decoded<jwt::UserClaims> user = renewal.credentials.user();
        if (const base::Status changed = connection_.switch_to(std::move(renewal.credentials)); !changed)
            parts_.mailbox.put(
                Noticed{"the renewed credentials are not in use yet: " + changed.error().message()});
        {
            const std::lock_guard lock(user_mutex_);
            user_ = user;
        }
        parts_.mailbox.put(Renewed{std::move(renewal.issuers), user.content.expires});
        outbox_.announce();
    }

    SessionParts parts_;
    nkeys::SigningKey key_;
    std::mutex user_mutex_;
    jwt::Decoded<jwt::UserClaims> user_;
    const std::string id_prefix_;  ///< of all that this session sends, and nobody else
    const std::shared_ptr<std::atomic<bool>> back_;
    Outbox outbox_;
    bus::Connection connection_;
    std::vector<bus::Subscription> subscriptions_;
    std::jthread sender_;
    std::jthread renewal_;
    std::optional<Monitor> monitor_;
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

base::Status Session::listen(const std::string& channel) {
    return state_->listen(state_->subjects().posts(channel));
}

void Session::send(const Send& message) {
    state_->send(message);
}

void Session::announce() {
    state_->outbox().announce();
}

void Session::measure_round_trip() {
    state_->monitor().ask();
}

void Session::tell_server() {
    const auto server = state_->connection().connected_url();
    state_->mailbox().put(Noticed{server ? "connected to " + *server : server.error().message()});
}

base::Status Session::finish(std::chrono::milliseconds timeout) {
    if (state_->outbox().wait_until_empty(timeout)) return {};
    return base::Error{bus::Errc::timeout, "not everything that was typed could be sent"};
}

}  // namespace natscreds::chat
