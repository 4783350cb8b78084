#include <natscreds/provisioner/callout/password_lane.h>

#include <utility>

#include <natscreds/base/thread_name.h>

namespace natscreds::provisioner {

PasswordLane::PasswordLane() {
    for (std::size_t i = 0; i < hashers; ++i)
        threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
}

PasswordLane::~PasswordLane() = default;

bool PasswordLane::put(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    if (finished_ || tasks_.size() >= max_waiting) return false;
    tasks_.push_back(std::move(task));
    changed_.notify_one();
    return true;
}

std::size_t PasswordLane::waiting() const {
    const std::lock_guard lock(mutex_);
    return tasks_.size();
}

void PasswordLane::finish() {
    {
        const std::lock_guard lock(mutex_);
        finished_ = true;
    }
    threads_.clear();
}

void PasswordLane::run(const std::stop_token& stop) {
    base::name_thread("passwords");
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !tasks_.empty(); })) {
        const std::function<void()> task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        lock.lock();
    }
}

}  // namespace natscreds::provisioner
