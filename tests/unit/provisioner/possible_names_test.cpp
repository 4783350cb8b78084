// Under which names a callout could let somebody in.
#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/password_hash.h>
#include <support/fakes.h>
#include <support/key_of.h>
#include <support/made_certificates.h>
#include <support/temp_dir.h>
#include <support/token_cluster.h>

#include "../../../provisioner/callout/possible_names.h"

using namespace natscreds;
using namespace natscreds::provisioner;
using nkeys::Kind;
using support::key_of;
using namespace std::chrono_literals;

namespace {

Policy policy_at(base::Time now) {
    Role role{.name = "reader", .ttl = 1h};
    role.default_name = "d-{{claim(user)}}";
    std::vector<Issuer> issuers;
    issuers.push_back(
        Issuer::create({.account = ConfiguredAccount{"APP"}, .key = key_of(Kind::account, 2), .role = role},
                       now)
            .value());
    return Policy::create({.default_role = "reader"}, std::move(issuers)).value();
}

}  // namespace

TEST_CASE("Possible names: those of roles, of rules and of the users in the file, and no others") {
    const support::FakeClock clock;
    const Policy policy = policy_at(clock.now());
    const support::TempDir folder;
    const auto hash = base::hash_password(base::as_bytes("x")).value();
    const auto file = folder.write("users", "ann:" + hash + "\nBob@Acme:" + hash + "\nout:" + hash + "\n");
    identity::PasswordVerifier passwords(
        {.file = file,
         .rules = {{.when = {{"user", {"ann"}}}, .role = "reader"},
                   {.when = {{"user", {"B*"}}}, .role = "reader", .name = "{{claim(user)}}"}}});
    const support::MadeAuthority authority("devices");
    const auto certificates = identity::CertificateVerifier::load(
        {.name = "devices",
         .ca = authority.file("ca.pem"),
         .rules = {{.when = {{"cn", {"cam-*"}}}, .role = "reader", .name = "{{claim(cn)}}"}}},
        clock);
    REQUIRE(certificates);
    support::TokenCluster cluster(clock);
    identity::ServiceRoles roles;
    roles.replace(
        {{.account = {.namespace_name = "shop", .name = "backend"}, .publish = {}, .subscribe = {}}});

    const identity::Verifiers all{.kubernetes = &cluster, .password = &passwords, .x509 = {&*certificates}};
    const PossibleNames names(policy, all, roles);
    for (const char* name : {"d-ann", "bob-acme", "cam-1", "backend"}) {
        CAPTURE(name);
        CHECK(names.contains(name));
    }
    for (const char* name : {"ann", "d-bob-acme", "d-out", "out", "printer-1", "frontend", ""}) {
        CAPTURE(name);
        CHECK_FALSE(names.contains(name));
    }

    // Where nobody checks ServiceAccounts their roles let nobody in.
    CHECK_FALSE(PossibleNames(policy, {.password = &passwords}, roles).contains("backend"));
    // Who is in a file that cannot be read is not known.
    folder.write("users", "nonsense\n");
    const PossibleNames unsure(policy, all, roles);
    CHECK(unsure.contains("d-ann"));
    CHECK(unsure.contains("bob-acme"));
    CHECK_FALSE(unsure.contains("d-carl"));
}
