#include <natscreds/provisioner/observation/readiness.h>

#include <string>
#include <utility>

#include <natscreds/base/periodic_task.h>

namespace natscreds::provisioner {

Readiness::Readiness(Parts parts)
    : parts_(std::move(parts)),
      known_(base::Error{std::make_error_code(std::errc::operation_in_progress),
                         "finding out whether the service is ready"}),
      looking_(std::make_unique<base::PeriodicTask>("readiness", parts_.interval, [this] { look(); })) {}

Readiness::~Readiness() = default;

void Readiness::stop() noexcept {
    looking_->stop();
}

void Readiness::end() {
    looking_->end();
}

base::Status Readiness::now() const {
    const std::lock_guard lock(mutex_);
    const auto so_far = Clock::now() - looking_since_;
    if (!known_ || so_far < parts_.timeout) return known_;
    return base::Error{std::make_error_code(std::errc::timed_out),
                       "finding out whether the service is ready takes longer than " +
                           std::to_string(parts_.timeout.count()) + " ms"};
}

void Readiness::lost(base::Error what) {
    {
        const std::lock_guard lock(mutex_);
        ++losses_;
        known_ = std::move(what);
    }
    looking_->wake();
}

void Readiness::look_again() {
    looking_->wake();
}

void Readiness::look() {
    std::unique_lock lock(mutex_);
    looking_since_ = Clock::now();
    const std::uint64_t before = losses_;
    lock.unlock();
    base::Status found = parts_.look();
    lock.lock();
    looking_since_ = Clock::time_point::max();
    if (losses_ == before) known_ = std::move(found);
}

}  // namespace natscreds::provisioner
