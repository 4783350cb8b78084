#include <chrono>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/pause.h>

using namespace natscreds;
using namespace std::chrono_literals;

TEST_CASE("Pause: it is the whole time where nobody ends it") {
    const std::stop_source nobody;
    const auto before = std::chrono::steady_clock::now();
    CHECK(base::pause(nobody.get_token(), 20ms));
    CHECK(std::chrono::steady_clock::now() - before >= 20ms);
}

TEST_CASE("Pause: it ends at once when it is told to stop, before or during it") {
    std::stop_source somebody;
    std::jthread pausing([&] { CHECK_FALSE(base::pause(somebody.get_token(), 1h)); });
    somebody.request_stop();
    pausing.join();
    CHECK_FALSE(base::pause(somebody.get_token(), 1h));
}
