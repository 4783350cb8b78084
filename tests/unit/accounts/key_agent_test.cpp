// The agent that keeps a keystore's key for a time: what it answers, and that it forgets.
#include <algorithm>
#include <filesystem>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/key_agent.h>
#include <natscreds/accounts/key_agent_socket.h>
#include <natscreds/base/file.h>
#include <support/fake_intervals.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::accounts;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

using What = AgentRequest::What;

base::Secret key_of(std::uint8_t byte) {
    return base::Secret::filled(nkeys::SealingKey::size,
                                [&](auto memory) { std::ranges::fill(memory, byte); });
}

AgentRequest keep_request(seconds time, std::uint8_t byte = 7) {
    return {.what = What::keep, .time = time, .settings = {.salt = {1}}, .key = key_of(byte)};
}

AgentRequest find_request(std::uint8_t salt = 1) {
    return {.what = What::find, .settings = {.salt = {salt}}};
}

bool has_key(const AgentReply& reply, std::uint8_t byte) {
    return reply.key && std::ranges::equal(reply.key->expose(), key_of(byte).expose());
}

}  // namespace

TEST_CASE("KeyAgent: a key is given until its time is over, to the second, and never after") {
    support::FakeIntervals clock;
    KeyAgent agent(clock);
    CHECK_FALSE(agent.answer(find_request()).key);
    CHECK(agent.answer(keep_request(minutes(15))).left == minutes(15));
    clock.advance(minutes(15) - seconds(1));
    CHECK(has_key(agent.answer(find_request()), 7));
    CHECK(agent.left() == seconds(1));
    clock.advance(seconds(1));
    CHECK_FALSE(agent.answer(find_request()).key);
    CHECK(agent.left() == seconds(0));
}

TEST_CASE("KeyAgent: it gives the key of these settings alone, the newest, and none after forget") {
    support::FakeIntervals clock;
    KeyAgent agent(clock);
    (void)agent.answer(keep_request(minutes(1)));
    CHECK_FALSE(agent.answer(find_request(2)).key);
    CHECK_FALSE(agent.answer({.what = What::time_left}).key);
    (void)agent.answer(keep_request(minutes(2), 8));
    CHECK(has_key(agent.answer(find_request()), 8));
    CHECK(agent.answer({.what = What::forget}).left == seconds(0));
    CHECK_FALSE(agent.answer(find_request()).key);
    (void)agent.answer(keep_request(max_kept_time + seconds(1)));
    CHECK_FALSE(agent.answer(find_request()).key);
}

TEST_CASE("KeyAgent: a message of another size or version, or with more than it needs, is none") {
    const base::Secret good = find_request().encode();
    const auto changed = [&](std::size_t at, std::uint8_t byte) {
        base::Bytes bytes(good.expose().begin(), good.expose().end());
        bytes[at] = byte;
        return AgentRequest::parse(bytes).has_value();
    };
    CHECK(AgentRequest::parse(good.expose()));
    CHECK_FALSE(AgentRequest::parse(good.expose().first(AgentRequest::size - 1)));
    CHECK_FALSE(changed(0, 2));
    CHECK_FALSE(changed(1, 0));
    CHECK_FALSE(changed(1, 5));
    CHECK_FALSE(changed(2, 1));
    CHECK_FALSE(changed(AgentRequest::size - 1, 1));
}

TEST_CASE(
    "KeyAgent: at its socket, which is 0600, it answers, and takes the socket away when it has forgotten") {
    const support::TempDir folder;
    const std::filesystem::path socket = folder / "agent.sock";
    CHECK(ask_agent(socket, find_request()).error().code == std::errc::no_such_file_or_directory);
    auto listener = listen_for_agent(socket).value();
    REQUIRE(listener);
    CHECK_FALSE(base::readable_by_others(socket).value());
    CHECK_FALSE(listen_for_agent(socket).value());

    support::FakeIntervals clock;
    KeyAgent agent(clock);
    base::Status ended;
    std::thread serving([&] { ended = serve_agent(*listener, agent, minutes(1)); });
    CHECK(ask_agent(socket, keep_request(minutes(1)))->left == minutes(1));
    CHECK(has_key(*ask_agent(socket, find_request()), 7));
    CHECK(ask_agent(socket, {.what = What::forget})->left == seconds(0));
    serving.join();
    CHECK(ended);
    CHECK_FALSE(std::filesystem::exists(socket));
}

TEST_CASE("KeyAgent: a socket that was left over is taken over") {
    const support::TempDir folder;
    const std::filesystem::path socket = folder / "agent.sock";
    (void)listen_for_agent(socket).value();
    CHECK(ask_agent(socket, find_request()).error().code == std::errc::connection_refused);
    CHECK(listen_for_agent(socket).value());
}

TEST_CASE("KeyAgent: what is no socket is not taken away") {
    const support::TempDir folder;
    const std::filesystem::path file = folder.write("agent.sock", "precious");
    CHECK_FALSE(listen_for_agent(file).value());
    CHECK(std::filesystem::is_regular_file(file));
}
