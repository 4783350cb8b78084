#include <array>
#include <csignal>
#include <ostream>
#include <sstream>
#include <type_traits>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/secret.h>
#include <support/process.h>
#include <support/temp_dir.h>

using namespace natscreds::base;
using natscreds::support::run_in_child;

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(std::is_nothrow_move_assignable_v<Secret>);

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};
template <class T>
concept Comparable = requires(const T& value) {
    value == value;
};
static_assert(!Printable<Secret>);
static_assert(!Comparable<Secret>);

namespace {

Secret secret_of(std::string_view text) {
    return Secret::copy_of(as_bytes(text));
}

std::string_view text_of(const Secret& secret) {
    return as_text(secret.expose());
}

/// Reads a byte that the compiler may not reason about.
int byte_at(const std::uint8_t* address) {
    return *static_cast<const volatile std::uint8_t*>(address);
}

/// The flags that the kernel shows for the mapping in which an address lies.
std::string mapping_flags(const void* address) {
    std::istringstream lines(natscreds::support::read_text("/proc/self/smaps"));
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        unsigned long first = 0;
        unsigned long last = 0;
        const bool heading = std::sscanf(line.c_str(), "%lx-%lx ", &first, &last) == 2;
        const auto place = reinterpret_cast<unsigned long>(address);
        if (heading) inside = first <= place && place < last;
        if (inside && line.starts_with("VmFlags:")) return line + " ";
    }
    return {};
}

constexpr int segmentation_fault = 128 + SIGSEGV;

}  // namespace

TEST_CASE("Secret: it holds the bytes it was made of") {
    CHECK(text_of(secret_of("seed")) == "seed");
    CHECK(secret_of("seed").size() == 4);
    CHECK_FALSE(secret_of("seed").empty());
    const Secret filled =
        Secret::filled(3, [](std::span<std::uint8_t> bytes) { bytes[0] = bytes[1] = bytes[2] = 'x'; });
    CHECK(text_of(filled) == "xxx");
}

TEST_CASE("Secret: without bytes it is empty, and filling it writes nothing") {
    CHECK(Secret().empty());
    CHECK(Secret().expose().empty());
    std::size_t room = 1;
    const Secret filled = Secret::filled(0, [&](std::span<std::uint8_t> bytes) { room = bytes.size(); });
    CHECK(room == 0);
    CHECK(filled.empty());
}

TEST_CASE("Secret: taking wipes the source, copying leaves it") {
    std::array<std::uint8_t, 4> source{1, 2, 3, 4};
    const Secret copy = Secret::copy_of(source);
    CHECK(source == std::array<std::uint8_t, 4>{1, 2, 3, 4});
    const Secret taken = Secret::take(source);
    CHECK(source == std::array<std::uint8_t, 4>{});
    CHECK(text_of(taken) == text_of(copy));
}

TEST_CASE("Secret: moving leaves nothing behind and the bytes where they were") {
    Secret first = secret_of("seed");
    const std::uint8_t* const place = first.expose().data();
    Secret second = std::move(first);
    CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    CHECK(second.expose().data() == place);
    Secret third = secret_of("another one");
    third = std::move(second);
    CHECK(text_of(third) == "seed");
}

TEST_CASE("Secret: the memory is left out of core dumps") {
    const Secret secret = secret_of("seed");
    const std::string flags = mapping_flags(secret.expose().data());
    REQUIRE(flags.find("VmFlags:") != std::string::npos);
    CHECK(flags.find(" dd ") != std::string::npos);
    const auto ordinary = std::make_unique<std::array<char, 4096>>();
    CHECK(mapping_flags(ordinary.get()).find(" dd ") == std::string::npos);
}

TEST_CASE("Secret: reading beyond the end kills the process") {
    const Secret secret = secret_of("seed");
    const std::uint8_t* const end = secret.expose().data() + secret.size();
    CHECK(run_in_child([&] { return byte_at(end - 1) == 'd' ? 0 : 1; }).exit_code == 0);
    CHECK(run_in_child([&] { return byte_at(end); }).exit_code == segmentation_fault);
}

TEST_CASE("Secret: after its end the bytes are gone") {
    const auto outcome = run_in_child([] {
        const std::uint8_t* place = nullptr;
        {
            const Secret secret = secret_of("seed");
            place = secret.expose().data();
        }
        return byte_at(place) == 's' ? 0 : 1;
    });
    CHECK((outcome.exit_code == segmentation_fault || outcome.exit_code == 1));
}

TEST_CASE("Wipe: all the bytes are overwritten, and none beside them") {
    std::array<std::uint8_t, 4> memory{1, 2, 3, 4};
    wipe(std::span(memory).subspan(1, 2));
    CHECK(memory == std::array<std::uint8_t, 4>{1, 0, 0, 4});
}
