#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include <natscreds/base/clock.h>
#include <support/foreign_issuer.h>

namespace natscreds::bench {

inline constexpr std::size_t rounds = 5;
inline constexpr std::size_t clients = 1000;  ///< in each round

inline double seconds_for(const std::function<void()>& call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Prints how many clients are let in a second, beside as many calls of `verify`: the median of the rounds, in which both
/// take turns. `let_in` is called once a round, and gives the seconds that all the clients took.
inline void compare_connects(const std::string& algorithm, const std::function<double()>& let_in,
                             const std::function<void()>& verify) {
    std::array<double, rounds> ratios{};
    std::array<double, rounds> rates{};
    for (std::size_t round = 0; round < rounds; ++round) {
        const double ours = let_in();
        const double bare = seconds_for([&] {
            for (std::size_t i = 0; i < clients; ++i)
                verify();
        });
        ratios[round] = bare / ours;
        rates[round] = clients / ours;
    }
    std::ranges::sort(ratios);
    std::ranges::sort(rates);
    std::printf("%-6s %8.0f connects/s, %5.1f %% of the bare verification's\n", algorithm.c_str(),
                rates[rounds / 2], 100 * ratios[rounds / 2]);
}

/// A token of the kind that a shop's build shows.
inline std::string shop_token(const support::ForeignIssuer& issuer, base::Time now,
                              std::chrono::seconds life) {
    const auto issued = now.time_since_epoch().count();
    return issuer.token(
        R"({"iss":"https://issuer","aud":"nats","sub":"repo:acme/shop","repository":"acme/shop","iat":)" +
        std::to_string(issued) + R"(,"exp":)" + std::to_string(issued + life.count()) + "}");
}

}  // namespace natscreds::bench
