// The configuration in conf/kubernetes is one that the service takes.
#include <algorithm>
#include <sstream>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/service/configuration.h>
#include <support/programs.h>

using namespace natscreds;

namespace {

/// The text of a key of a ConfigMap's data, which stands there with four spaces before each line.
std::string data_of(const std::string& manifest, const std::string& key) {
    std::istringstream lines(manifest);
    std::string line;
    while (std::getline(lines, line) && line != "  " + key + ": |") {
    }
    std::string text;
    while (std::getline(lines, line) && (line.empty() || line.starts_with("    ")))
        text += line.substr(std::min<std::size_t>(line.size(), 4)) + "\n";
    return text;
}

}  // namespace

TEST_CASE("Kubernetes: the service takes the configuration of its manifest") {
    const std::string manifest =
        support::read_text(support::source_root() + "/conf/kubernetes/provisioner/configuration.yaml");
    const std::string text = data_of(manifest, "provisioner.toml");
    const auto read = provisioner::parse_configuration(text, "/etc/natscreds/provisioner.toml");
    if (!read) FAIL(read.error().message());
    REQUIRE(read->kubernetes);
    CHECK(read->kubernetes->audience == "nats://example-nats.nats-io.svc");
    REQUIRE(read->service_roles);
    CHECK(read->service_roles->cluster == "example-nats");
    CHECK(read->callout);
    CHECK(read->ledger.kind == provisioner::LedgerConfiguration::Kind::jetstream);
    CHECK(read->http == "0.0.0.0:9464");
}
