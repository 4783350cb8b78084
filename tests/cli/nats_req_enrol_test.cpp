// nats-req --enrol: a requester's first credentials, of which no seed travels.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/jwt/creds.h>
#include <support/nats_server.h>
#include <support/test_data.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;
using Catch::Matchers::ContainsSubstring;
using support::Outcome;

namespace {

/// The operator's machine, and ann's folder on another one.
struct Scene : Shell {
    Scene() { (void)out("nsctl add operator KO --sys && nsctl add account A && mkdir ann"); }

    /// The public key that ann tells the operator.
    [[nodiscard]] std::string enrol() const {
        std::string key = out("nats-req --enrol -o ann/me.creds");
        REQUIRE(key.size() == 57);
        key.pop_back();
        return key;
    }
    /// The operator issues a JWT for it, which is no secret.
    void issue(const std::string& name, const std::string& key, const std::string& more = "") const {
        (void)out("nsctl add user " + name + " -k " + key + " " + more + " && nsctl describe user " + name +
                  " --raw >" + name + ".jwt");
    }
    [[nodiscard]] Outcome take(const std::string& name) const {
        return (*this)("nats-req --enrol -o ann/me.creds --jwt " + name + ".jwt");
    }
    [[nodiscard]] bool there(const std::string& file) const { return std::filesystem::exists(folder / file); }
};

}  // namespace

TEST_CASE(
    "Enrol: the key is made here, the operator signs its public half, and a server takes the two together") {
    const Scene scene;
    const std::string key = scene.enrol();
    CHECK(scene.enrol() == key);
    CHECK_FALSE(scene.there("ann/me.creds"));
    const auto private_to_owner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
    CHECK(std::filesystem::status(scene.folder / "ann/me.creds.pending").permissions() == private_to_owner);

    scene.issue("ann", key);
    const Outcome taken = scene.take("ann");
    CHECK(taken.exit_code == 0);
    CHECK_THAT(taken.err, ContainsSubstring("holds credentials of ann in account A"));
    CHECK_FALSE(scene.there("ann/me.creds.pending"));
    CHECK(std::filesystem::status(scene.folder / "ann/me.creds").permissions() == private_to_owner);
    CHECK_FALSE(scene.there("nsc/nkeys/keys/U/" + key.substr(1, 2) + "/" + key + ".nk"));

    (void)scene.out("nsctl generate config --mem-resolver --config-file server.conf");
    const support::NatsServer server(GENERATE(from_range(support::nats_servers())),
                                     {.config = support::read_text(scene.folder / "server.conf")});
    CHECK(scene("nats-pub -s " + server.url() + " --creds ann/me.creds hello world").exit_code == 0);
}

TEST_CASE("Enrol: a JWT for another key is refused, with both keys, and the key waits on") {
    const Scene scene;
    const std::string key = scene.enrol();
    scene.issue("bob", "$(nats-req --enrol -o bob.creds)");
    const Outcome refused = scene.take("bob");
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.err,
               ContainsSubstring("bob.jwt is for U") && ContainsSubstring("the key here is " + key));
    CHECK_FALSE(scene.there("ann/me.creds"));
    scene.issue("ann", key);
    CHECK(scene.take("ann").exit_code == 0);
}

TEST_CASE("Enrol: a newer JWT takes the place of the older one, and the key stays") {
    const Scene scene;
    const std::string key = scene.enrol();
    scene.issue("ann", key);
    REQUIRE(scene.take("ann").exit_code == 0);
    (void)scene.out("nsctl edit user ann --tag new && nsctl describe user ann --raw >ann.jwt");
    REQUIRE(scene.take("ann").exit_code == 0);
    const auto creds = jwt::Credentials::load(scene.folder / "ann/me.creds").value();
    CHECK(creds.user().claims().tags == std::vector<std::string>{"new"});
    CHECK(creds.key().public_key().text() == key);
    CHECK(scene.enrol() == key);
}

TEST_CASE(
    "Enrol: what cannot be used is refused: expired, no JWT, no key that waits, another file in the way") {
    const Scene scene;
    const std::string key = scene.enrol();
    scene.issue("ann", key, "--expiry 2020-01-02");
    CHECK_THAT(scene.take("ann").err, ContainsSubstring("ann.jwt: the JWT expired "));
    (void)scene.out("echo nonsense >no.jwt");
    CHECK_THAT(scene.take("no").err, ContainsSubstring("no.jwt"));
    scene.issue("bob", "$(nats-req --enrol -o bob.creds)");
    CHECK_THAT(scene("nats-req --enrol -o nobody.creds --jwt bob.jwt").err,
               ContainsSubstring("no key waits for nobody.creds"));
    (void)scene.out("echo precious >theirs");
    CHECK(scene("nats-req --enrol -o theirs").exit_code == 1);
    CHECK(scene.out("cat theirs") == "precious\n");
    CHECK(scene("nats-req --enrol").exit_code == 2);
    CHECK(scene("nats-req --jwt ann.jwt hello").exit_code == 2);
    CHECK(scene("nats-req --enrol -o x.creds --access ann").exit_code == 2);
}
