// An issuer's keys are fetched beside those who need them.
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/key_fetcher.h>
#include <support/eventually.h>
#include <support/fake_intervals.h>
#include <support/foreign_issuer.h>

using namespace natscreds;
using namespace natscreds::provisioner::identity;
using namespace std::chrono_literals;
using support::ForeignIssuer;

namespace {

/// An issuer whose answers come when the test lets them.
class SlowWeb final : public Web {
  public:
    base::Result<std::string> read(const std::string&) const override {
        ++asked;
        asked.notify_all();
        hanging.wait(true);
        const std::lock_guard lock(mutex_);
        if (stopped_ || keys_.empty()) return base::Error{Errc::unreachable, "no answer"};
        return keys_;
    }
    void stop() noexcept override {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        hang(false);
    }
    void hang(bool does) noexcept {
        hanging = does;
        hanging.notify_all();
    }
    void publish(const std::string& jwks) {
        const std::lock_guard lock(mutex_);
        keys_ = jwks.empty() ? "" : R"({"keys":[)" + jwks + "]}";
    }
    mutable std::atomic<int> asked = 0;
    std::atomic<bool> hanging = false;

  private:
    mutable std::mutex mutex_;
    std::string keys_;
    bool stopped_ = false;
};

bool serves(const base::Result<KeySet>& keys, const ForeignJwt& token) {
    return keys && keys->knows(token);
}

const KeyIssuer issuer{.name = "https://issuer", .discovery_url = "", .key_set_url = "https://issuer/keys"};

}  // namespace

TEST_CASE(
    "KeyFetcher: keys that are known serve at once while an issuer hangs; an unknown one is not waited for "
    "long") {
    const ForeignIssuer known("ES256", "k1");
    const ForeignIssuer rotated("ES256", "k2");
    const std::string good = known.token("{}");
    const std::string newer = rotated.token("{}");
    support::FakeIntervals clock;
    SlowWeb web;
    web.publish(known.jwk());
    KeyFetcher keys(issuer, web, clock);
    REQUIRE(keys.renew());
    clock.advance(301s);
    web.hang(true);
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i)
        CHECK(keys.keys_for(*ForeignJwt::parse(good))->knows(*ForeignJwt::parse(good)));
    const auto unknown = keys.keys_for(*ForeignJwt::parse(newer));
    CHECK(unknown.error().code == Errc::unreachable);
    CHECK(std::chrono::steady_clock::now() - begun < 20s);

    web.publish(known.jwk() + "," + rotated.jwk());
    web.hang(false);
    CHECK(support::eventually(
        [&] { return serves(keys.keys_for(*ForeignJwt::parse(newer)), *ForeignJwt::parse(newer)); }));
}

TEST_CASE("KeyFetcher: an unknown key has the issuer asked once in ten seconds, and old keys are refused") {
    const ForeignIssuer known("ES256", "k1");
    const std::string strange = ForeignIssuer("ES256", "made-up").token("{}");
    const auto token = ForeignJwt::parse(strange);
    support::FakeIntervals clock;
    SlowWeb web;
    web.publish(known.jwk());
    KeyFetcher keys(issuer, web, clock);
    REQUIRE(keys.renew());
    const int before = web.asked;
    for (int i = 0; i < 50; ++i)
        CHECK_FALSE(serves(keys.keys_for(*token), *token));
    CHECK(web.asked == before);
    clock.advance(10s);
    for (int i = 0; i < 50; ++i)
        CHECK_FALSE(serves(keys.keys_for(*token), *token));
    CHECK(support::eventually([&] { return web.asked == before + 1; }));

    web.publish("");
    clock.advance(3600s);
    CHECK(support::eventually([&] {
        const auto old = keys.keys_for(*token);
        return !old && old.error().code == Errc::stale_keys;
    }));
}

TEST_CASE("KeyFetcher: it ends while an issuer hangs") {
    support::FakeIntervals clock;
    SlowWeb web;
    web.hang(true);
    {
        const KeyFetcher keys(issuer, web, clock);
        web.asked.wait(0);
    }
    CHECK(web.asked == 1);
}
