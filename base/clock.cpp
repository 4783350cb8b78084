#include <natscreds/base/clock.h>

namespace natscreds::base {

Time SystemClock::now() const {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace natscreds::base
