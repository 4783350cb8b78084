#include <natscreds/base/pause.h>

#include <condition_variable>
#include <mutex>

namespace natscreds::base {

bool pause(const std::stop_token& stop, std::chrono::milliseconds time) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any stopped;
    (void)stopped.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace natscreds::base
