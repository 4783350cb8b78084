#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/descriptor.h>
#include <support/temp_dir.h>

using natscreds::base::Descriptor;
using natscreds::support::TempDir;

namespace {

Descriptor opened(const std::filesystem::path& file) {
    return Descriptor(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
}

bool is_open(int number) {
    return fcntl(number, F_GETFD) != -1;
}

}  // namespace

TEST_CASE("Descriptor: it is closed at its end, and once") {
    const TempDir folder;
    int number = -1;
    {
        Descriptor first = opened(folder / "file");
        number = first.number();
        const Descriptor second = std::move(first);
        CHECK_FALSE(first.open());  // NOLINT(bugprone-use-after-move): that is what is tested
        CHECK(second.number() == number);
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("Descriptor: what could not be opened is not open") {
    CHECK_FALSE(opened("/nowhere/at/all").open());
}

TEST_CASE("Descriptor: one alone has the lock, until it ends") {
    const TempDir folder;
    const Descriptor waits = opened(folder / "file");
    {
        const Descriptor has = opened(folder / "file");
        REQUIRE(has.lock());
        CHECK_FALSE(waits.try_lock());
        CHECK(errno == EWOULDBLOCK);
    }
    CHECK(waits.try_lock());
}
