#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/idle_ledger.h>

#include "../../../provisioner/callout/admitted.h"

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace std::chrono_literals;

namespace {

/// A ledger that denies names, and counts how often they were gone through.
class DenyList final : public support::IdleLedger {
  public:
    base::Result<bool> denied(const Denial&, base::Time) override {
        ++asked_for_one;
        return false;
    }
    base::Status deny(const DenialRecord& denial) override {
        all.push_back(denial);
        ++state;
        return {};
    }
    std::uint64_t denials_state() override { return state; }
    base::Result<std::vector<DenialRecord>> denials(base::Time) override {
        ++gone_through;
        return all;
    }

    std::vector<DenialRecord> all;
    std::uint64_t state = 0;
    int gone_through = 0;
    int asked_for_one = 0;
};

constexpr base::Time now{std::chrono::seconds{1'700'000'000}};

}  // namespace

TEST_CASE("Admitted: the deny list is gone through only when it has changed, or somebody was let in") {
    DenyList ledger;
    Admitted admitted;
    for (int i = 0; i < 1000; ++i)
        admitted.add("name" + std::to_string(i), now + 1h);
    for (int i = 0; i < 100; ++i)
        CHECK(admitted.take_denied(ledger, now).empty());
    CHECK(ledger.gone_through == 1);
    REQUIRE(ledger.deny({.whom = {.kind = Denial::Kind::name, .value = "name7"}}));
    CHECK(admitted.take_denied(ledger, now) == std::vector<std::string>{"name7"});
    CHECK(admitted.take_denied(ledger, now).empty());
    CHECK(ledger.gone_through == 2);
    admitted.add("name7", now + 1h);
    CHECK(admitted.take_denied(ledger, now) == std::vector<std::string>{"name7"});
    CHECK(ledger.gone_through == 3);
    CHECK(ledger.asked_for_one == 0);
}

TEST_CASE("Admitted: those whose time is over are forgotten, whatever is done to the clock meanwhile") {
    const std::chrono::seconds by = GENERATE(0s, -3600s, 3600s);
    DenyList ledger;
    Admitted admitted;
    admitted.add("wallyqs", now + 1min);
    admitted.add("derek", now + 24h);
    (void)admitted.take_denied(ledger, now);
    (void)admitted.take_denied(ledger, now + by);
    CHECK(admitted.size() == (by > 1min ? 1 : 2));
    (void)admitted.take_denied(ledger, now + 2min);
    (void)admitted.take_denied(ledger, now + 4min);
    CHECK(admitted.size() == 1);
}
