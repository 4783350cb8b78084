#include "monitor.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 5s;

std::string in_milliseconds(std::chrono::microseconds time) {
    return std::to_string(time.count() / 1000) + "." + std::to_string(time.count() % 1000 / 100) + " ms";
}

}  // namespace

Monitor::Monitor(bus::Connection& connection, Mailbox& mailbox)
    : connection_(connection),
      mailbox_(mailbox),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Monitor::ask() {
    wish_for(Wish::tell);
}

void Monitor::refresh() {
    wish_for(Wish::measure);
}

void Monitor::wish_for(Wish wish) {
    const std::lock_guard lock(mutex_);
    wish_ = std::max(wish_, wish);
    wished_.notify_all();
}

Monitor::Wish Monitor::wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wished_.wait_for(lock, stop, interval, [this] { return wish_ != Wish::none; });
    return std::exchange(wish_, Wish::none);
}

void Monitor::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const Wish wish = wait(stop);
        if (!stop.stop_requested()) measure(wish);
    }
}

void Monitor::measure(Wish wish) {
    Measured measured;
    const auto time = connection_.round_trip_time();
    if (time) measured.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(*time);
    if (const auto server = connection_.connected_url()) measured.server = *server;
    if (wish == Wish::tell)
        mailbox_.put(Noticed{time ? "the server answers in " + in_milliseconds(*measured.round_trip)
                                  : time.error().message()});
    mailbox_.put(std::move(measured));
}

}  // namespace natscreds::chat
