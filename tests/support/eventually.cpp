#include <support/eventually.h>

#include <thread>

namespace natscreds::support {

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds deadline) {
    constexpr std::chrono::milliseconds interval{2};
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(interval);
    }
    return true;
}

}  // namespace natscreds::support
