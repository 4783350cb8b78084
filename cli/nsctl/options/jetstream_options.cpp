#include "options/jetstream_options.h"

#include <algorithm>
#include <utility>

#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

using Limits = jwt::JetStreamLimits;

struct JetStreamLimit {
    const char* option;
    std::int64_t Limits::*field;
    const char* help;
    const char* report;
};

constexpr std::array jetstream_limits{
    JetStreamLimit{"--js-mem-storage", &Limits::mem_storage, "bytes in memory, 0 for none",
                   "max mem storage"},
    JetStreamLimit{"--js-disk-storage", &Limits::disk_storage, "bytes on disk, 0 for none",
                   "max disk storage"},
    JetStreamLimit{"--js-streams", &Limits::streams, "streams", "max streams"},
    JetStreamLimit{"--js-consumer", &Limits::consumer, "consumers", "max consumers"},
    JetStreamLimit{"--js-max-ack-pending", &Limits::max_ack_pending, "unacknowledged messages",
                   "max ack pending"},
    JetStreamLimit{"--js-max-mem-stream", &Limits::mem_max_stream_bytes, "bytes of a stream in memory",
                   "max mem stream"},
    JetStreamLimit{"--js-max-disk-stream", &Limits::disk_max_stream_bytes, "bytes of a stream on disk",
                   "max disk stream"},
};

std::string tier_name(std::int64_t replicas) {
    return "R" + std::to_string(replicas);
}

Limits without_limits() {
    Limits limits;
    for (const JetStreamLimit& one : jetstream_limits)
        limits.*one.field = jwt::no_limit;
    return limits;
}

bool stores_anything(const Limits& limits) {
    return limits.mem_storage != 0 || limits.disk_storage != 0;
}

Limits& limits_of(jwt::AccountLimits& account, std::int64_t tier) {
    return tier == 0 ? account.jetstream : account.tiered_limits[tier_name(tier)];
}

void remove_tier(jwt::AccountLimits& account, std::int64_t tier) {
    if (tier <= 0) account.jetstream = {};
    if (tier < 0) account.tiered_limits.clear();
    if (tier > 0) account.tiered_limits.erase(tier_name(tier));
}

}  // namespace

console::OptionList JetStreamOptions::options() {
    console::OptionList list;
    for (std::size_t i = 0; i < jetstream_limits.size(); ++i)
        list.push_back({jetstream_limits[i].option, &limits[i], jetstream_limits[i].help});
    list.push_back({"--js-max-bytes-required", &max_bytes_required, "streams must have a limit"});
    list.push_back({"--js-tier", &tier, "for streams of so many replicas"});
    list.push_back({"--js-enable", &enable, "without limits, for a tier or, with 0, all"});
    list.push_back({"--rm-js-tier", &remove, "take a tier's limits away"});
    list.push_back({"--js-disable", &disable, "no JetStream"});
    for (console::Option& one : list)
        one.hidden = true;
    return list;
}

base::Result<jwt::AccountLimits> JetStreamOptions::applied_to(jwt::AccountLimits account) const {
    if (disable) remove_tier(account, -1);
    if (remove) remove_tier(account, *remove);
    if (enable) limits_of(account, *enable) = without_limits();
    const bool any_limit = std::ranges::any_of(limits, [](const std::string& text) { return !text.empty(); });
    if (!any_limit && !max_bytes_required) return account;
    Limits& target = limits_of(account, tier);
    if (!stores_anything(target)) {
        target = without_limits();
        target.mem_storage = 0;
        target.disk_storage = 0;
    }
    for (std::size_t i = 0; i < jetstream_limits.size(); ++i) {
        if (limits[i].empty()) continue;
        const auto value = parse_size(limits[i]);
        if (!value) return value.error().within(jetstream_limits[i].option);
        target.*jetstream_limits[i].field = *value;
    }
    if (max_bytes_required) target.max_bytes_required = *max_bytes_required;
    return account;
}

Strings JetStreamOptions::report() const {
    Strings lines;
    if (disable) lines.emplace_back("disabled JetStream");
    if (remove) lines.push_back("removed JetStream limits of tier " + std::to_string(*remove));
    if (enable) lines.push_back("enabled JetStream for tier " + std::to_string(*enable));
    for (std::size_t i = 0; i < jetstream_limits.size(); ++i) {
        if (!limits[i].empty())
            lines.push_back(std::string("changed ") + jetstream_limits[i].report + " to " + limits[i]);
    }
    if (max_bytes_required)
        lines.push_back(std::string("changed max bytes required to ") +
                        (*max_bytes_required ? "true" : "false"));
    return lines;
}

}  // namespace natscreds::nsctl
