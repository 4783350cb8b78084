// A Deployment behind one name, as conf/kubernetes/pods/keep-renewed.yaml has it: pods of one ServiceAccount, each with a
// sidecar and a key of its own, replaced one by one.
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/jwt/creds.h>
#include <support/cluster.h>
#include <support/deployment.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/test_data.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::command;
using support::eventually;
using support::Process;

constexpr int replicas = 3;

/// The service, a cluster whose tokens it believes, and the pods of a Deployment.
class Scene {
  public:
    explicit Scene(const support::ServerBinary& binary) : chat_(binary, 1) {
        chat_.start_copy("west", {.root = {}, .more = role(), .ttl = "1h"});
    }

    /// Starts the sidecar of a new pod.
    int start_pod() {
        const int pod = next_++;
        const std::string name = "pod-" + std::to_string(pod);
        const auto& folder = chat_.tree.folder();
        const std::string token = cluster_->token(
            {.service_account = "nats-io/nats-user", .audience = "nats", .bound_to = "Pod/x"});
        pods_[pod] = std::make_unique<Process>(command(
            "nats-req",
            {"-s", chat_.server.url(), "--creds", chat_.tree.creds("requester-0"), "--default-name", "--role",
             "backend", "--expect-account", chat_.tree.orders().text(), "--identity",
             "kubernetes=" + folder.write(name + ".token", token).string(), "-o",
             (folder / (name + ".creds")).string(), "--keep-renewed", "--ready-file", ready(pod).string()}));
        return pod;
    }
    [[nodiscard]] bool is_ready(int pod) const { return std::filesystem::exists(ready(pod)); }
    [[nodiscard]] std::string said(int pod) const { return pods_.at(pod)->err(); }
    void stop_pod(int pod) {
        CHECK(pods_.at(pod)->stop().exit_code == 0);
        pods_.erase(pod);
    }

    /// As maxSurge 1 and maxUnavailable 0 say.
    void roll_over() {
        std::set<int> old;
        for (const auto& [pod, sidecar] : pods_)
            old.insert(pod);
        for (const int pod : old) {
            const int next = start_pod();
            REQUIRE(eventually([&] { return is_ready(next); }));
            stop_pod(pod);
        }
    }

    [[nodiscard]] std::string audit() const { return support::read_text(chat_.tree.folder() / "west.jsonl"); }

  private:
    [[nodiscard]] std::filesystem::path ready(int pod) const {
        return chat_.tree.folder() / ("pod-" + std::to_string(pod) + ".ready");
    }
    [[nodiscard]] std::string role() const {
        return support::unlimited + support::audited("west") + "[identity.kubernetes]\nissuer = \"" +
               cluster_->issuer() + "\"\naudience = \"nats\"\ncheck = \"offline\"\napi_server = \"" +
               cluster_->issuer() + "\"\nca = \"" + cluster_->ca() + "\"\ntoken = \"" +
               cluster_->own_token_file() +
               "\"\n[roles.backend]\naccount = \"ORDERS.jwt\"\nsigning_key = \"orders.nk\"\nttl = \"1h\"\n"
               "renewable = true\nservice_accounts = [\"nats-io/nats-user\"]\n"
               "names = [\"{{service_account}}\"]\ndefault_name = \"{{service_account}}\"\nholders = 9\n"
               "publish = [\"orders.>\", \"chat.req.renew.{{subject()}}\"]\n"
               "subscribe = [\"_INBOX_.{{subject()}}.>\", \"orders.>\"]\n";
    }

    std::unique_ptr<support::Cluster> cluster_ = support::recorded_cluster();
    support::Deployment chat_;
    int next_ = 0;
    std::map<int, std::unique_ptr<Process>> pods_;
};

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

}  // namespace

TEST_CASE(
    "Replicas: three behind one name are rolled out twice without a refusal; one too many waits its turn") {
    Scene scene(GENERATE(from_range(support::nats_servers())));
    for (int i = 0; i < replicas; ++i) {
        const int pod = scene.start_pod();
        REQUIRE(eventually([&] { return scene.is_ready(pod); }));
    }
    scene.roll_over();
    scene.roll_over();
    const std::string audit = scene.audit();
    CHECK(count(audit, "\"event\":\"issued\"") == 3 * replicas);
    CHECK(count(audit, "\"owner\":\"kubernetes:nats-io/nats-user\"") == 3 * replicas);
    CHECK(count(audit, "\"event\":\"refused\"") == 0);

    const int tenth = scene.start_pod();
    CHECK(eventually([&] { return scene.said(tenth).find("name_full") != std::string::npos; }));
    CHECK_FALSE(scene.is_ready(tenth));
    scene.stop_pod(tenth);
}

}  // namespace natscreds
