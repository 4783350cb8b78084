#include <natscreds/base/periodic_task.h>

#include <utility>

#include <natscreds/base/thread_name.h>

namespace natscreds::base {

PeriodicTask::PeriodicTask(const char* name, std::chrono::milliseconds pause, std::function<void()> task)
    : name_(name),
      pause_(pause),
      task_(std::move(task)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void PeriodicTask::wake() {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
}

void PeriodicTask::end() {
    stop();
    if (thread_.joinable()) thread_.join();
}

void PeriodicTask::run(const std::stop_token& stop) {
    name_thread(name_);
    while (!stop.stop_requested()) {
        task_();
        std::unique_lock lock(mutex_);
        (void)changed_.wait_for(lock, stop, pause_, [this] { return wanted_; });
        wanted_ = false;
    }
}

}  // namespace natscreds::base
