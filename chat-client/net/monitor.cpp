#include "monitor.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <natscreds/base/thread_name.h>
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
    request(Task::tell);
}

void Monitor::refresh() {
    request(Task::measure);
}

void Monitor::request(Task task) {
    const std::lock_guard lock(mutex_);
    task_ = std::max(task_, task);
    wanted_.notify_all();
}

Monitor::Task Monitor::wait(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wanted_.wait_for(lock, stop, interval, [this] { return task_ != Task::none; });
    return std::exchange(task_, Task::none);
}

void Monitor::run(const std::stop_token& stop) {
    base::name_thread("round-trips");
    while (!stop.stop_requested()) {
        const Task task = wait(stop);
        if (!stop.stop_requested()) measure(task);
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

void Monitor::measure(Task task) {
    introduce();
    Measured measured{
        .round_trip = {}, .server = server_.name, .region = server_.cluster, .tls = server_.tls_required};
    const auto time = connection_.round_trip_time();
    measured.hangs = !time && time.error().code == bus::Errc::timeout;
    if (time) measured.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(*time);
    if (task == Task::tell)
        mailbox_.put(Noticed{
            time ? "the server answers in " + in_milliseconds(*measured.round_trip) : time.error().message(),
            true});
    mailbox_.put(std::move(measured));
}

}  // namespace natscreds::chat
