#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/view/status_line.h>

#include "view_scene.h"

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;

namespace {

struct Scene {
    support::FakeClock clock;
    Link link{.connected = true,
              .server = "west-1",
              .region = "us-west",
              .tls = true,
              .round_trip = 400us,
              .credentials_end = clock.now() + 5h};

    std::string shown(int width = 80, std::size_t pending = 0) const {
        return text_of(
            status_line({.link = link, .name = "derek", .pending = pending, .now = clock.now()}, width));
    }
};

}  // namespace

TEST_CASE("Status line: server, region, round trip, TLS, what is left of the credentials, oneself") {
    CHECK(Scene().shown() == " west-1 in us-west | 0.4 ms | TLS | credentials 5 h | derek");
}

TEST_CASE("Status line: a lost server is told first, and nothing of what it was") {
    Scene scene;
    scene.link.connected = false;
    CHECK(scene.shown() == " reconnecting | west-1 in us-west | credentials 5 h | derek");
}

TEST_CASE("Status line: of a server that hangs it is told first that it does not answer") {
    Scene scene;
    scene.link.hangs = true;
    scene.link.round_trip.reset();
    CHECK(scene.shown() == " not answering | west-1 in us-west | TLS | credentials 5 h | derek");
    scene.link.connected = false;
    CHECK(scene.shown() == " reconnecting | west-1 in us-west | credentials 5 h | derek");
}

TEST_CASE("Status line: what is not known is not there; what no server has confirmed is") {
    Scene scene;
    scene.link = {.connected = true, .server = "west:4222", .region = {}};
    CHECK(scene.shown(80, 3) == " west:4222 | 3 unconfirmed | derek");
}

TEST_CASE("Status line: what does not fit is left out whole") {
    CHECK(Scene().shown(40) == " west-1 in us-west | 0.4 ms | TLS");
    CHECK(Scene().shown(10).size() <= 10);
}

TEST_CASE("Status line: time that is left is rounded down, and over is over") {
    CHECK(time_left(49h) == "2 d");
    CHECK(time_left(48h - 1s) == "47 h");
    CHECK(time_left(2h - 1s) == "119 min");
    CHECK(time_left(2min - 1s) == "119 s");
    CHECK(time_left(1s) == "1 s");
    CHECK(time_left(0s) == "none");
    CHECK(time_left(-5s) == "none");
}
