#include <natscreds/provisioner/observation/metrics.h>

#include <array>
#include <atomic>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <natscreds/access/reason.h>
#include <natscreds/access/subjects.h>

#include "process_figures.h"

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
    Family<Gauge>& account_confirmed =
        gauges(registry, "natscreds_account_confirmed_timestamp_seconds",
               "When the account's JWT in force was last known to be the newest");
    Family<Gauge>& names = gauges(registry, "natscreds_names",
                                  "Names in the ledger, also those that are over and not forgotten yet");
    Family<Gauge>& denials =
        gauges(registry, "natscreds_denials", "Names, keys and requesters that are denied");
    Gauge& ready = gauges(registry, "natscreds_ready", "Whether /readyz says so").Add({});
    Gauge& reload_successful = gauges(registry, "natscreds_config_last_reload_successful",
                                      "Whether the configuration was taken when it was read last")
                                   .Add({});
    Gauge& reload_time = gauges(registry, "natscreds_config_last_reload_success_timestamp_seconds",
                                "When the configuration was taken last")
                             .Add({});
    Family<Gauge>& build = gauges(registry, "natscreds_build_info", "The version that runs");

    /// The counter of what became of a request. Looking it up by its labels costs more than a request can spare.
    Counter& requests_answered(const Answer& answer);
    /// Each that there can be: of a counter that comes with its first count, that count is no increase.
    void begin_at_zero();
    static constexpr std::size_t outcomes = 32;  ///< 0: issued; otherwise the reason's value
    static constexpr std::size_t callouts = 2;   ///< behind the two endpoints
    std::array<std::array<std::atomic<Counter*>, outcomes>, 3> answered{};
};

void Metrics::Families::begin_at_zero() {
    for (const char* alarm : {"stale_generation", "rekeyed"})
        alarms.Add({{"alarm", alarm}});
    for (const char* endpoint : {"access", "renew", "callout"}) {
        requests.Add({{"endpoint", endpoint}, {"result", "issued"}, {"reason", ""}});
        for (const access::Reason reason : access::all_reasons())
            requests.Add({{"endpoint", endpoint},
                          {"result", "refused"},
                          {"reason", std::string(access::name(reason))}});
    }
}

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
    families_->begin_at_zero();
}

Metrics::~Metrics() = default;

void Metrics::count(const Served& served) {
    Families& all = *families_;
    const Answer& answer = served.answer;
    const bool issued = !answer.outcome;
    all.requests_answered(answer).Increment();
    if (!served.replied) all.reply_failures.Increment();
    if (!answer.record.alarm.empty()) all.alarms.Add({{"alarm", answer.record.alarm}}).Increment();
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

void Metrics::configured(const base::Status& taken, base::Time now) {
    families_->reload_successful.Set(taken ? 1 : 0);
    if (taken) families_->reload_time.Set(since_epoch(now));
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
    all.ready.Set(now.ready ? 1 : 0);
    if (now.account_expires) all.expiry.Add({{"of", "account"}}).Set(since_epoch(*now.account_expires));
    if (now.credentials_expire)
        all.expiry.Add({{"of", "credentials"}}).Set(since_epoch(*now.credentials_expire));
    if (now.account_confirmed) all.account_confirmed.Add({}).Set(since_epoch(*now.account_confirmed));
    if (now.ledger.names) all.names.Add({}).Set(static_cast<double>(*now.ledger.names));
    if (now.ledger.denials) all.denials.Add({}).Set(static_cast<double>(*now.ledger.denials));
    if (now.service_roles) all.service_roles.Add({}).Set(static_cast<double>(*now.service_roles));
    if (now.roles_synced) all.roles_synced.Add({}).Set(since_epoch(*now.roles_synced));
    return prometheus::TextSerializer().Serialize(all.registry.Collect()) + process_figures();
}

}  // namespace natscreds::provisioner
