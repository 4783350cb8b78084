#include <natscreds/provisioner/service/service.h>

#include <array>
#include <atomic>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include <natscreds/access/reason.h>
#include <natscreds/base/base64url.h>
#include <natscreds/base/date.h>
#include <natscreds/base/periodic_task.h>
#include <natscreds/provisioner/callout/callout_service.h>
#include <natscreds/provisioner/callout/evictions.h>
#include <natscreds/provisioner/callout/password_lane.h>
#include <natscreds/provisioner/kubernetes/role_feed.h>
#include <natscreds/provisioner/ledger/ledger_opening.h>
#include <natscreds/provisioner/observation/http_server.h>
#include <natscreds/provisioner/observation/log.h>
#include <natscreds/provisioner/observation/metrics.h>
#include <natscreds/provisioner/observation/readiness.h>
#include <natscreds/provisioner/operations/journal.h>
#include <natscreds/provisioner/policy/current_policy.h>
#include <natscreds/provisioner/requests/intakes.h>
#include <natscreds/provisioner/requests/micro_service.h>
#include <natscreds/provisioner/requests/reply_queue.h>
#include <natscreds/provisioner/requests/responder.h>
#include <natscreds/provisioner/service/account_feed.h>

#include "identities.h"
#include "issuing_facts.h"

namespace natscreds::provisioner {
namespace {

using access::Endpoint;
using access::Reason;

constexpr base::Time never = base::Time::max();
constexpr bus::Timeout answer_timeout{5000};
/// A server that answers later is not one to be ready with.
constexpr bus::Timeout readiness_timeout{2000};
/// So many requests wait at most, to be read or for the disk: what a client waits for would come too late
/// behind them.
constexpr std::size_t max_waiting = 4096;
/// A denial that the ledger is not told of by itself counts within a second.
constexpr std::chrono::milliseconds tidy_interval{250};

// Stopping: each step has its time, and all of them together less than the 15 seconds of TimeoutStopSec.
constexpr std::chrono::milliseconds finish_limit{3000};
constexpr std::chrono::milliseconds turn_away_limit{1000};
constexpr std::chrono::milliseconds disk_limit{3000};
constexpr bus::Timeout close_limit{1000};

base::Status send(bus::Connection& connection, const std::string& subject, const Answer& answer) {
    // A seed goes from locked memory straight to the client library.
    if (const auto* secret = std::get_if<base::Secret>(&answer.body)) {
        return connection.publish(subject, base::as_text(secret->expose()));
    }
    const std::string& text = std::get<std::string>(answer.body);
    if (answer.headers.empty()) return connection.publish(subject, text);
    return connection.publish({.subject = subject,
                               .reply = {},
                               .body = text,
                               .headers = answer.headers,
                               .malformed_headers = false});
}

std::string random_id(base::Random& random) {
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    return base::base64url_encode(bytes);
}

/// That a role's key still makes what its account would accept.
base::Status try_signing(const Issuer& issuer, base::Time now) {
    const base::Result<base::Time> expires = issuer.expiry(std::nullopt, now);
    if (!expires) return expires.error();
    const base::Result<Name> name = Name::parse("readiness");
    const auto key = nkeys::PublicKey::create(nkeys::Kind::user, {});
    const base::Result<jwt::Token> token =
        issuer.issue({.name = *name, .key = key, .expires = *expires}, now);
    if (!token) return token.error();
    const auto decoded = jwt::decode<jwt::UserClaims>(token->text());
    return decoded ? base::Status() : base::Status(decoded.error());
}

access::Subjects subjects_of(const Configuration& configuration) {
    return access::Subjects::create(configuration.prefix).value();
}

Rate proof_rate(const Configuration& configuration) {
    const std::int64_t rate = configuration.kubernetes ? configuration.kubernetes->proofs_per_second : 0;
    return {.per_second = rate, .burst = 2 * rate};
}

Responder::Settings responder_settings(const Configuration& configuration) {
    return {.subjects = subjects_of(configuration),
            .requests = configuration.requests,
            .reply_prefixes = configuration.reply_prefixes,
            .server_id = configuration.server_id,
            .proof_rate = proof_rate(configuration),
            // One worker of each subject goes on with requests that prove nothing.
            .proofs_at_once = std::max<std::size_t>(configuration.workers, 2) - 1};
}

std::string subject_of(const Configuration& configuration, Endpoint endpoint) {
    const access::Subjects subjects = subjects_of(configuration);
    return configuration.requests == Requests::vouched ? subjects.exported(endpoint)
                                                       : subjects.direct(endpoint);
}

}  // namespace

class Service::State {
  public:
    explicit State(Parts parts)
        : world_(parts.world),
          log_(parts.log),
          configuration_(parts.configuration),
          wait_(std::move(parts.wait)),
          policy_(std::move(parts.policy)),
          system_(std::move(parts.system)),
          metrics_(NATSCREDS_VERSION),
          micro_(identity(),
                 {.audit_head = [this] { return delivery_ ? delivery_->audit_head() : std::string(); },
                  .facts = [this] { return issuing_facts_.said_of(*policy_.load()); }}) {
        issuing_facts_.note(*policy_.load(), world_.clock.now());
        if (parts.connection.credentials) credentials_expire_ = end_of(*parts.connection.credentials);
    }

