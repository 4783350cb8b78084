// Three regions at work, of which parts are killed: what must hold all the time, and how soon it goes on.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iomanip>
#include <iostream>
#include <random>
#include <sstream>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <support/issue_check.h>
#include <support/metronome.h>
#include <support/nats_server.h>

#include "asking_crowd.h"
#include "chatting_crowd.h"
#include "renewing_crowd.h"
#include "vouched_regions.h"

namespace natscreds::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Service = AskingCrowd::Service;

/// Recovering takes seconds: only a failing test waits so long.
constexpr auto recovery_deadline = 40s;

/// Something that is done to the regions.
struct Blow {
    std::string what;
    Service left;  ///< what must be had again before anything is repaired
    std::function<void()> strike;
};

/// From a blow until the next.
struct Phase {
    std::string what;
    Moment begin;
    Moment served;  ///< from then on requests are answered as they must be
    Moment heard;   ///< and everybody hears everybody
};

double seconds(Clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double milliseconds_at(const AskingCrowd::Figures& figures, std::size_t percent) {
    if (figures.times.empty()) return 0;
    return static_cast<double>(figures.times[(figures.times.size() - 1) * percent / 100].count()) / 1000;
}

/// Requesters and talkers in three regions, and what is done to these.
class Trial {
  public:
    explicit Trial(const VouchedRegions::Shape& shape)
        : began_(Clock::now()), where_(shape), chatting_(where_), renewing_(where_), asking_(where_, check_) {
        suffer({.what = "beginning", .left = Service::names, .strike = [] {}});
    }

    void suffer(const Blow& blow) {
        const Moment begin = Clock::now();
        blow.strike();
        const Moment struck = Clock::now();
        const std::size_t renewals = renewing_.renewals();
        const Moment served =
            await(blow.what + ": requests are answered", [&] { return asking_.served(struck, blow.left); });
        const Moment heard =
            await(blow.what + ": everybody hears everybody", [&] { return chatting_.heard_by_all(struck); });
        // Also while names cannot be written down.
        await(blow.what + ": credentials are renewed", [&] {
            return renewing_.renewals() >= renewals + regions.size() ? std::optional(struck) : std::nullopt;
        });
        phases_.push_back({.what = blow.what, .begin = begin, .served = served, .heard = heard});
    }

    void lose_service(const std::string& region) {
        suffer({region + ": service killed", Service::names, [&] { where_.kill_service(region); }});
        suffer({region + ": service back", Service::names, [&] { where_.start_service(region); }});
    }

    void lose_server(const std::string& node) {
        const bool home = node.starts_with(regions[0]) && where_.shape().nodes < 3;
        suffer({node + ": server killed", home ? Service::replies : Service::names,
                [&] { where_.servers("kill " + node); }});
        suffer({node + ": server back", Service::names, [&] { where_.servers("start " + node); }});
    }

    void lose_region(const std::string& region) {
        suffer({region + ": region killed", region == regions[0] ? Service::replies : Service::names, [&] {
                    where_.servers("kill " + region);
                    where_.kill_service(region);
                }});
        suffer({region + ": region back", Service::names, [&] {
                    where_.servers("start " + region);
                    where_.start_service(region);
                }});
    }

    void restart_all() {
        suffer({"rolling restart", Service::names, [&] {
                    for (const std::string& region : regions)
                        restart(region);
                }});
    }

    /// Ends it all, and says what came of it.
    void judge() {
        asking_.stop();
        chatting_.stop();
        report();
        CHECK(check_.findings(where_.audits(), {}) == std::vector<std::string>{});
        CHECK(unexcused(asking_.failures(), &Phase::served) == std::vector<std::string>{});
        CHECK(unexcused(chatting_.losses(), &Phase::heard) == std::vector<std::string>{});
        CHECK(chatting_.doubles() == 0);
        CHECK(chatting_.gone() == std::vector<std::string>{});
        CHECK(chatting_.reconnected() > 0);
    }

    [[nodiscard]] const VouchedRegions& where() const noexcept { return where_; }

  private:
    /// When something was so again.
    template <class Again>
    Moment await(const std::string& what, Again again) {
        const support::Metronome metronome(50ms);
        const Moment deadline = Clock::now() + recovery_deadline;
        for (;;) {
            if (const std::optional<Moment> moment = again()) return *moment;
            if (Clock::now() < deadline) {
                metronome.wait();
                continue;
            }
            report();
            std::cout << where_.status() << chatting_.unheard(Clock::now() - 10s) << std::flush;
            FAIL("no more: " << what);
        }
    }

    void restart(const std::string& region) {
        where_.stop_service(region);
        where_.start_service(region);
        for (const std::string& node : where_.nodes()) {
            if (!node.starts_with(region)) continue;
            where_.servers("stop " + node + " --within 1");
            where_.servers("start " + node);
        }
        const Moment back = Clock::now();
        await("names are written down", [&] { return asking_.served(back, Service::names); });
    }

    /// What failed though nothing had happened, or long after.
    [[nodiscard]] std::vector<std::string> unexcused(const std::vector<Moment>& failures,
                                                     Moment Phase::*recovered) const {
        std::vector<std::string> found;
        for (const Moment failure : failures) {
            const bool excused = std::ranges::any_of(phases_, [&](const Phase& phase) {
                return failure > phase.begin - 1s && failure < phase.*recovered;
            });
            if (!excused) found.push_back(std::to_string(seconds(failure - began_)) + " s");
        }
        return found;
    }

    void report() {
        std::ostringstream out;
        out << std::fixed << std::setprecision(1) << "\nnats-server " << where_.shape().server.version << ", "
            << where_.shape().nodes << " a region, seed " << Catch::getSeed() << '\n';
        for (std::size_t i = 0; i < phases_.size(); ++i)
            report(out, phases_[i], i + 1 < phases_.size() ? phases_[i + 1].begin : Clock::now());
        out << where_.renewals() << " renewals, " << chatting_.reconnected()
            << " talkers found another server, " << seconds(Clock::now() - began_) << " s\n";
        std::cout << out.str() << std::flush;
    }

    void report(std::ostream& out, const Phase& phase, Moment end) {
        const AskingCrowd::Figures asked = asking_.between(phase.begin, end);
        const ChattingCrowd::Figures said = chatting_.between(phase.begin, end);
        out << std::setw(5) << seconds(phase.begin - began_) << " s  " << std::left << std::setw(24)
            << phase.what << std::right << " answers after " << seconds(phase.served - phase.begin)
            << " s, chat after " << seconds(phase.heard - phase.begin) << " s\n"
            << "           " << asked.asked << " requests:";
        for (const auto& [outcome, count] : asked.outcomes)
            out << ' ' << outcome << ' ' << count << ',';
        out << " half within " << milliseconds_at(asked, 50) << " ms, 99 % within "
            << milliseconds_at(asked, 99) << " ms\n           " << said.said << " messages: lost "
            << said.lost << " of " << said.deliveries << " deliveries\n";
    }

    Moment began_;
    support::IssueCheck check_;
    VouchedRegions where_;
    ChattingCrowd chatting_;
    RenewingCrowd renewing_;
    AskingCrowd asking_;  ///< after the others have their names
    std::vector<Phase> phases_;
};

TEST_CASE("Faults: whatever is killed, requests are answered once or not at all, and the chat goes on") {
    Trial trial({.server = support::nats_servers().back()});
    trial.lose_service("sgp1");
    trial.lose_server("ams3-1");
    trial.lose_region("sfo2");
    trial.restart_all();
    trial.judge();
}

/// One after the other, whatever comes up.
void suffer_at_random(Trial& trial, std::chrono::seconds duration) {
    std::mt19937 chance(Catch::getSeed());
    const auto any_of = [&](const auto& things) { return things[chance() % things.size()]; };
    const Moment end = Clock::now() + duration;
    while (Clock::now() < end) {
        switch (chance() % 8) {
            case 0:
                trial.restart_all();
                break;
            case 1:
            case 2:
                trial.lose_service(any_of(regions));
                break;
            case 3:
            case 4:
                trial.lose_region(any_of(regions));
                break;
            default:
                trial.lose_server(any_of(trial.where().nodes()));
        }
    }
}

/// How long scripts/test --long wants it.
std::chrono::seconds long_time() {
    const char* const wanted = std::getenv("NATSCREDS_FAULTS_SECONDS");
    return std::chrono::seconds(wanted != nullptr ? std::stoi(wanted) : 300);
}

TEST_CASE("Faults: for minutes, in any order, requests are answered once or not at all, and the chat goes on",
          "[.long]") {
    Trial trial({.server = GENERATE(from_range(support::nats_servers())), .nodes = 3});
    suffer_at_random(trial, long_time());
    trial.judge();
}

}  // namespace
}  // namespace natscreds::test
