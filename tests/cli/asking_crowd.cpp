#include "asking_crowd.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <support/eventually.h>
#include <support/metronome.h>

namespace natscreds::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// One request from each region a beat.
constexpr auto beat_interval = 60ms;
constexpr std::size_t enough = 30;

std::string outcome_of(const std::string& body) {
    // Without a body it is the server's word.
    if (body.empty()) return "no responders";
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) return "not a reply";
    return json.contains("jwt") ? "granted" : json["error"]["reason"].get<std::string>();
}

/// Every fifth beat all want the same: a talker's name and one that is free from time to time, in turn. No requester
/// wants the name of its own talker: it would be given it for another key, and the talker could not renew.
access::AccessOptions contended(std::size_t beat, std::size_t requester) {
    const std::size_t turn = beat / 5;
    const std::size_t talker = turn / 2 % 6;
    if (turn % 2 == 0) return {.name = "talker-" + std::to_string(talker == requester ? talker + 1 : talker)};
    return {.name = "shared-" + std::to_string(turn / 2 % 8), .ttl = 3s};
}

}  // namespace

AskingCrowd::AskingCrowd(const VouchedRegions& where, support::IssueCheck& check) : check_(check) {
    for (int i = 0; i < where.shape().requesters; ++i) {
        const std::string& region = regions.at(static_cast<std::size_t>(i) % regions.size());
        askers_[region].push_back(
            {.number = static_cast<std::size_t>(i),
             .asker = std::make_unique<support::Asker>(
                 where.tree(), "requester-" + std::to_string(i), where.from(region),
                 [this](int request, const std::string& body) { take(request, body); })});
    }
    asking_ = std::jthread([this](const std::stop_token& stop) { ask_until(stop); });
}

void AskingCrowd::ask_until(const std::stop_token& stop) {
    const support::Metronome metronome(beat_interval);
    std::size_t beat = 0;
    while (!stop.stop_requested()) {
        for (std::uint64_t due = metronome.wait(); due > 0; --due)
            ask_in_each_region(beat++);
    }
}

void AskingCrowd::ask_in_each_region(std::size_t beat) {
    for (auto& [region, askers] : askers_) {
        int number = 0;
        {
            const std::lock_guard lock(mutex_);
            number = static_cast<int>(asked_.size());
            asked_.push_back({.sent = Clock::now()});
        }
        const Requester& requester = askers.at(beat % askers.size());
        const access::AccessOptions options =
            beat % 5 == 0 ? contended(beat, requester.number)
                          : access::AccessOptions{.name = "n" + std::to_string(number)};
        // What cannot even be sent has no reply.
        (void)requester.asker->ask(number, options);
    }
}

void AskingCrowd::take(int request, const std::string& body) {
    if (!body.empty()) check_.reply(request, body);
    const std::lock_guard lock(mutex_);
    Asked& asked = asked_.at(static_cast<std::size_t>(request));
    asked.replied = Clock::now();
    asked.outcome = outcome_of(body);
}

bool AskingCrowd::in_time(const Asked& asked) {
    return asked.replied && *asked.replied - asked.sent <= timeout;
}

bool AskingCrowd::served(const Asked& asked, Service service) {
    if (!in_time(asked)) return false;
    if (service == Service::names) return asked.outcome == "granted" || asked.outcome == "name_taken";
    return asked.outcome != "no responders";
}

std::optional<Moment> AskingCrowd::served(Moment since, Service service) const {
    const std::lock_guard lock(mutex_);
    const auto begin = std::ranges::lower_bound(asked_, since, {}, &Asked::sent);
    const auto streak = first_streak(static_cast<std::size_t>(begin - asked_.begin()), asked_.size(), enough,
                                     [&](std::size_t i) { return served(asked_[i], service); });
    return streak ? std::optional(asked_[*streak].sent) : std::nullopt;
}

void AskingCrowd::stop() {
    asking_ = {};
    (void)support::eventually(
        [&] {
            const std::lock_guard lock(mutex_);
            return std::ranges::all_of(asked_, [](const Asked& asked) {
                return asked.replied || Clock::now() - asked.sent > timeout;
            });
        },
        timeout + 1s);
}

AskingCrowd::Figures AskingCrowd::between(Moment begin, Moment end) const {
    const std::lock_guard lock(mutex_);
    Figures figures;
    for (const Asked& asked : asked_) {
        if (asked.sent < begin || asked.sent >= end) continue;
        ++figures.asked;
        ++figures.outcomes[in_time(asked) ? asked.outcome : "no reply"];
        if (in_time(asked))
            figures.times.push_back(
                std::chrono::duration_cast<std::chrono::microseconds>(*asked.replied - asked.sent));
    }
    std::ranges::sort(figures.times);
    return figures;
}

std::vector<Moment> AskingCrowd::failures() const {
    const std::lock_guard lock(mutex_);
    std::vector<Moment> sent;
    for (const Asked& asked : asked_) {
        if (!served(asked, Service::replies)) sent.push_back(asked.sent);
    }
    return sent;
}

}  // namespace natscreds::test
