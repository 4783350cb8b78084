// The examples of the libraries, as somebody would try them.
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/base/password_hash.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/connection.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

#include "nsctl_shell.h"

namespace natscreds::test {
namespace {

using nsctl::test::contains;
using support::Outcome;

void write(const std::filesystem::path& file, std::string_view text) {
    std::ofstream(file) << text << '\n';
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_CASE("examples/verify: it says what a user may do, and that a revoked user may nothing") {
    const nsctl::test::Shell shell;
    (void)shell.out(
        "nsctl add operator KO && nsctl add account KUBECON && "
        "nsctl add user wallyqs --allow-pub 'chat.>' --allow-sub 'news.*' && nsctl generate creds -n wallyqs "
        "-o w.creds");
    const std::string verify = support::program("example_verify") +
                               " $(find nsc -name KO.jwt) $(find nsc -name KUBECON.jwt) w.creds";
    CHECK(shell.out(verify) == "wallyqs of KUBECON\nmay publish on chat.>\nmay subscribe to news.*\n");
    (void)shell.out("nsctl revocations add-user -n wallyqs");
    const Outcome revoked = shell(verify);
    CHECK(revoked.exit_code == 1);
    CHECK(contains(revoked.err, "revoked"));
}

bus::ConnectionOptions as(const support::NatsServer& server, const std::string& user,
                          const std::string& password) {
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    options.user = user;
    options.password = base::Secret::copy_of(base::as_bytes(password));
    return options;
}

TEST_CASE("examples/callout: it lets in who knows the password, to the own subjects alone") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    // Servers have callouts since 2.10.
    if (binary.version.starts_with("2.9.")) return;
    const support::TempDir folder;
    base::SystemRandom random;
    const auto issuer = nkeys::SigningKey::generate(nkeys::Kind::account, random).value();
    write(folder / "issuer.nk", base::as_text(issuer.seed_text().expose()));
    write(folder / "hash", base::hash_password(base::as_bytes(std::string_view("open sesame"))).value());
    const support::NatsServer server(
        binary,
        {.config =
             "accounts { AUTH: { users: [ { user: callout, password: \"callout's own\" } ] }, APP: {} }\n"
             "authorization { auth_callout { issuer: " +
             issuer.public_key().text() + ", auth_users: [ callout ], account: AUTH } }\n"});
    support::Process callout(
        {.argv = {support::program("example_callout"), "APP", (folder / "issuer.nk").string(),
                  (folder / "hash").string()},
         .environment = {
             {"NATS_URL", server.url()}, {"NATS_USER", "callout"}, {"NATS_PASSWORD", "callout's own"}}});
    callout.wait_for_output("serving", support::default_timeout);

    base::Result<bus::Connection> ann = bus::Connection::open(as(server, "ann", "open sesame"));
    REQUIRE(ann);
    CHECK(ann->publish("ann.says", "hello"));
    CHECK(ann->flush(support::default_timeout));
    CHECK(ann->publish("bob.says", "hello"));
    CHECK(ann->flush(support::default_timeout).error().code == bus::Errc::permission_denied);
    CHECK(bus::Connection::open(as(server, "ann", "guess")).error().code == bus::Errc::not_authorized);
    CHECK(bus::Connection::open(as(server, "*", "open sesame")).error().code == bus::Errc::not_authorized);
}

}  // namespace
}  // namespace natscreds::test
