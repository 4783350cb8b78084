// conf/tls/make-certs: what its certificates say, and what a second run changes.
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <support/certificates.h>
#include <support/programs.h>

#include "nsctl_shell.h"

using namespace natscreds;
using nsctl::test::contains;

namespace {

/// A folder with the command in its path, as Shell has it.
class CertificateShell : public nsctl::test::Shell {
  public:
    [[nodiscard]] support::Outcome make(const std::string& options = "") const {
        return (*this)(support::source_root() + "/conf/tls/make-certs " + options);
    }
    [[nodiscard]] std::string text(const std::string& name) const {
        return out("openssl x509 -in tls/" + name + ".pem -noout -text -nameopt RFC2253");
    }
};

}  // namespace

TEST_CASE("make-certs: servers can be both ends, clients only clients, and each is for its names") {
    const CertificateShell shell;
    REQUIRE(shell.make("--host nats.example.com --host 10.0.0.37").exit_code == 0);
    for (const char* server : {"server", "route", "gateway", "leaf"}) {
        const std::string text = shell.text(server);
        CAPTURE(text);
        CHECK(contains(text, "TLS Web Server Authentication, TLS Web Client Authentication"));
        CHECK(contains(text, "DNS:*.nats-cluster.default.svc.cluster.local"));
        CHECK(contains(text, "DNS:nats.example.com"));
        CHECK(contains(text, "IP Address:10.0.0.37"));
        CHECK(contains(text, "Digital Signature\n"));
        CHECK(contains(text, "CA:FALSE"));
    }
    CHECK(contains(shell.text("acme"), "Subject: OU=ACME,CN=nats.io"));
    CHECK(contains(shell.text("cncf"), "Subject: OU=CNCF,CN=nats.io"));
    CHECK_FALSE(contains(shell.text("cncf"), "TLS Web Server"));
    CHECK(contains(shell.text("client1"), "email:client1@example.com"));
    CHECK_FALSE(contains(shell.text("client2"), "email:"));
    (void)shell.out(
        "cd tls && openssl verify -x509_strict -CAfile ca.pem server.pem route.pem gateway.pem leaf.pem "
        "acme.pem");
    CHECK(shell.out("stat -c %a tls/*-key.pem | sort -u") == "600\n");
}

TEST_CASE("make-certs: with --rsa the keys are RSA of 2048 bits, and may encipher keys") {
    const CertificateShell shell;
    REQUIRE(shell.make("--rsa").exit_code == 0);
    CHECK(contains(shell.text("server"), "Public-Key: (2048 bit)"));
    CHECK(contains(shell.text("server"), "Digital Signature, Key Encipherment"));
}

TEST_CASE("make-certs: run again, it renews what nears its end and nothing else") {
    const CertificateShell shell;
    REQUIRE(shell.make("--days 100").exit_code == 0);
    const std::string all = shell.out("sha256sum tls/*");
    CHECK(shell.make("--days 100").exit_code == 0);
    CHECK(shell.out("sha256sum tls/*") == all);

    const std::string authority = shell.out("sha256sum tls/ca* tls/*-key.pem");
    const support::Outcome renewed = shell.make("--days 365 --renew-within 200");
    CHECK(contains(renewed.err, "make-certs: server.pem is new: notAfter="));
    CHECK(contains(renewed.err, "make-certs: ca.pem is good"));
    CHECK(shell.out("sha256sum tls/ca* tls/*-key.pem") == authority);
    CHECK(shell.out("ls -A tls | grep -vE '[.](pem|cnf)$' || true").empty());

    // With the same key the authority's new certificate is believed in what the old one signed, and the reverse.
    (void)shell.out("cp tls/ca.pem old.pem; rm tls/ca.pem");
    CHECK(contains(shell.make().err, "ca.pem is new"));
    (void)shell.out(
        "! cmp -s old.pem tls/ca.pem && openssl verify -CAfile tls/ca.pem tls/acme.pem && "
        "openssl verify -CAfile old.pem tls/acme.pem");
}

TEST_CASE("make-certs: a lost key, another host or another authority has the certificate made anew") {
    const CertificateShell shell;
    REQUIRE(shell.make().exit_code == 0);
    (void)shell.out("rm tls/acme-key.pem");
    CHECK(contains(shell.make().err, "acme.pem is new"));
    const support::Outcome other = shell.make("--host nats.example.com");
    CHECK(contains(other.err, "server.pem is new"));
    CHECK(contains(other.err, "acme.pem is good"));
    (void)shell.out("rm tls/ca-key.pem");
    CHECK(contains(shell.make("--host nats.example.com").err, "acme.pem is new"));
    (void)shell.out("openssl verify -CAfile tls/ca.pem tls/acme.pem");
}

TEST_CASE(
    "make-certs: hosts and RSA of earlier runs are kept, until server.cnf or the authority's key is gone") {
    const CertificateShell shell;
    REQUIRE(shell.make("--rsa --host nats.example.com --host 2001:db8::37").exit_code == 0);
    const support::Outcome again = shell.make();
    CHECK(contains(again.err, "server.pem is good"));
    CHECK(contains(shell.make("--host 10.0.0.37").err, "server.pem is new"));
    CHECK(contains(shell.make("--host 10.0.0.37 --host nats.example.com").err, "server.pem is good"));
    for (const char* server : {"server", "route", "gateway", "leaf"}) {
        const std::string text = shell.text(server);
        CAPTURE(text);
        CHECK(
            contains(text, "DNS:nats.example.com, IP Address:2001:DB8:0:0:0:0:0:37, IP Address:10.0.0.37\n"));
    }
    (void)shell.out("rm tls/acme-key.pem tls/server.cnf");
    CHECK(contains(shell.make("--host other.example.com").err, "acme.pem is new"));
    CHECK(contains(shell.text("acme"), "Public-Key: (2048 bit)"));
    CHECK(contains(shell.text("server"), "DNS:other.example.com"));
    CHECK_FALSE(contains(shell.text("server"), "nats.example.com"));
}

TEST_CASE("make-certs: what it cannot do it says, and makes nothing") {
    const CertificateShell shell;
    const support::Outcome days = shell.make("--days soon");
    CHECK(days.exit_code == 1);
    CHECK(contains(days.err, "--days takes a number of days, not 'soon'"));
    CHECK(contains(shell.make("--days 20").err, "each run would renew all"));
    CHECK(contains(shell.make("--host 'a,email:b'").err, "--host takes a name or an address"));
    CHECK(shell.make("--bogus").exit_code == 2);
    CHECK(shell.out("ls -A").empty());
}
