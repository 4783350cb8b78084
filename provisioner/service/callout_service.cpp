#include <natscreds/provisioner/service/callout_service.h>

#include <variant>
#include <vector>

#include <natscreds/access/reason.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;

constexpr bus::Timeout listen_timeout{5000};
constexpr bus::Timeout drain_timeout{10'000};
/// A server of the same cluster answers within a millisecond, one behind a gateway within a few hundred.
constexpr bus::Timeout server_timeout{500};
/// Whoever makes up servers has us look for one so often.
constexpr std::chrono::seconds stranger_interval{5};
constexpr std::size_t most_strangers = 1024;
/// Behind more than these a server would have given up before its turn came.
constexpr std::size_t most_waiting = 1024;

}  // namespace

base::Result<std::unique_ptr<CalloutService>> CalloutService::start(Parts parts) {
    std::unique_ptr<CalloutService> service(new CalloutService(std::move(parts)));
    if (const base::Status connected = service->connect(); !connected) return connected.error();
    return service;
}

base::Status CalloutService::connect() {
    auto opened = bus::Connection::open(std::move(parts_.connection), events("callout"));
    if (!opened) return opened.error().within("[callout.connection]");
    connection_.emplace(std::move(*opened));
    if (parts_.system) {
        if (const base::Status connected = connect_system(); !connected)
            return connected.error().within("[callout.system]");
    } else {
        parts_.tell(
            "without [callout.system], connections go on until they expire when a role is taken away");
    }
    Callout::Parts deciding = parts_.callout;
    if (system_)
        deciding.known_server = [this](const nkeys::PublicKey& server) { return known_server(server); };
    callout_.emplace(std::move(deciding), std::move(parts_.settings));
    return {};
}

base::Status CalloutService::connect_system() {
    const auto issuer = parts_.callout.policy.load()->find(parts_.settings.role);
    if (!issuer) return issuer.error();
    auto opened = bus::Connection::open(std::move(*parts_.system), events("system"));
    if (!opened) return opened.error();
    system_.emplace(std::move(*opened));
    evictions_.emplace(
        Evictions::Parts{.system = *system_, .account = (*issuer)->account(), .tell = parts_.tell});
    return evictions_->start();
}

bus::ConnectionEvents CalloutService::events(const std::string& whose) const {
    const auto tell = [this, whose](const std::string& what) { parts_.tell(whose + ": " + what); };
    return {.disconnected = [tell] { tell("disconnected; trying to reconnect"); },
            .reconnected = [tell] { tell("reconnected"); },
            .closed = {},
            .error = [tell](const base::Error& error) { tell(error.message()); }};
}

// ---- questions

base::Result<bus::Subscription> CalloutService::listen(std::function<void(Outgoing)> deliver) {
    return connection_->listen(
        {.subject = std::string(callout_subject), .queue = parts_.queue, .workers = parts_.workers},
        [this, deliver = std::move(deliver)](const bus::Message& question) {
            const auto arrived = std::chrono::steady_clock::now();
            auto answer = answer_to(question);
            if (!answer) return;
            deliver({.reply = question.reply,
                     .answer = std::move(*answer),
                     .arrived = arrived,
                     .more_follow = question.behind > 0});
        },
        listen_timeout);
}

std::optional<Answer> CalloutService::answer_to(const bus::Message& question) {
    if (question.behind * parts_.workers < most_waiting) return callout_->answer(question);
    return callout_->turn_away(question, {Reason::busy, "too many clients connect at the same time"});
}

base::Status CalloutService::send(const std::string& reply, const Answer& answer) {
    if (!answer.outcome && answer.record.expires) {
        const std::lock_guard lock(mutex_);
        base::Time& until = admitted_[answer.record.name];
        until = std::max(until, *answer.record.expires);
    }
    return connection_->publish(reply, std::get<std::string>(answer.body));
}

// ---- servers

std::optional<bool> CalloutService::remembered(const nkeys::PublicKey& server) {
    const std::lock_guard lock(mutex_);
    if (servers_.contains(server)) return true;
    const base::Time now = parts_.callout.clock.now();
    std::erase_if(strangers_, [&](const auto& entry) { return now - entry.second >= stranger_interval; });
    const bool look = !strangers_.contains(server) && strangers_.size() < most_strangers;
    return look ? std::nullopt : std::optional(false);
}

bool CalloutService::known_server(const nkeys::PublicKey& server) {
    if (const auto known = remembered(server)) return *known;
    bus::Message question;
    question.subject = "$SYS.REQ.SERVER." + server.text() + ".IDZ";
    const bool answers = system_->request(question, server_timeout).has_value();
    const std::lock_guard lock(mutex_);
    if (answers) {
        servers_.insert(server);
    } else {
        strangers_.emplace(server, parts_.callout.clock.now());
    }
    return answers;
}

// ---- connections

void CalloutService::end_connections(const std::string& name) {
    if (evictions_) evictions_->end(name);
}

void CalloutService::tidy() {
    if (!evictions_) return;
    evictions_->look_again();
    const base::Time now = parts_.callout.clock.now();
    std::vector<std::string> denied;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(admitted_, [&](const auto& entry) { return entry.second < now; });
        for (const auto& [name, until] : admitted_) {
            const auto is_denied =
                parts_.callout.ledger.denied({.kind = Denial::Kind::name, .value = name}, now);
            if (is_denied && *is_denied) denied.push_back(name);
        }
        for (const std::string& name : denied)
            admitted_.erase(name);
    }
    for (const std::string& name : denied)
        evictions_->end(name);
}

base::Status CalloutService::ready() {
    if (const base::Status flushed = connection_->flush(listen_timeout); !flushed) return flushed;
    return system_ ? system_->flush(listen_timeout) : base::Status();
}

base::Status CalloutService::drain() {
    return connection_->drain(drain_timeout);
}

}  // namespace natscreds::provisioner
