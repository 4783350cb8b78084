// conf/kubernetes/chart: values for the NATS chart, as far as they can be looked at without Helm; and the scripts that
// fill in addresses, against an API server with nodes.
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/certificates.h>
#include <support/kubernetes_server.h>
#include <support/nats_server.h>
#include <support/programs.h>
#include <support/test_data.h>
#include <support/trust_tree.h>

#include <nlohmann/json.hpp>
#include "../cli/tls_server.h"

using namespace natscreds;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
using support::KubernetesServer;

namespace {

const std::string folder_of_values = support::source_root() + "/conf/kubernetes/chart/";

/// A kind of which any text of YAML can be an object, so that kubectl turns it into JSON.
constexpr auto any_object = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: anythings.tests.natscreds}
spec:
  group: tests.natscreds
  names: {kind: Anything, plural: anythings}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
)";

constexpr auto nodes = R"(
apiVersion: v1
kind: Node
metadata: {name: one}
status:
  addresses: [{type: InternalIP, address: 10.0.0.1}, {type: ExternalIP, address: 164.90.192.194}]
---
apiVersion: v1
kind: Node
metadata: {name: two}
status:
  addresses: [{type: ExternalIP, address: "2001:db8::2"}, {type: InternalIP, address: 10.0.0.2}]
---
apiVersion: v1
kind: Node
metadata: {name: inside}
status: {addresses: [{type: InternalIP, address: 10.0.0.3}]}
)";

json as_json(const KubernetesServer& server, const std::string& yaml) {
    json object = json::parse(
        server.kubectl({"create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-"},
                       "apiVersion: tests.natscreds/v1\nkind: Anything\nmetadata: {name: it}\n" + yaml));
    for (const char* key : {"apiVersion", "kind", "metadata"})
        object.erase(key);
    return object;
}

json values_of(const KubernetesServer& server, const std::string& file) {
    return as_json(server, support::read_text(folder_of_values + file));
}

// ---- the keys that the chart knows

std::set<std::string> known_keys() {
    std::set<std::string> keys;
    std::istringstream lines(support::read_test_data("kubernetes/chart-keys.txt"));
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("#")) keys.insert(line);
    return keys;
}

/// The values whose keys the chart does not know.
std::string unknown_keys(const json& values, const std::set<std::string>& known,
                         const std::string& below = "") {
    std::string unknown;
    for (const auto& [key, value] : values.items()) {
        const std::string path = below + key;
        if (known.contains(path) || known.contains(path + ".*")) continue;
        unknown += value.is_object() ? unknown_keys(value, known, path + ".") : path + "\n";
    }
    return unknown;
}

// ---- the server's configuration, as the chart's own tests show that it comes of the values

json with_changes(json block, const json& values) {
    block.merge_patch(values.value("merge", json::object()));
    return block.patch(values.value("patch", json::array()));
}

/// A listener's block: its port, and its TLS when that is on.
json listener(const json& values, const std::string& protocol) {
    const json given = values["config"].value(protocol, json::object());
    json block = {{"port", given.value("port", 0)}};
    if (!given.contains("tls")) return block;
    const std::string certificates = "/etc/nats-certs/" + protocol + "/";
    const json tls = {{"cert_file", certificates + "tls.crt"},
                      {"key_file", certificates + "tls.key"},
                      {"ca_file", "/etc/nats-ca-cert/ca.crt"}};
    block["tls"] = with_changes(tls, given["tls"]);
    return block;
}

/// An include is a directive, and no key with a value.
std::string with_includes(const std::string& conf) {
    std::istringstream lines(conf);
    std::string text;
    for (std::string line; std::getline(lines, line); text += line + "\n") {
        const std::size_t key = line.find("$include\": \"");
        if (key == std::string::npos) continue;
        const std::size_t file = key + std::string("$include\": \"").size();
        line = "include " + line.substr(file, line.find('"', file) - file) + ";";
    }
    return text;
}

