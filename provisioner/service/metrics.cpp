#include <natscreds/provisioner/service/metrics.h>

#include <array>
#include <atomic>
#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <natscreds/access/reason.h>
#include <natscreds/access/subjects.h>

namespace natscreds::provisioner {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

/// From 10 microseconds, which a signature takes, to the five seconds that a client waits.
const Histogram::BucketBoundaries buckets{0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001,
                                          0.0025,  0.005,    0.01,    0.05,   0.25,    1,      5};

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

double since_epoch(base::Time time) {
    return static_cast<double>(time.time_since_epoch().count());
}

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& gauges(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

}  // namespace

struct Metrics::Families {
    prometheus::Registry registry;
    Family<Counter>& requests = counters(registry, "natscreds_requests_total", "Requests answered");
    Counter& dropped =
        counters(registry, "natscreds_requests_dropped_total", "Requests without a usable reply subject")
            .Add({});
    Counter& ledger_failures =
        counters(registry, "natscreds_ledger_failures_total", "Times the ledger could not be written")
            .Add({});
    Counter& audit_failures =
        counters(registry, "natscreds_audit_failures_total", "Times the audit could not be written").Add({});
    Counter& reply_failures =
        counters(registry, "natscreds_reply_failures_total", "Replies that could not be sent").Add({});
    Family<Counter>& alarms = counters(registry, "natscreds_alarms_total", "What an operator should look at");
    Counter& stale_generations = alarms.Add({{"alarm", "stale_generation"}});
    Family<Histogram>& stages = prometheus::BuildHistogram()
                                    .Name("natscreds_stage_seconds")
                                    .Help("Time that a request spent in each stage")
                                    .Register(registry);
    Histogram& verify = stages.Add({{"stage", "verify"}}, buckets);
    Histogram& ledger = stages.Add({{"stage", "ledger"}}, buckets);
    Histogram& sign = stages.Add({{"stage", "sign"}}, buckets);
    Histogram& store = stages.Add({{"stage", "store"}}, buckets);
    Histogram& total = stages.Add({{"stage", "total"}}, buckets);
    Gauge& in_flight = gauges(registry, "natscreds_requests_in_flight", "Requests being worked on").Add({});
    Gauge& unread =
        gauges(registry, "natscreds_requests_waiting", "Requests that no worker has read").Add({});
    Gauge& waiting = gauges(registry, "natscreds_answers_waiting", "Answers that wait for the disk").Add({});
    Gauge& connected = gauges(registry, "natscreds_connected", "Whether a NATS server is connected").Add({});
    Family<Gauge>& expiry =
        gauges(registry, "natscreds_expiry_timestamp_seconds", "When what the service needs expires");
    Family<Gauge>& service_roles = gauges(registry, "natscreds_service_roles", "NatsServiceRoles that hold");
    Family<Gauge>& roles_synced =
        gauges(registry, "natscreds_service_roles_synced_timestamp_seconds",
               "When the NatsServiceRoles were last known to be what is written down");
    Family<Gauge>& heads = gauges(registry, "natscreds_audit_head_info", "The audit's last hash, as a label");
    Family<Gauge>& build = gauges(registry, "natscreds_build_info", "The version that runs");

    /// The counter of what became of a request. Looking it up by its labels costs more than a request can spare.
    Counter& requests_answered(const Answer& answer);
    static constexpr std::size_t outcomes = 32;  ///< 0: issued; otherwise the reason's value
    static constexpr std::size_t callouts = 2;   ///< behind the two endpoints
    std::array<std::array<std::atomic<Counter*>, outcomes>, 3> answered{};

    std::mutex mutex;  ///< of the audit's head, which is another label each time
    Gauge* head = nullptr;
};

Counter& Metrics::Families::requests_answered(const Answer& answer) {
    const auto outcome = static_cast<std::size_t>(answer.outcome.value());
    const bool callout = answer.style == Style::callout;
    std::atomic<Counter*>& known =
        answered.at(callout ? callouts : static_cast<std::size_t>(answer.endpoint)).at(outcome);
    if (Counter* const counter = known; counter != nullptr) return *counter;
    const std::string endpoint = callout ? "callout" : std::string(access::name(answer.endpoint));
    Counter& counter = requests.Add({{"endpoint", endpoint},
                                     {"result", answer.outcome ? "refused" : "issued"},
                                     {"reason", answer.record.reason}});
    known = &counter;
    return counter;
}

Metrics::Metrics(std::string_view version) : families_(std::make_unique<Families>()) {
    families_->build.Add({{"version", std::string(version)}}).Set(1);
}

Metrics::~Metrics() = default;

void Metrics::count(const Served& served) {
    Families& all = *families_;
    const Answer& answer = served.answer;
    const bool issued = !answer.outcome;
    all.requests_answered(answer).Increment();
    if (!served.replied) all.reply_failures.Increment();
    if (!answer.record.alarm.empty()) all.stale_generations.Increment();
    all.total.Observe(seconds(served.total));
    if (!issued) return;
    all.verify.Observe(seconds(answer.stages.verify));
    all.ledger.Observe(seconds(answer.stages.ledger));
    all.sign.Observe(seconds(answer.stages.sign));
    all.store.Observe(seconds(served.stored));
}

void Metrics::dropped() {
    families_->dropped.Increment();
}

void Metrics::waiting(std::size_t requests) {
    families_->unread.Set(static_cast<double>(requests));
}

void Metrics::ledger_failed() {
    families_->ledger_failures.Increment();
}

void Metrics::audit_failed() {
    families_->audit_failures.Increment();
}

Metrics::InFlight::InFlight(Metrics& metrics) : metrics_(metrics) {
    metrics_.families_->in_flight.Increment();
}

Metrics::InFlight::~InFlight() {
    metrics_.families_->in_flight.Decrement();
}

std::string Metrics::text(const Now& now) {
    Families& all = *families_;
    all.waiting.Set(static_cast<double>(now.waiting));
    all.connected.Set(now.connected ? 1 : 0);
    if (now.account_expires) all.expiry.Add({{"of", "account"}}).Set(since_epoch(*now.account_expires));
    if (now.credentials_expire)
        all.expiry.Add({{"of", "credentials"}}).Set(since_epoch(*now.credentials_expire));
    if (now.service_roles) all.service_roles.Add({}).Set(static_cast<double>(*now.service_roles));
    if (now.roles_synced) all.roles_synced.Add({}).Set(since_epoch(*now.roles_synced));
    const std::lock_guard lock(all.mutex);
    if (all.head != nullptr) all.heads.Remove(all.head);
    all.head = now.audit_head.empty() ? nullptr : &all.heads.Add({{"hash", now.audit_head}});
    if (all.head != nullptr) all.head->Set(1);
    return prometheus::TextSerializer().Serialize(all.registry.Collect());
}

}  // namespace natscreds::provisioner
