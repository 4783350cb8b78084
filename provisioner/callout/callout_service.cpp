#include <natscreds/provisioner/callout/callout_service.h>

#include <chrono>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/callout/password_lane.h>

#include "admitted.h"
#include "known_servers.h"
#include "possible_names.h"

namespace natscreds::provisioner {
namespace {

using access::Reason;

constexpr bus::Timeout listen_timeout{5000};
/// A server that answers later is not one to be ready with.
constexpr bus::Timeout readiness_timeout{2000};
/// A server of the same cluster answers within a millisecond, one behind a gateway within a few hundred.
constexpr bus::Timeout server_timeout{500};
/// Behind more than these a server would have given up before its turn came.
constexpr std::size_t max_waiting = 1024;
/// Who was let in at the last moment by a copy that is gone has come through by the second time.
constexpr std::size_t looks_at_start = 2;
constexpr std::chrono::seconds look_pause{4};

/// As servers tell who signed a user's JWT: the signing key, or the account where that stands in their configuration.
/// Keys with a role's scope are the role's, also one that was rotated; of those without any others may be another callout's.
std::set<std::string> issuing_keys(const Policy& policy) {
    std::set<std::string> keys;
    for (const Issuer& issuer : policy.issuers()) {
        keys.insert(issuer.signing_key().text());
        if (issuer.scoped()) keys.insert(issuer.issuers().begin(), issuer.issuers().end());
        if (issuer.account_token() == nullptr) keys.insert(issuer.account());
    }
    return keys;
}

base::Error draining() {
    return {Reason::draining, "this copy of the service is ending"};
}

base::Error busy() {
    return {Reason::busy, "too many clients connect at the same time"};
}

}  // namespace

CalloutService::CalloutService(Parts parts)
    : parts_(std::move(parts)),
      admitted_(std::make_unique<Admitted>()),
      servers_(std::make_unique<KnownServers>()) {}

CalloutService::~CalloutService() = default;

base::Result<std::unique_ptr<CalloutService>> CalloutService::start(Parts parts) {
    std::unique_ptr<CalloutService> service(new CalloutService(std::move(parts)));
    if (const base::Status connected = service->connect(); !connected) return connected.error();
    return service;
}

base::Status CalloutService::connect() {
    auto opened = bus::Connection::open(std::move(parts_.connection), events("callout", connected_));
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
    const auto policy = parts_.callout.policy.load();
    std::string account = policy->account();
    if (!parts_.settings.role.empty()) {
        const auto issuer = policy->find(parts_.settings.role);
        if (!issuer) return issuer.error();
        account = (*issuer)->account();
    }
    auto opened = bus::Connection::open(std::move(*parts_.system), events("system", system_connected_));
    if (!opened) return opened.error();
    system_.emplace(std::move(*opened));
    evictions_.emplace(Evictions::Parts{.system = *system_, .account = account, .tell = parts_.tell});
    return evictions_->start();
}

bus::ConnectionEvents CalloutService::events(const std::string& whose, std::atomic<bool>& connected) {
    const auto tell = [this, whose](const std::string& what) { parts_.tell(whose + ": " + what); };
    return {.disconnected =
                [tell, &connected] {
                    connected = false;
                    tell("disconnected; trying to reconnect");
                },
            .reconnected =
                [tell, &connected] {
                    connected = true;
                    tell("reconnected");
                },
            .closed = {},
            .error = [tell](const base::Error& error) { tell(error.message()); }};
}

// ---- questions

base::Result<bus::Subscription> CalloutService::listen(ReplyQueue& delivery, PasswordLane* passwords) {
    return connection_->listen(
        {.subject = std::string(callout_subject), .queue = parts_.queue, .workers = parts_.workers},
        [this, &delivery, passwords](const bus::Message& question) {
            const auto arrived = std::chrono::steady_clock::now();
            const auto deliver = [&delivery, arrived, reply = question.reply](Answer answer,
                                                                              bool more_follow) {
                delivery.deliver({.reply = reply,
                                  .answer = std::move(answer),
                                  .arrived = arrived,
                                  .more_follow = more_follow});
            };
            const bool more = question.behind > 0;
            if (auto refusal = turned_away(question, delivery.waiting()))
                return deliver(std::move(*refusal), more);
            auto opened = callout_->open(question);
            if (auto* const refusal = std::get_if<Answer>(&opened)) return deliver(std::move(*refusal), more);
            const auto* const inquiry = std::get_if<Callout::Opened>(&opened);
            if (inquiry == nullptr) return;
            if (passwords == nullptr || !callout_->hashes(**inquiry))
                return deliver(callout_->decide(*inquiry), more);
            const bool taken = passwords->put([this, deliver, passwords, waiting = *inquiry] {
                deliver(turning_away_ ? callout_->refuse(waiting, draining()) : callout_->decide(waiting),
                        passwords->waiting() > 0);
            });
            if (!taken) deliver(callout_->refuse(*inquiry, busy()), more);
        },
        listen_timeout);
}

std::optional<Answer> CalloutService::turned_away(const bus::Message& question,
                                                  std::size_t undelivered) const {
    if (turning_away_) return callout_->turn_away(question, draining());
    if (question.behind * parts_.workers + undelivered < max_waiting) return std::nullopt;
    return callout_->turn_away(question, busy());
}

base::Status CalloutService::send(const std::string& reply, const Answer& answer) {
    if (!answer.outcome && answer.record.expires) {
        const std::lock_guard lock(mutex_);
        admitted_->add(answer.record.name, *answer.record.expires);
    }
    return connection_->publish(reply, std::get<std::string>(answer.body));
}

// ---- servers

std::optional<bool> CalloutService::remembered(const nkeys::PublicKey& server) {
    const std::lock_guard lock(mutex_);
    return servers_->find(server, parts_.callout.intervals.now());
}

bool CalloutService::known_server(const nkeys::PublicKey& server) {
    if (const auto known = remembered(server)) return *known;
    bus::Message question;
    question.subject = "$SYS.REQ.SERVER." + server.text() + ".IDZ";
    const bool answers = system_->request(question, server_timeout).has_value();
    const std::lock_guard lock(mutex_);
    answers ? servers_->note_server(server) : servers_->note_stranger(server, parts_.callout.intervals.now());
    return answers;
}

// ---- connections

void CalloutService::end_connections(const std::string& name) {
    if (evictions_) evictions_->end(name);
}

void CalloutService::tidy() {
    if (!evictions_) return;
    evictions_->look_again();
    std::vector<std::string> denied;
    {
        const std::lock_guard lock(mutex_);
        denied = admitted_->take_denied(parts_.callout.ledger, parts_.callout.clock.now());
    }
    for (const std::string& name : denied)
        evictions_->end(name);
    end_left_behind();
}

/// Rules, roles and denials may have changed while no copy was there to see it. What is compared is the name alone: servers
/// list no more of whom a callout let in.
void CalloutService::end_left_behind() {
    const auto now = std::chrono::steady_clock::now();
    if (looked_ == looks_at_start || (looked_ > 0 && now - looked_at_ < look_pause)) return;
    if (parts_.roles_known && !parts_.roles_known()) return;
    ++looked_;
    looked_at_ = now;
    const auto policy = parts_.callout.policy.load();
    const auto possible =
        std::make_shared<const PossibleNames>(*policy, parts_.callout.verifiers, parts_.callout.roles);
    const auto keys = std::make_shared<const std::set<std::string>>(issuing_keys(*policy));
    const base::Status asked =
        evictions_->end_unless([this, possible, keys](const ListedConnection& connection) {
            // Another callout's users in the same account are none of ours.
            if (!keys->contains(connection.issuer_key)) return true;
            const std::string& name = connection.user;
            if (!possible->contains(name)) return false;
            const auto denied = name_denied(parts_.callout.ledger, name, name, parts_.callout.clock.now());
            return !denied || !*denied;
        });
    if (!asked) parts_.tell("connections that may not stay go on: " + asked.error().message());
}

base::Status CalloutService::ready() {
    if (const base::Status flushed = connection_->flush(readiness_timeout); !flushed) return flushed;
    return system_ ? system_->flush(readiness_timeout) : base::Status();
}

base::Status CalloutService::drain(bus::Timeout limit) {
    const base::Status drained = connection_->drain(limit);
    const base::Status system_drained = system_ ? system_->drain(limit) : base::Status();
    return drained ? system_drained : drained;
}

}  // namespace natscreds::provisioner