std::string server_conf(const json& values) {
    json conf = listener(values, "nats");
    conf["server_name"] = "one";
    for (const char* protocol : {"cluster", "gateway", "leafnodes"}) {
        if (!values["config"].contains(protocol)) continue;
        json block = listener(values, protocol);
        if (std::string(protocol) != "leafnodes") block["name"] = "nats";
        conf[protocol] = with_changes(block, values["config"][protocol]);
    }
    return with_includes(with_changes(conf, values["config"]).dump(2));
}

/// The files that the chart mounts, below a folder instead of /etc.
class Mounts {
  public:
    explicit Mounts(const support::Certificates& certificates) {
        for (const char* protocol : {"nats", "cluster", "leafnodes"}) {
            copy(certificates.file("leaf.pem"), std::string("nats-certs/") + protocol + "/tls.crt");
            copy(certificates.file("leaf-key.pem"), std::string("nats-certs/") + protocol + "/tls.key");
        }
        copy(certificates.file("ca.pem"), "nats-ca-cert/ca.crt");
        folder_.write("nats-accounts/resolver.conf", trust_.config());
        folder_.write("nats-users/users.conf",
                      R"(authorization { timeout: 5, users: [ { user: "CN=nats.io,OU=ACME" } ] })");
        std::filesystem::create_directory(folder_ / "nats-advertise");
    }

    [[nodiscard]] std::string advertise() const { return (folder_ / "nats-advertise").string(); }

    /// The server's configuration as a file.
    [[nodiscard]] std::filesystem::path written(const json& values, const std::string& name) const {
        const std::string conf =
            natscreds::test::replaced(server_conf(values), "/etc/", folder_.path().string() + "/");
        return folder_.write("nats-config/" + name, conf);
    }

    /// What every nats-server says that finds something wrong with the configuration.
    [[nodiscard]] std::string complaints(const json& values) const {
        const auto file = written(values, "nats.conf");
        std::string all;
        for (const support::ServerBinary& binary : support::nats_servers()) {
            const support::Outcome outcome = support::run({.argv = {binary.path, "-t", "-c", file}});
            if (outcome.exit_code != 0) all += binary.version + ": " + outcome.err;
        }
        return all;
    }

  private:
    void copy(const std::string& from, const std::string& to) const {
        folder_.write(to, support::read_text(from));
    }

    support::TempDir folder_;
    support::TrustTree trust_;
};

/// The two clusters' servers find each other, each by the other's certificate.
void check_link(const Mounts& mounts, json broker_values, json leaf_values) {
    const support::ServerBinary binary = support::nats_servers().back();
    broker_values["config"]["leafnodes"]["port"] = -1;
    const support::NatsServer broker(binary, {.config_file = mounts.written(broker_values, "broker.conf")});
    leaf_values["config"]["leafnodes"]["merge"]["remotes"][0]["url"] =
        "tls://127.0.0.1:" + natscreds::test::port_for(broker, "leafnode connections");
    const support::NatsServer leaf(binary, {.config_file = mounts.written(leaf_values, "leaf.conf")});
    const bool linked = support::eventually(
        [&] { return leaf.log().find("Leafnode connection created") != std::string::npos; });
    CAPTURE(broker.log(), leaf.log());
    CHECK(linked);
    CHECK(leaf.log().find("Listening for leafnode connections") == std::string::npos);
}

// ---- the scripts

support::Outcome run_script(const KubernetesServer& server, const std::string& name,
                            const std::vector<std::string>& words, const std::string& node = "") {
    support::Command command{.argv = {support::source_root() + "/conf/kubernetes/" + name},
                             .environment = server.environment()};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    if (!node.empty()) command.environment["NODE_NAME"] = node;
    return support::run(command);
}

