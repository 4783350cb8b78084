#include "vouched_regions.h"

#include <csignal>
#include <fstream>

#include <catch2/catch_test_macros.hpp>

#include <support/programs.h>

namespace natscreds::test {
namespace {

std::string up_options(const VouchedRegions::Shape& shape, const support::VouchedTree& tree) {
    tree.write_store();
    return "--tls --jetstream --nodes " + std::to_string(shape.nodes) + " --tree " +
           tree.folder().path().string();
}

/// A name is its owner's for longer than credentials may be renewed without the bucket.
std::string policy(const std::string& region, int nodes) {
    return "[names]\ngrace = \"120s\"\n[ledger]\nstore = \"jetstream:names\"\nhome = \"sfo2\"\n"
           "max_offline = \"30s\"\nreplicas = " +
           std::to_string(nodes < 3 ? 1 : 3) + "\n[audit]\nfile = \"" + region + ".jsonl\"\n";
}

/// JetStream has to find its leaders first.
constexpr std::chrono::seconds start_deadline{40};

}  // namespace

VouchedRegions::VouchedRegions(const Shape& shape)
    : shape_(shape), tree_(shape.requesters), servers_(shell_, shape.server, up_options(shape, tree_)) {
    for (const std::string& region : regions)
        services_[region] = std::make_unique<support::Process>(service_command(region));
    for (const auto& [region, service] : services_)
        service->wait_for_output("serving ", start_deadline);
}

std::vector<std::string> VouchedRegions::nodes() const {
    std::vector<std::string> names;
    for (const std::string& region : regions) {
        for (int i = 1; i <= shape_.nodes; ++i)
            names.push_back(region + "-" + std::to_string(i));
    }
    return names;
}

support::Way VouchedRegions::from(const std::string& region) const {
    std::vector<std::string> own;
    std::vector<std::string> others;
    int port = 4222;
    for (const std::string& node : nodes()) {
        const std::string url = "tls://" + servers_.address() + ":" + std::to_string(port++);
        (node.starts_with(region) ? own : others).push_back(url);
    }
    own.insert(own.end(), others.begin(), others.end());
    return {.servers = own, .authority = shell_.folder / "sc/tls/ca.pem"};
}

std::vector<std::string> VouchedRegions::flags(const std::string& region) const {
    const support::Way way = from(region);
    std::string list;
    for (const std::string& server : way.servers)
        list += (list.empty() ? "" : ",") + server;
    return {"-s", list, "--tlsca", way.authority.string()};
}

support::Command VouchedRegions::service_command(const std::string& region) const {
    std::vector<std::string> words = flags(region);
    const auto config = tree_.write_policy(region, {.more = policy(region, shape_.nodes), .ttl = "60s"});
    words.insert(words.end(), {"--config", config.string()});
    return support::command("nats-provisioner", words);
}

void VouchedRegions::servers(const std::string& command) const {
    const support::Outcome outcome = servers_(command);
    INFO(command << '\n' << outcome.err);
    REQUIRE(outcome.exit_code == 0);
}

std::string VouchedRegions::status() const {
    const support::Outcome outcome = servers_("status");
    return outcome.out + outcome.err;
}

void VouchedRegions::kill_service(const std::string& region) {
    services_.at(region)->signal(SIGKILL);
    (void)services_.at(region)->wait();
}

void VouchedRegions::stop_service(const std::string& region) {
    const support::Outcome ended = services_.at(region)->stop();
    INFO(ended.err);
    CHECK(ended.exit_code == 0);
}

void VouchedRegions::start_service(const std::string& region) {
    services_[region] = std::make_unique<support::Process>(service_command(region));
    services_[region]->wait_for_output("serving ", start_deadline);
}

std::vector<std::filesystem::path> VouchedRegions::audits() const {
    std::vector<std::filesystem::path> files;
    for (const std::string& region : regions)
        files.push_back(tree_.folder() / (region + ".jsonl"));
    return files;
}

std::size_t VouchedRegions::renewals() const {
    std::size_t all = 0;
    for (const std::filesystem::path& file : audits()) {
        std::ifstream lines(file);
        for (std::string line; std::getline(lines, line);)
            all += line.find(R"("event":"renewed")") != std::string::npos ? 1 : 0;
    }
    return all;
}

}  // namespace natscreds::test
