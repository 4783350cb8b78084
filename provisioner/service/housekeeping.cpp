#include "housekeeping.h"

#include <utility>

namespace natscreds::provisioner {

Housekeeping::Housekeeping(std::chrono::milliseconds pause, std::function<void()> task)
    : pause_(pause), task_(std::move(task)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Housekeeping::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        task_();
        std::unique_lock lock(mutex_);
        (void)stopped_.wait_for(lock, stop, pause_, [] { return false; });
    }
}

}  // namespace natscreds::provisioner
