// The write-up's scene with the programs as they are: a cluster, a server, the service, and a pod's command line.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <support/callout_tree.h>
#include <support/cluster.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

using namespace natscreds;
using namespace natscreds::support;

namespace {

std::string role_of(const std::string& account, const std::string& subscribe) {
    return "apiVersion: nats.io/v1alpha2\nkind: NatsServiceRole\nmetadata:\n  name: " + account +
           "\n  namespace: nats-io\n  labels: { nats_cluster: example-nats }\nspec:\n  permissions:\n"
           "    publish: [\"foo.*\"]\n    subscribe: [" +
           subscribe + "]\n";
}

/// Everything that the write-up has, and the token in a file as a pod has it.
class Scene {
  public:
    Scene()
        : cluster_(recorded_cluster()),
          tree_(WayIn::default_sentinel, Sealed::yes),
          server_(nats_servers().back(), {.config = tree_.server_config()}) {
        tree_.folder().write("token",
                             cluster_->token({.service_account = "nats-io/nats-user", .audience = "nats"}));
        give("nats-user", "\"hello.world\"");
        give("nats-admin-user", "\">\"");
    }

    /// The service's command line with this before its configuration.
    [[nodiscard]] Command service(std::vector<std::string> words) const {
        const std::string identity = "issuer = \"" + cluster_->issuer() + "\"\napi_server = \"" +
                                     cluster_->issuer() + "\"\nca = \"" + cluster_->ca() + "\"\ntoken = \"" +
                                     cluster_->own_token_file() + "\"\n";
        words.insert(words.begin(), {"--config", tree_.write_policy(server_.url(), identity).string()});
        return command("nats-provisioner", words);
    }

    /// As the pod types it: `nats-sub -s nats://USER:$(cat token)@HOST SUBJECT`.
    [[nodiscard]] Command subscriber(const std::string& user, const std::string& subject) const {
        Command line = command("nats-sub", {});
        const std::string host = server_.address();
        line.argv = {
            "sh", "-c",
            "exec " + program("nats-sub") + " -s nats://" + user + ":$(cat token)@" + host + " " + subject};
        line.folder = tree_.folder().path();
        return line;
    }

    /// A file of another name, renamed: what is half written is not read.
    void give(const std::string& account, const std::string& subscribe) const {
        tree_.folder().write("new-role", role_of(account, subscribe));
        std::filesystem::rename(tree_.folder() / "new-role", tree_.roles() / (account + ".yaml"));
    }
    void take(const std::string& account) const {
        std::filesystem::remove(tree_.roles() / (account + ".yaml"));
    }

    [[nodiscard]] std::string audit() const { return read_text(tree_.folder() / "provisioner.jsonl"); }

  private:
    std::unique_ptr<Cluster> cluster_;
    CalloutTree tree_;
    NatsServer server_;
};

constexpr int not_authorized = 5;

}  // namespace

TEST_CASE(
    "nats-provisioner: a pod connects with its token as the write-up has it, until its role is taken away") {
    const Scene scene;
    const Outcome checked = run(scene.service({"--check"}));
    INFO(checked.err);
    CHECK(checked.exit_code == 0);
    CHECK(checked.out.find("ready to let ServiceAccounts into account A") != std::string::npos);

    Process service(scene.service({}));
    service.wait_for_output("serving $SYS.REQ.USER.AUTH");
    Process pod(scene.subscriber("nats-user", "hello.world"));
    pod.wait_for_output("listening on hello.world");
    CHECK(run(scene.subscriber("nats-admin-user", "hello.world")).exit_code == not_authorized);
    CHECK(run(scene.subscriber("nats-user", "greetings")).exit_code == not_authorized);

    scene.give("nats-user", "\"hello.world\", greetings");
    pod.wait_for_output("reconnected");
    Process greeted(scene.subscriber("nats-user", "greetings"));
    greeted.wait_for_output("listening on greetings");

    scene.take("nats-user");
    greeted.wait_for_output("disconnected");
    service.wait_for_output("reason=role_denied");
    CHECK(run(scene.subscriber("nats-user", "hello.world")).exit_code == not_authorized);
    CHECK(scene.audit().find(R"("event":"authorized")") != std::string::npos);
    CHECK(scene.audit().find(R"("reason":"role_denied")") != std::string::npos);
    CHECK(service.stop().exit_code == 0);
}

TEST_CASE(
    "nats-provisioner: a role that a callout lets nobody in with is named by --check, and when it comes") {
    const Scene scene;
    const std::string warning = "the callout lets nobody in as nats-io/";
    CHECK(run(scene.service({"--check"})).err.find(warning) == std::string::npos);
    scene.give("my.app", "greetings");
    const Outcome checked = run(scene.service({"--check"}));
    INFO(checked.err);
    CHECK(checked.exit_code == 0);
    CHECK(checked.err.find("warning: " + warning + "my.app: a name is 1 to 63 characters") !=
          std::string::npos);

    Process service(scene.service({}));
    service.wait_for_output(warning + "my.app");
    service.wait_for_output("serving $SYS.REQ.USER.AUTH");
    scene.give("2fa-service", "greetings");
    service.wait_for_output(warning + "2fa-service");
    CHECK(service.stop().exit_code == 0);
}
