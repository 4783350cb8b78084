// conf/kubernetes/make-mesh-certs: what a mesh asks of its certificates, and what a second run changes.
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <support/programs.h>

#include "nsctl_shell.h"

using namespace natscreds;
using nsctl::test::contains;

namespace {

const std::string make = support::source_root() + "/conf/kubernetes/make-mesh-certs ";

std::string text_of(const nsctl::test::Shell& shell, const std::string& file) {
    return shell.out("openssl x509 -in mesh/" + file + " -noout -text -nameopt RFC2253");
}

}  // namespace

TEST_CASE(
    "make-mesh-certs: each cluster's issuer may sign for pods, not make issuers, and all have one anchor") {
    const nsctl::test::Shell shell;
    REQUIRE(shell(make + "mesh cluster-a cluster-b").exit_code == 0);
    CHECK(contains(
        shell.out("openssl verify -CAfile mesh/ca.crt mesh/cluster-a-issuer.crt mesh/cluster-b-issuer.crt"),
        "cluster-b-issuer.crt: OK"));
    CHECK(contains(text_of(shell, "ca.crt"), "Subject: CN=root.linkerd.cluster.local"));
    for (const char* file : {"cluster-a-issuer.crt", "cluster-b-issuer.crt"}) {
        const std::string text = text_of(shell, file);
        CAPTURE(text);
        CHECK(contains(text, "Subject: CN=identity.linkerd.cluster.local"));
        CHECK(contains(text, "CA:TRUE, pathlen:0"));
        CHECK(contains(text, "Certificate Sign, CRL Sign"));
        CHECK(contains(text, "ASN1 OID: prime256v1"));
    }
    CHECK(shell.out("stat -c %a mesh/ca.key mesh/cluster-a-issuer.key") == "600\n600\n");
}

TEST_CASE("make-mesh-certs: what is there stays, and a cluster that comes later has the same anchor") {
    const nsctl::test::Shell shell;
    REQUIRE(shell(make + "mesh cluster-a").exit_code == 0);
    const std::string before = shell.out("cd mesh && sha256sum *");
    REQUIRE(shell(make + "mesh cluster-a cluster-c").exit_code == 0);
    CHECK(
        contains(shell.out("cd mesh && sha256sum *"), before.substr(0, before.find("cluster-a-issuer.key"))));
    CHECK(contains(shell.out("openssl verify -CAfile mesh/ca.crt mesh/cluster-c-issuer.crt"), "OK"));
    CHECK(contains(shell(make + "mesh ../cluster").err, "'../cluster' is no name for a cluster"));
    CHECK(contains(shell(make + "mesh").err, "give a folder and the clusters' names"));
}
