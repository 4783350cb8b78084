// conf/: each server's configuration is one that servers take, as `nats-server -t` says.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/certificates.h>
#include <support/manifests.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/temp_dir.h>

#include "nsctl_shell.h"
#include "tls_server.h"

using namespace natscreds;
using namespace natscreds::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A template of scripts/supercluster, with one region's first node in it and every line that an option adds.
std::string filled_in(std::string text) {
    for (const char* name : {"@NODE@", "@REGION@"})
        text = replaced(text, name, "sfo2");
    for (const char* name : {"@ADDRESS@", "@ADVERTISE@"})
        text = replaced(text, name, "127.0.0.1");
    for (const char* kind : {"CLIENT", "ROUTE", "LEAF", "GATEWAY", "MONITOR"})
        text = replaced(text, "@" + std::string(kind) + "_PORT@", "4222");
    text = replaced(text, "@ROUTES@", "\"nats-route://127.0.0.1:6222\"");
    text = replaced(text, "@GATEWAYS@", "{ name: \"sgp1\", urls: [ \"nats-gateway://127.0.0.1:7523\" ] }");
    return replaced(replaced(text, "#tls ", ""), "#jetstream ", "");
}

}  // namespace

TEST_CASE(
    "conf/kubernetes: today's API takes every manifest, and none of its fields is one that there is not") {
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(support::source_root() + "/conf/kubernetes")) {
        const bool values = entry.path().parent_path().filename() == "chart";
        if (entry.path().extension() == ".yaml" && !values) files.push_back(entry.path());
    }
    CHECK(files.size() >= 12);
    const support::Outcome outcome = support::check_manifests(files);
    CAPTURE(outcome.err);
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("conf/kubernetes: a field of another type, a wrong one and a missing one are found") {
    const support::TempDir folder;
    const std::string status =
        support::read_text(support::source_root() + "/conf/kubernetes/pods/status.yaml");
    const auto findings = [&](const std::string& what, const std::string& instead) {
        return support::check_manifests(
                   {folder.write("status.yaml", replaced(status, what, instead)).string()})
            .err;
    };
    CHECK(findings("replicas: 1", "replicas: 1").empty());
    CHECK_THAT(findings("replicas: 1", "replicas: one"), ContainsSubstring("replicas must be integer"));
    CHECK_THAT(findings("replicas: 1", "replicaz: 1"), ContainsSubstring("replicaz"));
    CHECK_THAT(findings("        - name: nats-client-app", "        - image: again"),
               ContainsSubstring("name"));
}

TEST_CASE("conf: every server takes every server configuration that is there, also the templates") {
    const std::string conf = support::source_root() + "/conf/";
    const support::Certificates certificates;
    const nsctl::test::Shell shell;
    const std::string folder = certificates.folder().path().string();
    (void)shell.out(
        "nsctl add operator KO --sys && nsctl add account A && nsctl generate config --mem-resolver "
        "--sys-account SYS --config-file " +
        folder + "/resolver.conf && nsctl generate tls-users " + conf + "tls/users.json >" + folder +
        "/users.conf");
    std::size_t seen = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(conf)) {
        // Those of conf/callout are for newer servers and need keys: tests/cli/callout_scenes_test.cpp has them.
        const bool callout = entry.path().parent_path().filename() == "callout";
        if (entry.path().extension() != ".conf" || callout) continue;
        ++seen;
        const std::string text = filled_in(support::read_text(entry.path()));
        CHECK(text.find("_PORT@") == std::string::npos);
        const auto file = certificates.folder().write("server.conf", text);
        for (const support::ServerBinary& binary : support::nats_servers()) {
            const support::Outcome outcome =
                support::run({.argv = {binary.path, "-t", "-c", file}, .folder = folder});
            CAPTURE(entry.path(), binary, outcome.err);
            CHECK(outcome.exit_code == 0);
        }
    }
    CHECK(seen >= 7);
}
