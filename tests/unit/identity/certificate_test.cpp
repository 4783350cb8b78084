// Client certificates: what they say, and which of them are believed.
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/provisioner/identity/certificate_verifier.h>
#include <natscreds/provisioner/identity/errc.h>
#include <support/fakes.h>
#include <support/made_certificates.h>
#include <support/signing.h>

using namespace natscreds;
using namespace natscreds::provisioner::identity;
using support::MadeAuthority;
using namespace std::chrono_literals;

namespace {

CertificateVerifier verifier_of(const std::filesystem::path& ca, const base::Clock& clock) {
    return CertificateVerifier::load(
               {.name = "devices",
                .ca = ca,
                .rules = {{.when = {{"uri", {"spiffe://example.org/ns/*"}}}, .role = "workload"},
                          {.when = {{"cn", {"ann"}}, {"email", {"*@example.com"}}}, .role = "person"},
                          {.when = {{"dns", {"*.shop.example"}}}, .role = "host"},
                          {.when = {{"subject", {"*OU=Clients*"}}}, .role = "client"}}},
               clock)
        .value();
}

struct Scene {
    MadeAuthority authority{"ca"};
    /// What is issued later is in time.
    support::FakeClock clock{support::real_time() + 1min};
    CertificateVerifier verifier = verifier_of(authority.file("ca.pem"), clock);

    [[nodiscard]] std::string role(const std::string& subject, const std::string& names) const {
        const auto owner =
            verifier.verify(std::vector{authority.issue({.subject = subject, .names = names})});
        return owner ? owner->rule().role : owner.error().code.message();
    }
    [[nodiscard]] base::Error refusal(const std::vector<std::string>& chain) const {
        const auto owner = verifier.verify(chain);
        REQUIRE_FALSE(owner);
        return owner.error();
    }
};

}  // namespace

TEST_CASE("Certificate: subject, SAN DNS, e-mail and URI are what rules look at") {
    const Scene scene;
    CHECK(scene.role("/CN=x", "URI:spiffe://example.org/ns/shop/sa/cart") == "workload");
    CHECK(scene.role("/CN=ann", "email:ann@example.com") == "person");
    CHECK(scene.role("/CN=ann", "DNS:a.shop.example,DNS:b.other") == "host");
    CHECK(scene.role("/OU=Clients/CN=x", "") == "client");
    CHECK(scene.role("/CN=bob", "email:ann@example.com").starts_with("no rule gives a role"));
    // One kind of name is not another.
    CHECK(scene.role("/CN=spiffe:\\/\\/example.org\\/ns\\/x", "DNS:x").starts_with("no rule gives a role"));
}

TEST_CASE("Certificate: the owner is called by its URI, else by e-mail, DNS or subject") {
    const MadeAuthority authority("ca");
    const auto names = [&](const std::string& subject, const std::string& alternatives) {
        return read_certificate(authority.issue({.subject = subject, .names = alternatives})).value();
    };
    CHECK(names("/CN=x", "DNS:d,email:e@x.y,URI:spiffe://u/w").primary == "spiffe://u/w");
    CHECK(names("/CN=x", "DNS:d,email:e@x.y").primary == "e@x.y");
    CHECK(names("/CN=x", "DNS:d").primary == "d");
    CHECK(names("/OU=o/CN=x", "").primary == "CN=x,OU=o");
    const CertificateNames two = names("/CN=x", "DNS:a,DNS:b");
    CHECK(two.claims.values("dns") == std::vector<std::string>{"a", "b"});
    CHECK_FALSE(two.claims.facts().contains("claim(dns)"));
    CHECK(two.claims.facts().at("claim(cn)") == "x");
}

TEST_CASE("Certificate: the owner's issuer is known by its key, and nothing lives longer than the chain") {
    const Scene scene;
    const std::string mine = scene.authority.issue({.subject = "/OU=Clients/CN=x", .names = "", .days = 3});
    const auto owner = scene.verifier.verify(std::vector{mine});
    REQUIRE(owner);
    CHECK(owner->issuer_key().size() == 64);
    CHECK(owner->identity() == "devices");
    CHECK(owner->expires() > scene.clock.now() + 71h);
    CHECK(owner->expires() <= scene.clock.now() + 73h);
    const auto other = scene.verifier.verify(
        std::vector{scene.authority.issue({.subject = "/OU=Clients/CN=y", .names = ""})});
    REQUIRE(other);
    CHECK(other->issuer_key() == owner->issuer_key());
}

TEST_CASE(
    "Certificate: another authority's, one that is not in time, and no client's are refused, each for its "
    "reason") {
    Scene scene;
    const auto says = [](const base::Error& error, const std::string& what) {
        INFO(error.message());
        CHECK(error.code == Errc::untrusted_certificate);
        CHECK(error.detail.find(what) != std::string::npos);
    };
    const std::string good = scene.authority.issue({.subject = "/OU=Clients/CN=x", .names = ""});
    const MadeAuthority other("ca");
    says(scene.refusal({other.issue({.subject = "/OU=Clients/CN=x", .names = ""})}), "");
    says(scene.refusal({scene.authority.issue({.subject = "/OU=Clients/CN=x", .usage = "serverAuth"})}),
         "purpose");
    says(scene.refusal({scene.authority.issue({.subject = "/OU=Clients/CN=x", .usage = ""})}), "clientAuth");
    says(scene.refusal({support::read_text(scene.authority.file("ca.pem"))}), "purpose");
    says(scene.refusal({}), "not a chain");
    says(scene.refusal(std::vector<std::string>(11, good)), "not a chain");
    scene.clock.advance(-25h);
    says(scene.refusal({good}), "not yet valid");
    scene.clock.advance(25h + 24h * 2);
    says(scene.refusal({good}), "expired");
    CHECK(scene.refusal({"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}).code ==
          Errc::bad_certificate);
    CHECK(scene.refusal({good + std::string(16 * 1024, '\n')}).code == Errc::bad_certificate);
}

TEST_CASE(
    "Certificate: one of an authority that a trusted one has signed is good with it and refused without it") {
    const Scene scene;
    const MadeAuthority between("between", scene.authority);
    const std::string mine = between.issue({.subject = "/OU=Clients/CN=x", .names = ""});
    const std::string link = support::read_text(between.file("ca.pem"));
    const auto owner = scene.verifier.verify(std::vector{mine, link});
    INFO((owner ? "" : owner.error().message()));
    REQUIRE(owner);
    CHECK(scene.refusal({mine}).code == Errc::untrusted_certificate);
    // A client is no authority.
    const MadeAuthority client("client", scene.authority, MadeAuthority::Signs::no);
    CHECK(scene
              .refusal({client.issue({.subject = "/OU=Clients/CN=x", .names = ""}),
                        support::read_text(client.file("ca.pem"))})
              .code == Errc::untrusted_certificate);
}

TEST_CASE(
    "Certificate: an authority's file without a certificate, or with a broken one, is refused with its "
    "name") {
    const MadeAuthority authority("ca");
    const support::FakeClock clock;
    const support::TempDir folder;
    const std::string good = support::read_text(authority.file("ca.pem"));
    const std::string text =
        GENERATE_COPY(std::string(), std::string("nothing"),
                      good + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    const auto file = folder.write("x.pem", text);
    const auto loaded = CertificateVerifier::load({.name = "d", .ca = file, .rules = {}}, clock);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == Errc::bad_certificate);
    CHECK(loaded.error().detail == file.string());
}
