#include <array>
#include <string>
#include <thread>

#include <pthread.h>
#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/thread_name.h>

using namespace natscreds;

namespace {

/// What another thread is called after these.
std::string called(std::initializer_list<const char*> names) {
    std::string found;
    std::jthread([&] {
        for (const char* const name : names)
            base::name_thread(name);
        std::array<char, 16> text{};
        pthread_getname_np(pthread_self(), text.data(), text.size());
        found = text.data();
    }).join();
    return found;
}

}  // namespace

TEST_CASE("Thread name: a thread has it, and keeps it where the next one is too long") {
    CHECK(called({"fifteen-letters"}) == "fifteen-letters");
    CHECK(called({"tidy", "sixteen-letters-"}) == "tidy");
}
