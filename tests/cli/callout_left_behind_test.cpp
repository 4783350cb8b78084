// What changes while no copy of the service is there counts as soon as the first one is back.
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/callout_tree.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

using namespace natscreds;
using namespace natscreds::support;

namespace {

struct Way {
    std::string version;
    WayIn way;
};

std::string roles_signed_by(const std::string& key) {
    return "[roles.reader]\nsigning_key = \"" + key +
           "\"\nttl = \"1h\"\nsubscribe = [\"read.{{name()}}\", "
           "\"_INBOX_.{{subject()}}.>\"]\n[ledger]\nstore = \"sqlite:ledger.db\"\n[identity.password]\nfile "
           "= "
           "\"users\"\n";
}

std::string rule(const std::string& users) {
    return "[[identity.password.rule]]\nwhen = { user = [" + users +
           "] }\nrole = \"reader\"\nname = "
           "\"u-{{claim(user)}}\"\n";
}

/// A server, and users of a password file.
class Scene {
  public:
    explicit Scene(const Way& way)
        : tree_(way.way, Sealed::no),
          server_(nats_server_of(way.version), {.config = tree_.server_config()}) {}

    [[nodiscard]] Command provisioner(const std::string& rules, std::vector<std::string> words,
                                      const std::string& key = "users.nk") const {
        const auto file = tree_.write_policy({.server = server_.url(), .rest = roles_signed_by(key) + rules});
        words.insert(words.begin(), {"--config", file.string()});
        return command("nats-provisioner", words);
    }
    void add_user(const std::string& rules, const std::string& user) const {
        Command line = provisioner(rules, {"password", "add", user});
        line.input = "pw\n";
        REQUIRE(run(line).exit_code == 0);
    }
    [[nodiscard]] Command subscriber(const std::string& user) const {
        const std::string host = server_.address();
        std::vector<std::string> words{"-s", "nats://" + user + ":pw@" + host, "read.u-" + user};
        if (!tree_.sentinel_creds().empty()) words.insert(words.end(), {"--creds", tree_.sentinel_creds()});
        return command("nats-sub", words);
    }

  private:
    CalloutTree tree_;
    NatsServer server_;
};

}  // namespace

TEST_CASE(
    "Callout: whoever lost rule, password or name while every copy was down is disconnected when one is "
    "back") {
    const Way way = GENERATE(Way{"2.10.27", WayIn::configuration}, Way{"2.10.27", WayIn::sentinel_creds},
                             Way{"2.15.1", WayIn::default_sentinel});
    CAPTURE(way.version, way.way);
    const Scene scene(way);
    const std::string before = rule("\"ann\", \"bob\", \"zoe\"") + rule("\"svc-*\"");
    for (const char* user : {"ann", "bob", "zoe", "svc-1"})
        scene.add_user(before, user);
    Process first(scene.provisioner(before, {}));
    first.wait_for_output("serving $SYS.REQ.USER.AUTH");
    Process ann(scene.subscriber("ann"));
    Process bob(scene.subscriber("bob"));
    Process zoe(scene.subscriber("zoe"));
    Process service_user(scene.subscriber("svc-1"));
    for (Process* const client : {&ann, &bob, &zoe, &service_user})
        client->wait_for_output("listening on");
    first.signal(SIGKILL);
    (void)first.wait();

    // A rule goes, a user of the file, and a name.
    const std::string after = rule("\"ann\", \"bob\", \"zoe\"");
    REQUIRE(run(scene.provisioner(after, {"password", "remove", "bob"})).exit_code == 0);
    REQUIRE(run(scene.provisioner(after, {"deny", "name", "u-zoe"})).exit_code == 0);
    Process second(scene.provisioner(after, {}));
    for (Process* const client : {&bob, &zoe, &service_user})
        client->wait_for_output("disconnected");
    second.wait_for_output("asked a server to end a connection of u-svc-1");
    // They come back as little as anybody else.
    second.wait_for_output("denied");
    CHECK(ann.err().find("disconnected") == std::string::npos);
    CHECK(ann.running());
    CHECK(second.err().find("u-ann") == std::string::npos);
    CHECK(second.stop().exit_code == 0);
}

TEST_CASE(
    "Callout: users of another callout, whose JWTs another key of the account has signed, stay when a "
    "service "
    "starts") {
    const Way way = GENERATE(Way{"2.10.27", WayIn::sentinel_creds}, Way{"2.15.1", WayIn::default_sentinel});
    CAPTURE(way.version, way.way);
    const Scene scene(way);
    const auto let_in = [&](const std::string& user, const std::string& key) {
        scene.add_user(rule("\"" + user + "\""), user);
        Process service(scene.provisioner(rule("\"" + user + "\""), {}, key));
        service.wait_for_output("serving $SYS.REQ.USER.AUTH");
        auto client = std::make_unique<Process>(scene.subscriber(user));
        client->wait_for_output("listening on");
        service.signal(SIGKILL);
        (void)service.wait();
        return client;
    };
    const auto others_user = let_in("zoe", "others.nk");
    const auto own_user = let_in("bob", "users.nk");

    // Its rules give neither name.
    Process service(scene.provisioner(rule("\"ann\""), {}));
    own_user->wait_for_output("disconnected");
    service.wait_for_output("asked a server to end a connection of u-bob");
    CHECK(service.stop().exit_code == 0);
    CHECK(others_user->err().find("disconnected") == std::string::npos);
    CHECK(service.err().find("u-zoe") == std::string::npos);
}
