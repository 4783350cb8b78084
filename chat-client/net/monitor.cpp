#include "monitor.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <natscreds/bus/errc.h>

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 5s;
constexpr auto introduction_timeout = 2000ms;

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

/// Each server is asked once who it is. Behind a load balancer another may answer: that says nothing.
void Monitor::introduce() {
    const auto id = connection_.server_id();
    const auto url = connection_.connected_url();
    if (!id || !url || *id == server_.id) return;
    const auto info = bus::read_server_info(*url, introduction_timeout);
    const bool same = info && info->id == *id;
    server_ = same ? *info : bus::ServerInfo{.id = *id, .name = {}, .cluster = {}, .version = {}};
    const bool named = !server_.name.empty() && server_.name != server_.id;
    if (!named) server_.name = *url;
}

void Monitor::measure(Wish wish) {
    introduce();
    Measured measured{
        .round_trip = {}, .server = server_.name, .region = server_.cluster, .tls = server_.tls_required};
    const auto time = connection_.round_trip_time();
    measured.hangs = !time && time.error().code == bus::Errc::timeout;
    if (time) measured.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(*time);
    if (wish == Wish::tell)
        mailbox_.put(Noticed{
            time ? "the server answers in " + in_milliseconds(*measured.round_trip) : time.error().message(),
            true});
    mailbox_.put(std::move(measured));
}

}  // namespace natscreds::chat