    ~State() {
        http_.reset();
        if (readiness_) readiness_->end();
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    base::Status start(bus::ConnectionOptions options, std::optional<CalloutSetup> callout) {
        // A port that is taken is said before anybody is served.
        if (const base::Status observed = start_http(); !observed) return observed;
        const bool requests = configuration_.requests != Requests::none;
        if (requests) {
            base::Result<bus::Connection> connection = bus::Connection::open(std::move(options), events());
            if (!connection) return connection.error();
            connection_.emplace(std::move(*connection));
        }
        if (const base::Status opened = open_stores(); !opened) return opened;
        if (const base::Status proves = open_identity(); !proves) return proves;
        if (callout) {
            if (const base::Status connected = connect_callout(std::move(*callout)); !connected)
                return connected;
        }
        if (const base::Status fed = feed_roles(); !fed) return fed;
        if (const base::Status followed = follow_account(); !followed) return followed;
        delivery_.emplace(delivery_parts());
        if (requests) {
            if (const base::Status listening = listen_to_all(); !listening) return listening;
        }
        if (callout_) {
            if (const base::Status listening = listen_to_callouts(); !listening) return listening;
        }
        journal_.emplace(Journal::Parts{.ledger = *ledger_,
                                        .intervals = world_.intervals,
                                        .write_down =
                                            [this](std::vector<AuditRecord> records) {
                                                return delivery_->write_down(std::move(records));
                                            },
                                        .tell = [this](const std::string& what) { log_.info(what); }});
        housekeeping_.emplace("tidy", tidy_interval, [this] { tidy(); });
        readiness_.emplace(Readiness::Parts{.look = [this] { return look_whether_ready(); }});
        note_reload({});
        started_ = true;
        return {};
    }

    base::Status reload(Next next) {
        if (next.credentials && connection_) {
            const base::Time expires = end_of(*next.credentials);
            const base::Status switched = connection_->switch_to(std::move(*next.credentials));
            if (!switched) return switched;
            credentials_expire_ = expires;
        }
        issuing_facts_.note(next.policy, world_.clock.now());
        account_feed_ ? account_feed_->replace(std::move(next.policy), std::move(next.accounts))
                      : policy_.replace(std::move(next.policy));
        return {};
    }

    void note_reload(const base::Status& taken) { metrics_.configured(taken, world_.clock.now()); }

    [[nodiscard]] base::Status ready() const {
        if (!started_) return base::Error{bus::Errc::cannot_connect, "the service is starting"};
        if (stopping_) return base::Error{Reason::draining, "the service is ending"};
        return readiness_->now();
    }

    base::Status drain() {
        stopping_ = true;
        readiness_->stop();
        housekeeping_->stop();
        if (role_feed_) role_feed_->stop();
        finish_requests();
        const base::Status delivered = delivery_->drain(disk_limit);
        if (!delivered) log_.error("stopping without " + delivered.error().message());
        const base::Status closed = close();
        return delivered ? closed : delivered;
    }

  private:
    // ---- stopping

    void finish_requests() {
        if (connected_) micro_.stop();
        intakes_.drain(finish_limit + turn_away_limit);
        const bool finished = intakes_.finished_within(finish_limit);
        turning_away_ = true;
        if (callout_) callout_->turn_away();
        if (passwords_) passwords_->finish();
        if (!finished && !intakes_.finished_within(turn_away_limit))
            log_.warning("stopping: not every request that had arrived could be answered");
    }

    base::Status close() {
        ledger_->stop_following();
        const base::Status drained = connection_ ? connection_->drain(close_limit) : base::Status();
        if (callout_) (void)callout_->drain(close_limit);
        // What these wait for ends with the connections.
        readiness_->end();
        housekeeping_->end();
        http_.reset();
        role_feed_.reset();
        {
            const std::lock_guard lock(evictions_mutex_);
            evictions_.reset();
        }
        account_feed_.reset();
        const bool nobody_there = !drained && drained.error().code == bus::Errc::disconnected;
        return nobody_there ? base::Status() : drained;
    }

    // ---- events

    bus::ConnectionEvents events() {
        return {.disconnected = [this] { disconnected(); },
                .reconnected = [this] { reconnected(); },
                .closed = {},
                // At start, what is not allowed is said once, in our own words.
                .error =
                    [this](const base::Error& error) {
                        if (started_) log_.warning(error.message());
                    }};
    }

    void disconnected() {
        connected_ = false;
        if (started_) readiness_->lost({bus::Errc::disconnected, "the service's connection"});
        log_.warning("disconnected; trying to reconnect");
    }

    void reconnected() {
        connected_ = true;
        if (started_) readiness_->look_again();
        log_.info("reconnected");
    }

    /// Each part is tried, and may take its time.
    base::Status look_whether_ready() {
        if (connection_) {
            if (const base::Status flushed = connection_->flush(readiness_timeout); !flushed) return flushed;
        }
        if (callout_) {
            if (const base::Status heard = callout_->ready(); !heard) return heard;
        }
        if (role_feed_) {
            if (const base::Status fed = role_feed_->ready(); !fed) return fed;
        }
        if (account_feed_) {
            if (const base::Status current = account_feed_->ready(); !current) return current;
        }
        for (const Issuer& issuer : policy_.load()->issuers()) {
            if (const base::Status signs = try_signing(issuer, world_.clock.now()); !signs) return signs;
        }
        if (const base::Status audited = delivery_->audit_state(); !audited) return audited;
        if (audit_) {
            if (const base::Status room = audit_->check(); !room) return room;
        }
        return ledger_->check();
    }

    MicroServiceIdentity identity() {
        MicroServiceIdentity identity{.id = random_id(world_.random),
                                      .version = NATSCREDS_VERSION,
                                      .server_id = configuration_.server_id,
                                      .queue = configuration_.queue,
                                      .endpoints = {},
                                      .started = base::rfc3339(world_.clock.now())};
        for (const Endpoint endpoint : {Endpoint::access, Endpoint::renew})
            identity.endpoints.emplace_back(endpoint, subject_of(configuration_, endpoint));
        return identity;
    }

    base::Status open_stores() {
        bus::Connection* const connection = connection_ ? &*connection_ : nullptr;
        auto ledger = wait_for_ledger(
            [&] {
                return open_ledger(configuration_.ledger, configuration_.rules.name_rule(),
                                   {.connection = connection, .intervals = world_.intervals});
            },
            {.wait = wait_,
             .tell = [this](const base::Error& error) { log_.warning("waiting: " + error.message()); }});
        if (!ledger) return ledger.error();
        ledger_ = std::move(*ledger);
        if (configuration_.audit.empty()) return {};
        base::Result<AuditLog> audit = AuditLog::open(configuration_.audit);
        if (!audit) return audit.error();
        audit_.emplace(std::move(*audit));
        if (!audit_->remark().empty())
            log_.warning("audit file " + configuration_.audit.string() + ": " + audit_->remark());
        return {};
    }

    /// A cluster that does not answer yet may do so later: until then its tokens are refused.
    base::Status open_identity() {
        auto opened = Identities::open(configuration_, {world_.clock, world_.intervals});
        if (!opened) return opened.error();
        identities_ = *std::move(opened);
        for (const Identities::Seen& seen : identities_.check()) {
            if (!seen.keys) log_.warning("tokens cannot be checked yet: " + seen.keys.error().message());
        }
        return {};
    }

    /// From here on roles change, and whoever observes that is told.
    base::Status feed_roles() {
        if (!configuration_.service_roles) return {};
        auto feed = kubernetes::RoleFeed::start(
            {.roles = *configuration_.service_roles,
             .kubernetes = configuration_.kubernetes,
             .tokens = configuration_.tokens,
             .vouched_prefix =
                 configuration_.requests == Requests::vouched ? configuration_.prefix : std::string(),
             .come_in_as = configuration_.callout ? kubernetes::ComeInAs::themselves
                                                  : kubernetes::ComeInAs::whom_they_ask_for},
            {.roles = service_roles_,
             .clocks = {world_.clock, world_.intervals},
             .tell = [this](const std::string& what) { log_.warning(what); }});
        if (!feed) return feed.error();
        role_feed_ = std::move(*feed);
        return {};
    }

    /// Before the first request: servers may have revoked a key since the account's file was written.
    base::Status follow_account() {
        if (policy_.load()->account_tokens().empty()) return {};
        auto feed = AccountFeed::start({.policy = policy_,
                                        .intervals = world_.intervals,
                                        .files = configuration_.account_files(),
                                        .system = std::move(system_),
                                        .tell = [this](const std::string& what) { log_.warning(what); }});
        if (!feed) return feed.error().within("[system]");
        account_feed_ = std::move(*feed);
        if (account_feed_->system() != nullptr) end_connections_by(*account_feed_->system());
        return {};
    }

    void end_connections_by(bus::Connection& system) {
        evictions_.emplace(Evictions::Parts{
            .system = system, .account = "", .tell = [this](const std::string& what) { log_.info(what); }});
        const base::Status listening = evictions_->start();
        if (listening) return;
        evictions_.reset();
        log_.warning("connections of keys that are replaced go on: " + listening.error().message());
    }

    /// Where servers can be asked for that, those of a key that was replaced end with it.
    void end_superseded(const Served& served) {
        if (served.answer.outcome) return;
        const std::lock_guard lock(evictions_mutex_);
        for (const NameKey& former : served.answer.superseded) {
            if (evictions_) evictions_->end(former.key.text());
            if (!evictions_ && callout_) callout_->end_connections(former.key.text());
        }
    }

    ReplyQueue::Parts delivery_parts() {
        return {.ledger = *ledger_,
                .audit = audit_ ? &*audit_ : nullptr,
                .clock = world_.clock,
                .intervals = world_.intervals,
                .send =
                    [this](const std::string& reply, const Answer& answer) {
                        return answer.style == Style::callout ? callout_->send(reply, answer)
                                                              : send(*connection_, reply, answer);
                    },
                .observe =
                    [this](const Served& served) {
                        metrics_.count(served);
                        if (served.answer.style != Style::callout) micro_.count(served);
                        log_.decision(served);
                        end_superseded(served);
                    },
                .failed =
                    [this](const base::Error& error) {
                        const bool ledger = error.code == Reason::ledger_unavailable;
                        ledger ? metrics_.ledger_failed() : metrics_.audit_failed();
                        log_.error(error.message());
                    }};
    }

    base::Status connect_callout(CalloutSetup setup) {
        setup.settings.proof_rate = proof_rate(configuration_);
        setup.settings.proofs_at_once = configuration_.workers;
        auto started =
            CalloutService::start({.connection = std::move(setup.connection),
                                   .system = std::move(setup.system),
                                   .callout = {.policy = policy_,
                                               .verifiers = identities_.verifiers(),
                                               .roles = service_roles_,
                                               .ledger = *ledger_,
                                               .clock = world_.clock,
                                               .intervals = world_.intervals,
                                               .random = world_.random},
                                   .settings = std::move(setup.settings),
                                   .queue = configuration_.queue,
                                   .workers = configuration_.workers,
                                   .tell = [this](const std::string& what) { log_.warning(what); },
                                   .roles_known = [this] { return !role_feed_ || role_feed_->ready(); }});
        if (!started) return started.error();
        callout_ = std::move(*started);
        service_roles_.observe(
            [this](const identity::AccountName& account) { callout_->end_connections(account.name); });
        return {};
    }

    base::Status listen_to_callouts() {
        if (configuration_.password) passwords_.emplace();
        auto listening = callout_->listen(*delivery_, passwords_ ? &*passwords_ : nullptr);
        if (!listening) return listening.error();
        intakes_.add(std::move(*listening), callout_->connected());
        log_.info("serving " + std::string(callout_subject) + " for account " + policy_.load()->account());
        return {};
    }

    /// Renewals first: whether they are served stands in the replies to access requests.
    base::Status listen_to_all() {
        responder_.emplace(Responder::Parts{.policy = policy_,
                                            .ledger = *ledger_,
                                            .clock = world_.clock,
                                            .intervals = world_.intervals,
                                            .random = world_.random,
                                            .verifiers = identities_.verifiers().of_tokens(),
                                            .service_roles = &service_roles_},
                           responder_settings(configuration_));
        const base::Status renewals = listen(Endpoint::renew);
        if (!renewals && renewals.error().code != bus::Errc::permission_denied) return renewals;
        if (!renewals) {
            responder_->omit_renewals();
            log_.warning("renewals are not served: these credentials do not allow " +
                         subject_of(configuration_, Endpoint::renew));
        }
        if (const base::Status told = micro_.listen(*connection_); !told) {
            if (told.error().code != bus::Errc::permission_denied) return told;
            log_.warning("nats micro will not see this service: these credentials do not allow $SRV.>");
        }
        if (const base::Status access = listen(Endpoint::access); !access) return access;
        log_.info("serving " + subject_of(configuration_, Endpoint::access) + " for account " +
                  policy_.load()->account());
        return {};
    }

    base::Status listen(Endpoint endpoint) {
        base::Result<bus::Subscription> subscription = connection_->listen(
            {.subject = subject_of(configuration_, endpoint),
             .queue = configuration_.queue,
             .workers = configuration_.workers},
            [this](const bus::Message& request) { serve(request); }, answer_timeout);
        if (!subscription) return subscription.error();
        intakes_.add(std::move(*subscription), connected_);
        return {};
    }

    void serve(const bus::Message& request) {
        const Metrics::InFlight counted(metrics_);
        const auto arrived = std::chrono::steady_clock::now();
        metrics_.waiting(unread_behind(request));
        std::optional<Answer> answer = answer_to(request);
        if (!answer) return metrics_.dropped();
        delivery_->deliver({.reply = request.reply,
                            .answer = std::move(*answer),
                            .arrived = arrived,
                            .more_follow = request.behind > 0});
    }

    std::optional<Answer> answer_to(const bus::Message& request) {
        if (turning_away_)
            return responder_->turn_away(request, {Reason::draining, "this copy of the service is ending"});
        if (unread_behind(request) + delivery_->waiting() >= max_waiting)
            return responder_->turn_away(request, {Reason::busy, "too many requests wait already"});
        return responder_->respond(request);
    }

    void tidy() {
        ledger_->tidy(policy_.load()->rules().name_rule(), world_.clock.now());
        journal_->take();
        if (callout_) callout_->tidy();
        const std::lock_guard lock(evictions_mutex_);
        if (evictions_) evictions_->look_again();
    }

    /// Each worker has as many before it as this one, more or less: the server shares them out evenly.
    [[nodiscard]] std::size_t unread_behind(const bus::Message& request) const {
        return request.behind * configuration_.workers;
    }

    base::Status start_http() {
        if (configuration_.http.empty()) return {};
        auto server = HttpServer::start(
            configuration_.http,
            {.metrics = [this] { return started_ ? metrics_.text(measured()) : std::string(); },
             .ready = [this] { return ready(); }});
        if (!server) return server.error();
        http_ = std::move(*server);
        log_.info("metrics and health on http://" + http_->address());
        return {};
    }

    static base::Time end_of(const jwt::Credentials& credentials) {
        return credentials.user().content.expires.value_or(never);
    }

    /// As the machine's clock shows it now: whoever reads it compares it with theirs.
    [[nodiscard]] std::optional<base::Time> date_of(std::optional<base::Instant> moment) const {
        if (!moment) return std::nullopt;
        return world_.clock.now() - (world_.intervals.now() - *moment);
    }

    Metrics::Now measured() {
        const base::Time expires = credentials_expire_;
        return {.account_expires = policy_.load()->accounts_expire(),
                .credentials_expire = expires == never ? std::nullopt : std::optional(expires),
                .connected = connected_ && (!callout_ || callout_->connected()),
                .ready = ready().has_value(),
                .waiting = delivery_->waiting(),
                .account_confirmed = account_feed_ ? date_of(account_feed_->confirmed()) : std::nullopt,
                .ledger = ledger_->size(),
                .service_roles = role_feed_ ? std::optional(service_roles_.size()) : std::nullopt,
                .roles_synced = role_feed_ ? date_of(role_feed_->synced()) : std::nullopt};
    }

    // In the order in which they are needed: what is listed last ends first.
    const World& world_;
    const Log& log_;
    const Configuration& configuration_;
    const std::function<bool(std::chrono::milliseconds)> wait_;
    std::atomic<bool> started_ = false;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> turning_away_ = false;  ///< requests that there is no time left for
    // Of a server that is being looked for nothing can be asked without waiting, so this is remembered.
    std::atomic<bool> connected_ = true;
    std::atomic<base::Time> credentials_expire_ = never;  ///< the service's own
    CurrentPolicy policy_;
    IssuingFacts issuing_facts_;
    std::optional<bus::ConnectionOptions> system_;  ///< until the account is followed
    Metrics metrics_;
    std::optional<Readiness> readiness_;  ///< is told of the connection's end, and has its own before that
    std::optional<bus::Connection> connection_;
    std::unique_ptr<Ledger> ledger_;
    std::optional<AuditLog> audit_;
    Identities identities_;
    identity::ServiceRoles service_roles_;
    std::optional<Responder> responder_;
    std::unique_ptr<CalloutService> callout_;
    std::unique_ptr<kubernetes::RoleFeed> role_feed_;  ///< none: no ServiceAccount has a role
    std::unique_ptr<AccountFeed> account_feed_;        ///< none: the account has no JWT
    std::mutex evictions_mutex_;
    std::optional<Evictions> evictions_;  ///< none: connections of keys that are replaced go on
    std::optional<ReplyQueue> delivery_;
    std::optional<PasswordLane> passwords_;  ///< its tasks deliver, and intakes fill it
    std::optional<Journal> journal_;
    MicroService micro_;
    Intakes intakes_;
    std::unique_ptr<HttpServer> http_;
    std::optional<base::PeriodicTask> housekeeping_;
};

base::Result<std::unique_ptr<Service>> Service::start(Parts parts) {
    bus::ConnectionOptions options = std::move(parts.connection);
    std::optional<CalloutSetup> callout = std::move(parts.callout);
    auto state = std::make_unique<State>(std::move(parts));
    const base::Status started = state->start(std::move(options), std::move(callout));
    if (!started) return started.error();
    return std::unique_ptr<Service>(new Service(std::move(state)));
}

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}
Service::~Service() = default;

base::Status Service::reload(Next next) {
    return state_->reload(std::move(next));
}

void Service::note_reload(const base::Status& taken) {
    state_->note_reload(taken);
}

base::Status Service::ready() const {
    return state_->ready();
}

base::Status Service::drain() {
    return state_->drain();
}

}  // namespace natscreds::provisioner
