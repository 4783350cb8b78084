// The callout over a gateway, and at a leaf node, whose server asks nobody but a copy of its own.
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/callout_tree.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

namespace natscreds {
namespace {

using namespace support;

struct Way {
    std::string version;
    WayIn way;
    Sealed sealed = Sealed::no;
};

const std::string policy_rest =
    "[roles.reader]\nsigning_key = \"users.nk\"\nttl = \"1h\"\npublish = [\"news.>\"]\nsubscribe = "
    "[\"news.>\", "
    "\"_INBOX_.{{subject()}}.>\"]\n[ledger]\nstore = \"sqlite:ledger.db\"\n[identity.password]\nfile = "
    "\"users\"\n"
    "[[identity.password.rule]]\nwhen = { user = \"*\" }\nrole = \"reader\"\nname = \"{{claim(user)}}\"\n";

/// The port that a server says it listens on for such connections ("gateways", "leafnode").
std::string port_of(const NatsServer& server, const std::string& what) {
    const std::string log = server.log();
    const std::string before = "Listening for " + what + " connections on ";
    const std::size_t line = log.find(before);
    REQUIRE(line != std::string::npos);
    const std::size_t colon = log.find(':', line + before.size());
    return log.substr(colon + 1, log.find_first_not_of("0123456789", colon + 1) - colon - 1);
}

std::string with(std::string text, const std::string& what, const std::string& instead) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), instead);
}

/// A tree with the users ann and bob, whose service is configured for one server or another.
class Users {
  public:
    explicit Users(const Way& way) : tree(way.way, way.sealed) {}

    /// The command line of a program of the service that is to ask this server.
    [[nodiscard]] Command provisioner(const NatsServer& server, std::vector<std::string> words = {}) const {
        const auto written = tree.write_policy({.server = server.url(), .rest = policy_rest});
        const std::string copy = std::to_string(server.pid());
        const auto own =
            tree.folder().write("policy-" + copy + ".toml",
                                with(read_text(written), "provisioner.jsonl", "audit-" + copy + ".jsonl"));
        words.insert(words.begin(), {"--config", own.string()});
        return command("nats-provisioner", words);
    }
    void add(const NatsServer& server, const std::string& user) const {
        Command line = provisioner(server, {"password", "add", user});
        line.input = "pw\n";
        REQUIRE(run(line).exit_code == 0);
    }
    [[nodiscard]] Command client(const std::string& program, const NatsServer& server,
                                 const std::string& login, std::vector<std::string> words) const {
        const std::string host = server.address();
        words.insert(words.begin(), {"-s", "nats://" + login + "@" + host});
        if (!tree.sentinel_creds().empty()) words.insert(words.end(), {"--creds", tree.sentinel_creds()});
        return command(program, words);
    }

    CalloutTree tree;
};

constexpr int not_authorized = 5;

}  // namespace

TEST_CASE("Callout: a client of another cluster is decided on over the gateway, and its connection ended") {
    const Way way =
        GENERATE(Way{"2.10.27", WayIn::configuration}, Way{"2.10.27", WayIn::sentinel_creds, Sealed::yes},
                 Way{"2.15.1", WayIn::default_sentinel, Sealed::yes});
    CAPTURE(way.version, way.way);
    const Users users(way);
    const std::string config = users.tree.server_config();
    const NatsServer west(
        nats_server_of(way.version),
        {.config = config + "server_name: west\ngateway { name: west, listen: \"127.0.0.1:-1\" }\n"});
    const NatsServer east(nats_server_of(way.version),
                          {.config = config +
                                     "server_name: east\ngateway { name: east, listen: \"127.0.0.1:-1\", "
                                     "gateways: [ { name: west, url: \"nats://127.0.0.1:" +
                                     port_of(west, "gateways") + "\" } ] }\n"});
    users.add(west, "ann");
    users.add(west, "bob");
    Process service(users.provisioner(west));
    service.wait_for_output("serving $SYS.REQ.USER.AUTH");

    // The servers find each other in their own time.
    REQUIRE(eventually([&] {
        return run(users.client("nats-pub", east, "bob:pw", {"news.x", "early"})).exit_code == 0;
    }));
    Process ann(users.client("nats-sub", east, "ann:pw", {"news.>"}));
    ann.wait_for_output("listening on news.>");
    CHECK(run(users.client("nats-sub", east, "ann:wrong", {"news.>"})).exit_code == not_authorized);
    CHECK(run(users.client("nats-sub", east, "ann:pw", {"other"})).exit_code == not_authorized);
    REQUIRE(run(users.client("nats-pub", west, "bob:pw", {"news.west", "from the west"})).exit_code == 0);
    ann.wait_for_output("from the west");

    REQUIRE(run(users.provisioner(west, {"deny", "name", "ann"})).exit_code == 0);
    ann.wait_for_output("disconnected");
    REQUIRE(run(users.provisioner(west, {"allow", "name", "ann"})).exit_code == 0);
    ann.wait_for_output("reconnected");
    CHECK(service.stop().exit_code == 0);
}

TEST_CASE(
    "Callout: a leaf node's clients are let in by a copy of its own, and by none behind the leaf "
    "connection") {
    const std::string version = GENERATE("2.10.27", "2.15.1");
    CAPTURE(version);
    const Users users({version, WayIn::configuration});
    // Leaf connections are those of APP's own user.
    std::string config =
        with(users.tree.server_config(), "APP {}", "APP { users: [ {user: leaf, password: leaf} ] }");
    config = with(config, "[ auth, sys ]", "[ auth, sys, leaf ]");
    const NatsServer hub(nats_server_of(version),
                         {.config = config + "server_name: hub\nleafnodes { listen: \"127.0.0.1:-1\" }\n"});
    // Who is not asked for an answer has to say no in time for this test.
    const std::string hasty = with(config, "timeout: 20", "timeout: 2");
    const NatsServer leaf(nats_server_of(version),
                          {.config = hasty +
                                     "server_name: leaf\nleafnodes { remotes: [ { url: "
                                     "\"nats-leaf://leaf:leaf@127.0.0.1:" +
                                     port_of(hub, "leafnode") + "\", account: APP } ] }\n"});
    users.add(hub, "ann");
    users.add(hub, "bob");
    Process behind(users.provisioner(hub));
    behind.wait_for_output("serving $SYS.REQ.USER.AUTH");
    CHECK(run(users.client("nats-sub", leaf, "ann:pw", {"news.>"})).exit_code != 0);

    Process own(users.provisioner(leaf));
    own.wait_for_output("serving $SYS.REQ.USER.AUTH");
    // Two seconds are little on a machine that is busy with other tests.
    REQUIRE(eventually([&] {
        return run(users.client("nats-pub", leaf, "bob:pw", {"news.x", "early"})).exit_code == 0;
    }));
    Process ann(users.client("nats-sub", leaf, "ann:pw", {"news.>"}));
    ann.wait_for_output("listening on news.>");
    REQUIRE(run(users.client("nats-pub", hub, "bob:pw", {"news.hub", "from the hub"})).exit_code == 0);
    ann.wait_for_output("from the hub");
    CHECK(run(users.client("nats-sub", leaf, "ann:wrong", {"news.>"})).exit_code == not_authorized);
    REQUIRE(run(users.provisioner(leaf, {"deny", "name", "ann"})).exit_code == 0);
    ann.wait_for_output("disconnected");
    CHECK(own.stop().exit_code == 0);
    CHECK(behind.stop().exit_code == 0);
    CHECK(behind.err().find("name=ann") == std::string::npos);
}

}  // namespace natscreds