void check_addresses(const KubernetesServer& server) {
    const support::Outcome none = run_script(server, "fill-addresses", {"sfo2"});
    CHECK(none.exit_code == 1);
    CHECK(none.out.empty());
    CHECK_THAT(none.err, ContainsSubstring("no node of sfo2 has an address of the type ExternalIP"));
    server.kubectl({"create", "-f", "-"}, nodes);
    const support::Outcome found = run_script(server, "fill-addresses", {"sfo2", "ams3"});
    CHECK(found.err.empty());
    const json urls = {"nats://164.90.192.194:7522", "nats://[2001:db8::2]:7522"};
    const json gateways = {{{"name", "sfo2"}, {"urls", urls}}, {{"name", "ams3"}, {"urls", urls}}};
    CHECK(as_json(server, found.out)["config"]["gateway"]["merge"]["gateways"] == gateways);
    const auto inside =
        run_script(server, "fill-addresses", {"--type", "InternalIP", "--port", "7222", "sfo2"});
    CHECK_THAT(inside.out, ContainsSubstring("nats://10.0.0.3:7222"));
    const support::Outcome unknown = run_script(server, "fill-addresses", {"sfo2", "nowhere"});
    CHECK(unknown.exit_code == 1);
    CHECK(unknown.out.empty());
    CHECK_THAT(unknown.err, ContainsSubstring("the nodes of nowhere cannot be listed"));
}

void check_advertised(const KubernetesServer& server, const Mounts& mounts) {
    CHECK(run_script(server, "advertise", {mounts.advertise()}, "inside").exit_code == 1);
    CHECK(run_script(server, "advertise", {mounts.advertise()}, "two").exit_code == 0);
    CHECK(support::read_text(mounts.advertise() + "/client.conf") ==
          "client_advertise: \"[2001:db8::2]:4222\"\n");
    CHECK(run_script(server, "advertise", {mounts.advertise()}, "one").exit_code == 0);
    CHECK(support::read_text(mounts.advertise() + "/gateway.conf") == "advertise: \"164.90.192.194:7522\"\n");
}

}  // namespace

TEST_CASE(
    "Chart: it knows every key of the values, servers take what comes of them, and nodes give the "
    "addresses") {
    const KubernetesServer server;
    server.apply(any_object);
    for (const char* region : {"sfo2", "sgp1", "ams3"})
        server.kubectl({"config", "set-context", region, "--cluster=test", "--user=admin"});
    check_addresses(server);
    const support::Certificates certificates;
    const Mounts mounts(certificates);
    check_advertised(server, mounts);

    std::map<std::string, json> values;
    for (const auto& entry : std::filesystem::directory_iterator(folder_of_values))
        values[entry.path().filename()] = values_of(server, entry.path().filename());
    const std::set<std::string> known = known_keys();
    for (const auto& [file, content] : values) {
        CAPTURE(file);
        CHECK(unknown_keys(content, known) == "");
    }
    CHECK(unknown_keys({{"config", {{"gateways", {{"port", 1}}}}}}, known) == "config.gateways.port\n");

    json region = values["super-cluster.yaml"];
    region.merge_patch(as_json(server, run_script(server, "fill-addresses", {"sfo2", "sgp1", "ams3"}).out));
    region["config"]["cluster"]["merge"]["name"] = "sfo2";
    region["config"]["gateway"]["merge"]["name"] = "sfo2";
    CHECK(mounts.complaints(region) == "");
    for (const char* file :
         {"example-nats.yaml", "k3s-tls.yaml", "broker.yaml", "leaf.yaml", "tls-cluster.yaml"}) {
        CAPTURE(file);
        CHECK(mounts.complaints(values[file]) == "");
    }
    check_link(mounts, values["broker.yaml"], values["leaf.yaml"]);
    json meshed = values["leaf.yaml"];
    meshed.merge_patch(values["linkerd-leaf.yaml"]);
    CHECK(mounts.complaints(meshed) == "");
    region["config"]["gateway"]["merge"]["gateway"] = "sfo2";
    CHECK(mounts.complaints(region) != "");
}
