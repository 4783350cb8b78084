#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/servers/resolver_config.h>
#include <natscreds/bus/connection.h>
#include <support/nats_server.h>
#include <support/temp_dir.h>
#include <support/test_data.h>

using namespace natscreds;
using accounts::Name;

namespace {

Name name(const char* text) {
    return Name::parse(text).value();
}

/// A tree made here and now: operator KO with its system account, and account KUBECON with a signing key.
class NewTree {
  public:
    NewTree() {
        accounts::NewOperator wanted;
        wanted.extras = accounts::Extras::signing_key | accounts::Extras::system_account;
        REQUIRE(accounts::create_operator(tree_, std::move(wanted)));
        REQUIRE(accounts::create_account(
            tree_,
            {.name = name("KUBECON"), .key = {}, .signer = "", .validity = {}, .default_permissions = {}}));
        const auto key = nkeys::SigningKey::generate(nkeys::Kind::account, random_).value();
        REQUIRE(keys_.store(key));
        signing_key_ = key.public_key().text();
        REQUIRE(accounts::edit_account(tree_,
                                       {.account = name("KUBECON"), .signer = "", .change = [&](auto& draft) {
                                            draft.claims.signing_keys.emplace(signing_key_, std::nullopt);
                                            return base::Status();
                                        }}));
    }

    [[nodiscard]] std::string config() const {
        return accounts::memory_resolver_config(store_, std::nullopt).value();
    }

    /// A new user of KUBECON, signed by its signing key.
    jwt::Credentials add_user() {
        const auto created = accounts::create_user(tree_, {.account = name("KUBECON"),
                                                           .name = name("chat-access"),
                                                           .key = {},
                                                           .signer = signing_key_,
                                                           .validity = {},
                                                           .claims = {}});
        return jwt::Credentials::load(created.value().creds.value()).value();
    }

    [[nodiscard]] jwt::Credentials system_user() const {
        return accounts::user_credentials(store_, keys_, {name("SYS"), name("sys")}).value();
    }

  private:
    support::TempDir folder_;
    base::SystemClock clock_;
    base::SystemRandom random_;
    accounts::Store store_ =
        accounts::Store::create(folder_ / "stores", name("KO"), accounts::Management::here).value();
    accounts::KeyStore keys_{folder_ / "keys"};
    accounts::Tree tree_{store_, keys_, clock_, random_};
    std::string signing_key_;
};

base::Status connected(const support::NatsServer& server, jwt::Credentials credentials) {
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    options.credentials = std::move(credentials);
    const auto connection = bus::Connection::open(std::move(options));
    return connection ? base::Status() : base::Status(connection.error());
}

}  // namespace

TEST_CASE("Memory resolver: every nats-server starts with a tree that was made here, and lets its users in") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    NewTree tree;
    const support::NatsServer server(binary, {.config = tree.config()});
    REQUIRE(connected(server, tree.system_user()));
    REQUIRE(connected(server, tree.add_user()));
    REQUIRE_FALSE(connected(server, NewTree().add_user()));
}

TEST_CASE(
    "Memory resolver: every nats-server starts with the configuration of nsc's store, and lets its users "
    "in") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const auto store = accounts::Store::open(support::test_data("nsc-store/stores"), name("KO")).value();
    const support::NatsServer server(
        binary, {.config = accounts::memory_resolver_config(store, name("SYS")).value()});
    const auto creds = [](const char* user) {
        return jwt::Credentials::load(support::test_data("nsc-store/keys/creds/KO") / user).value();
    };
    REQUIRE(connected(server, creds("KUBECON/chat-access.creds")));
    REQUIRE(connected(server, creds("KUBECON/scoped.creds")));
    REQUIRE(connected(server, creds("SYS/sys.creds")));
    REQUIRE_FALSE(connected(server, creds("KUBECON/gone.creds")));
}
