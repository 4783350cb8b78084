#include "chatting_crowd.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include <support/eventually.h>
#include <support/metronome.h>
#include <support/programs.h>

namespace natscreds::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto beat_interval = 1000ms / ChattingCrowd::talkers;

std::string name_of(std::size_t talker) {
    return "talker-" + std::to_string(talker);
}

support::Command chat(const VouchedRegions& where, std::size_t talker) {
    std::vector<std::string> words = where.flags(regions.at(talker % regions.size()));
    words.insert(words.end(),
                 {"--plain", "--access", name_of(talker), "--request-creds",
                  where.tree().creds("requester-" + std::to_string(talker)), "--channel", "KUBECON"});
    return support::command("nats-chat", words);
}

std::vector<std::unique_ptr<support::Talker>> start(const VouchedRegions& where) {
    std::vector<support::Command> commands;
    for (std::size_t i = 0; i < ChattingCrowd::talkers; ++i)
        commands.push_back(chat(where, i));
    return support::Talker::start(commands);
}

}  // namespace

ChattingCrowd::ChattingCrowd(const VouchedRegions& where) : talkers_(start(where)) {
    talking_ = std::jthread([this](const std::stop_token& stop) { talk_until(stop); });
}

void ChattingCrowd::talk_until(const std::stop_token& stop) {
    const support::Metronome metronome(beat_interval);
    while (!stop.stop_requested()) {
        for (std::uint64_t due = metronome.wait(); due > 0; --due) {
            std::size_t number = 0;
            {
                const std::lock_guard lock(mutex_);
                number = said_.size();
                said_.push_back({.when = Clock::now()});
            }
            talkers_[number % talkers]->type("number " + std::to_string(number));
        }
    }
}

/// Of each the lines that have come since.
void ChattingCrowd::listen() {
    for (std::size_t listener = 0; listener < talkers; ++listener) {
        const std::string all = talkers_[listener]->process().out();
        const std::size_t whole = all.rfind('\n') + 1;
        std::istringstream lines(all.substr(read_[listener], whole - read_[listener]));
        read_[listener] = whole;
        for (std::string line; std::getline(lines, line);)
            note(listener, line);
    }
}

void ChattingCrowd::note(std::size_t listener, const std::string& line) {
    const std::string before = ": number ";
    const std::size_t at = line.find(before);
    if (!line.starts_with("#KUBECON ") || at == std::string::npos) return;
    std::size_t number = 0;
    std::from_chars(line.data() + at + before.size(), line.data() + line.size(), number);
    const std::lock_guard lock(mutex_);
    ++said_.at(number).heard.at(listener);
}

bool ChattingCrowd::heard_by_all(const Said& said) {
    return std::ranges::count(said.heard, 0) == 1;
}

std::optional<Moment> ChattingCrowd::heard_by_all(Moment since) {
    listen();
    const std::lock_guard lock(mutex_);
    const auto begin = std::ranges::lower_bound(said_, since, {}, &Said::when);
    const auto streak = first_streak(static_cast<std::size_t>(begin - said_.begin()), said_.size(), talkers,
                                     [&](std::size_t i) { return heard_by_all(said_[i]); });
    return streak ? std::optional(said_[*streak].when) : std::nullopt;
}

void ChattingCrowd::stop() {
    talking_ = {};
    const support::Metronome metronome(50ms);
    const Moment deadline = Clock::now() + support::default_timeout;
    do {
        metronome.wait();
        listen();
    } while (!heard_by_all(said_.back()) && Clock::now() < deadline);
}

ChattingCrowd::Figures ChattingCrowd::between(Moment begin, Moment end) {
    listen();
    const std::lock_guard lock(mutex_);
    Figures figures;
    for (const Said& said : said_) {
        if (said.when < begin || said.when >= end) continue;
        ++figures.said;
        figures.deliveries += talkers - 1;
        figures.lost += static_cast<std::size_t>(std::ranges::count(said.heard, 0)) - 1;
    }
    return figures;
}

std::string ChattingCrowd::unheard(Moment since) {
    listen();
    const std::lock_guard lock(mutex_);
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> missed;  // listener and speaker
    for (std::size_t i = 0; i < said_.size(); ++i) {
        for (std::size_t listener = 0; said_[i].when >= since && listener < talkers; ++listener) {
            if (listener != i % talkers && said_[i].heard.at(listener) == 0)
                ++missed[{listener, i % talkers}];
        }
    }
    std::string text;
    for (std::size_t listener = 0; listener < talkers; ++listener) {
        std::string whom;
        for (const auto& [pair, count] : missed) {
            if (pair.first == listener)
                whom += " " + std::to_string(pair.second) + "(" + std::to_string(count) + ")";
        }
        if (!whom.empty()) text += name_of(listener) + " missed talkers' messages:" + whom + '\n';
        // What the program says of itself, not what it heard.
        std::istringstream lines(talkers_[listener]->process().out());
        std::vector<std::string> notices;
        for (std::string line; std::getline(lines, line);) {
            const bool of_others = line.ends_with(" is online") || line.ends_with(" is offline");
            if (line.find("* ") != std::string::npos && !of_others &&
                (notices.empty() || notices.back() != line))
                notices.push_back(line);
        }
        for (std::size_t i = 0; !whom.empty() && i < notices.size(); ++i)
            text += "    " + notices[i] + '\n';
    }
    return text;
}

std::vector<Moment> ChattingCrowd::losses() {
    listen();
    const std::lock_guard lock(mutex_);
    std::vector<Moment> lost;
    for (const Said& said : said_) {
        if (!heard_by_all(said)) lost.push_back(said.when);
    }
    return lost;
}

std::size_t ChattingCrowd::doubles() {
    listen();
    const std::lock_guard lock(mutex_);
    std::size_t found = 0;
    for (const Said& said : said_)
        found += static_cast<std::size_t>(std::ranges::count_if(said.heard, [](int n) { return n > 1; }));
    return found;
}

std::size_t ChattingCrowd::reconnected() {
    return static_cast<std::size_t>(std::ranges::count_if(talkers_, [](const auto& talker) {
        return talker->process().out().find("* connected again after ") != std::string::npos;
    }));
}

std::vector<std::string> ChattingCrowd::gone() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < talkers; ++i) {
        if (!talkers_[i]->process().running()) names.push_back(name_of(i));
    }
    return names;
}

}  // namespace natscreds::test
