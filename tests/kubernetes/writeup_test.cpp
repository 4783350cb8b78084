// The write-up's story of ServiceAccounts, with its manifests, its command and a real API server.
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/callout_tree.h>
#include <support/eventually.h>
#include <support/kubernetes_server.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

#include "../cli/tls_server.h"

using namespace natscreds;
using Catch::Matchers::ContainsSubstring;
using support::eventually;
using support::Outcome;

namespace {

const std::string manifests = support::source_root() + "/conf/kubernetes/";

constexpr auto name_space = R"(
apiVersion: v1
kind: Namespace
metadata: {name: nats-io}
)";

/// A cluster with what conf/kubernetes says of the service and of nats-user, a nats-server, and the service beside it,
/// which the API server knows as its ServiceAccount and lets do what that may.
class WriteUp {
  public:
    WriteUp() {
        cluster.apply(name_space);
        cluster.apply(support::read_text(manifests + "natsservicerole-crd.yaml"));
        cluster.kubectl({"wait", "--for=condition=established", "crd/natsserviceroles.nats.io"});
        for (const char* file :
             {"provisioner/rbac.yaml", "provisioner/tokens-in-secrets.yaml", "pods/nats-user.yaml"})
            cluster.apply(support::read_text(manifests + file));
        service_ = std::make_unique<support::Process>(
            support::command("nats-provisioner", {"--config", write_policy()}));
    }

    /// What the service keeps for nats-user; empty while there is none.
    [[nodiscard]] std::string token_in_secret() const {
        return cluster
            .try_kubectl({"-n", "nats-io", "get", "secret", "nats-user-example-nats-bound-token", "-o",
                          "go-template={{.data.token | base64decode}}"})
            .out;
    }

    /// `PROGRAM -s nats://USER:TOKEN@HOST WORDS`.
    [[nodiscard]] support::Command command(const std::string& program, const std::string& login,
                                           std::vector<std::string> words) const {
        const std::string host = server_.address();
        words.insert(words.begin(), {"-s", "nats://" + login + "@" + host});
        return support::command(program, words);
    }
    [[nodiscard]] Outcome run(const std::string& program, const std::string& login,
                              const std::vector<std::string>& words) const {
        return support::run(command(program, login, words));
    }

    [[nodiscard]] std::string log() const { return service_->err() + service_->out(); }

    support::KubernetesServer cluster;

  private:
    [[nodiscard]] std::string write_policy() const {
        const std::string own =
            cluster.token({.service_account = "nats-io/nats-provisioner", .audience = cluster.url()});
        const std::string token = tree_.folder().write("token", own).string();
        const auto file = tree_.write_policy(
            server_.url(), "issuer = \"" + cluster.url() +
                               "\"\ncheck = \"review\"\nbound_to = [\"Pod\", \"Secret\"]\napi_server = \"" +
                               cluster.url() + "\"\nca = \"" + cluster.ca() + "\"\ntoken = \"" + token +
                               "\"\n[tokens]\nlife = \"1h\"\n");
        std::string text = support::read_text(file);
        text =
            natscreds::test::replaced(text, "folder = \"roles\"", "watch = true\nnamespaces = [\"nats-io\"]");
        text = natscreds::test::replaced(text, "\"nats\"", "\"nats://example-nats.nats-io.svc\"");
        return tree_.folder().write("policy.toml", text).string();
    }

    support::CalloutTree tree_{support::WayIn::configuration, support::Sealed::no};
    support::NatsServer server_{support::nats_servers().back(), {.config = tree_.server_config()}};
    std::unique_ptr<support::Process> service_;
};

}  // namespace

TEST_CASE("Write-up: the Secret's token is nats-user and nobody else, and only while there is a role") {
    const WriteUp scene;
    const bool kept = eventually([&] { return !scene.token_in_secret().empty(); });
    INFO(scene.log());
    REQUIRE(kept);
    const std::string token = scene.token_in_secret();
    const std::string login = "nats-user:" + token;
    support::Process listener(scene.command("nats-sub", login, {"hello.world"}));
    listener.wait_for_output("listening on hello.world");

    CHECK(scene.run("nats-pub", login, {"foo.bar.quux", "hi"}).exit_code == 0);
    CHECK(scene.run("nats-pub", login, {"hello.world", "hi"}).exit_code != 0);
    CHECK_THAT(scene.run("nats-sub", login, {"hello.everybody"}).err,
               ContainsSubstring("Permissions Violation"));
    CHECK_THAT(scene.run("nats-sub", "nats-admin-user:" + token, {"hello.world"}).err,
               ContainsSubstring("Authorization Violation"));
    const std::string projected = scene.cluster.token({.service_account = "nats-io/nats-user",
                                                       .audience = "nats://example-nats.nats-io.svc",
                                                       .bound_to = "Pod/nats-user-pod-projected"});
    CHECK(scene.run("nats-pub", "nats-user:" + projected, {"foo.x", "hi"}).exit_code == 0);

    scene.cluster.kubectl({"-n", "nats-io", "delete", "natsservicerole", "nats-user"});
    listener.wait_for_output("disconnected");
    CHECK_THAT(scene.run("nats-pub", "nats-user:" + projected, {"foo.x", "hi"}).err,
               ContainsSubstring("Authorization Violation"));
    CHECK(eventually([&] { return scene.token_in_secret().empty(); }));
}
