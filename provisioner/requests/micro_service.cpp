#include <natscreds/provisioner/requests/micro_service.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <utility>

#include <nlohmann/json.hpp>

namespace natscreds::provisioner {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* service_name = "provisioner";
constexpr bus::Timeout listen_timeout{5000};

struct Numbers {
    std::int64_t requests = 0;
    std::int64_t errors = 0;
    std::string last_error;
    std::chrono::nanoseconds time{0};
};

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

struct MicroService::State {
    MicroServiceIdentity identity;
    MicroServiceNews news;
    std::vector<bus::Subscription> subscriptions;
    std::mutex mutex;
    std::array<Numbers, 2> numbers;  ///< by endpoint

    [[nodiscard]] Json head(const char* type) const {
        Json metadata{{"server_id", identity.server_id}};
        for (const auto& [name, value] : news.facts())
            metadata[name] = value;
        return {{"type", std::string("io.nats.micro.v1.") + type + "_response"},
                {"name", service_name},
                {"id", identity.id},
                {"version", identity.version},
                {"metadata", std::move(metadata)}};
    }

    [[nodiscard]] Json endpoint(access::Endpoint endpoint, const std::string& subject) const {
        return {{"name", access::name(endpoint)}, {"subject", subject}, {"queue_group", identity.queue}};
    }
};

MicroService::MicroService(MicroServiceIdentity identity, MicroServiceNews news)
    : state_(new State{.identity = std::move(identity),
                       .news = std::move(news),
                       .subscriptions = {},
                       .mutex = {},
                       .numbers = {}}) {}

MicroService::~MicroService() = default;

base::Status MicroService::listen(bus::Connection& connection) {
    using Tell = std::string (MicroService::*)() const;
    constexpr std::array<std::pair<const char*, Tell>, 3> verbs{
        {{"PING", &MicroService::ping}, {"INFO", &MicroService::info}, {"STATS", &MicroService::stats}}};
    for (const auto& [verb, tell] : verbs) {
        const std::string all = std::string("$SRV.") + verb;
        const std::string named = all + "." + service_name;
        for (const std::string& subject : {all, named, named + "." + state_->identity.id}) {
            auto subscription = connection.subscribe(
                {.subject = subject, .queue = "", .workers = 1},
                [this, &connection, say = tell](const bus::Message& request) {
                    if (!request.reply.starts_with("_INBOX") && !request.reply.starts_with("_R_")) return;
                    (void)connection.publish(request.reply, (this->*say)());
                });
            if (!subscription) return subscription.error();
            state_->subscriptions.push_back(std::move(*subscription));
        }
    }
    const base::Status taken = connection.flush(listen_timeout);
    if (!taken) state_->subscriptions.clear();
    return taken;
}

void MicroService::stop() noexcept {
    state_->subscriptions.clear();
}

void MicroService::count(const Served& served) {
    const std::lock_guard lock(state_->mutex);
    Numbers& numbers = state_->numbers[static_cast<std::size_t>(served.answer.endpoint)];
    ++numbers.requests;
    numbers.time += served.total;
    if (!served.answer.outcome) return;
    ++numbers.errors;
    numbers.last_error = served.answer.record.reason;
}

std::string MicroService::ping() const {
    return dump(state_->head("ping"));
}

std::string MicroService::info() const {
    Json json = state_->head("info");
    json["description"] = "Issues short-lived NATS user credentials";
    json["endpoints"] = Json::array();
    for (const auto& [endpoint, subject] : state_->identity.endpoints)
        json["endpoints"].push_back(state_->endpoint(endpoint, subject));
    return dump(json);
}

std::string MicroService::stats() const {
    Json json = state_->head("stats");
    json["started"] = state_->identity.started;
    json["endpoints"] = Json::array();
    const std::string head = state_->news.audit_head();
    const std::lock_guard lock(state_->mutex);
    for (const auto& [endpoint, subject] : state_->identity.endpoints) {
        const Numbers& numbers = state_->numbers[static_cast<std::size_t>(endpoint)];
        Json told = state_->endpoint(endpoint, subject);
        told["num_requests"] = numbers.requests;
        told["num_errors"] = numbers.errors;
        told["last_error"] = numbers.last_error;
        told["processing_time"] = numbers.time.count();
        told["average_processing_time"] = numbers.requests > 0 ? numbers.time.count() / numbers.requests : 0;
        if (!head.empty()) told["data"] = {{"audit_head", head}};
        json["endpoints"].push_back(std::move(told));
    }
    return dump(json);
}

}  // namespace natscreds::provisioner
