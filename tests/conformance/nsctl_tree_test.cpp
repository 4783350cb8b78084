// What nsctl writes, read by the official Go library; and nsc's own store, read and edited by nsctl.
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <nlohmann/json.hpp>

#include <natscreds/cli/nsctl/nsctl.h>
#include <support/temp_dir.h>
#include <support/test_data.h>

#include "go_oracle.h"

using namespace natscreds;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

using Words = std::vector<std::string>;

/// nsctl in a folder of its own.
class Nsctl {
  public:
    /// What it printed; a command that fails, fails the test.
    std::string operator()(const Words& words) const {
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        const auto variable = [this](std::string_view name) -> std::optional<std::string> {
            if (name == "NSC_HOME") return (folder / "home").string();
            if (name == "NKEYS_PATH") return (folder / "keys").string();
            return std::nullopt;
        };
        const base::SystemClock clock;
        base::SystemRandom random;
        nsctl::World world{{variable, folder.path()}, clock, random, in, out, err, nsctl::Colour::off};
        const int exit_code = nsctl::run(words, world);
        CAPTURE(words, err.str());
        REQUIRE(exit_code == 0);
        return out.str();
    }

    [[nodiscard]] fs::path stores() const { return folder / "home/nats"; }

    support::TempDir folder;
};

class NscNsctl : public Nsctl {
  public:
    NscNsctl() {
        fs::create_directories(folder / "home");
        const fs::path source = support::test_data("nsc-store");
        fs::copy(source / "stores", stores(), fs::copy_options::recursive);
        fs::copy(source / "keys", folder / "keys", fs::copy_options::recursive);
        folder.write("home/nsc.json", R"({"operator":"KO","account":"KUBECON"})");
    }
};

std::string type_of(const fs::path& file) {
    if (file.parent_path().filename() == "users") return "user";
    return file.parent_path().parent_path().filename() == "accounts" ? "account" : "operator";
}

/// The tokens of a stores folder, by their paths in it.
std::map<std::string, std::string> tokens_in(const fs::path& stores) {
    std::map<std::string, std::string> tokens;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(stores)) {
        if (entry.path().extension() == ".jwt")
            tokens[entry.path().lexically_relative(stores).string()] = support::read_text(entry.path());
    }
    return tokens;
}

/// Go reads every token, finds nothing wrong with it, and would write the very same claims.
void check_with_go(const fs::path& stores) {
    const auto tokens = tokens_in(stores);
    REQUIRE_FALSE(tokens.empty());
    std::vector<support::GoRequest> questions;
    for (const auto& [path, token] : tokens)
        questions.push_back({.op = "decode", .type = type_of(stores / path), .token = token});
    const std::vector<support::GoAnswer> answers = support::ask_go(questions);
    std::size_t at = 0;
    for (const auto& [path, token] : tokens) {
        const support::GoAnswer& answer = answers.at(at++);
        CAPTURE(path);
        REQUIRE(answer.refused.empty());
        REQUIRE(answer.payload == support::payload_of(token));
        REQUIRE(answer.issues.empty());
    }
}

/// Names of files, and of the fields in them.
using Shape = std::map<std::string, std::set<std::string>>;

void add_fields(std::set<std::string>& fields, const std::string& path, const Json& json) {
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) {
        fields.insert(path + "/" + name);
        add_fields(fields, path + "/" + name, value);
    }
}

Shape shape_of(const fs::path& stores) {
    Shape shape;
    for (const auto& [path, token] : tokens_in(stores))
        add_fields(shape[path], "", Json::parse(support::payload_of(token)));
    return shape;
}

Json by_nsc(const std::string& name) {
    return Json::parse(support::read_test_data("nsc-store/out/" + name));
}

}  // namespace

TEST_CASE("nsctl: a tree that it made alone is read by Go, token by token, and Go finds nothing wrong") {
    const Nsctl nsctl;
    const std::vector<Words> commands{
        {"add", "operator", "KO", "--sys", "--generate-signing-key", "--expiry", "2y"},
        {"edit", "operator", "--service-url", "nats://localhost:4222", "--tag", "demo", "--sk", "generate",
         "--account-jwt-server-url", "nats://localhost:4222"},
        {"add", "account", "A", "--allow-pub", "a,b", "--deny-sub", "c", "--expiry", "1y"},
        {"add", "user", "test", "-a", "A", "--allow-pubsub", "test.>,_INBOX.>", "--allow-sub",
         "latency.on.test"},
        {"add", "export", "-a", "A", "-r", "test", "--latency", "latency.on.test", "--sampling", "100"},
        {"add", "export", "-a", "A", "-r", "chat.*.*", "--account-token-position", "2", "--private",
         "--response-type", "Stream", "--response-threshold", "5s", "--description", "a & b <c>"},
        {"add", "export", "-a", "A", "events.>", "--info-url", "https://example.com"},
        {"add", "export", "-a", "A", "-r", "headers", "--latency", "lat", "--sampling", "headers"},
        {"add", "account", "B"},
        {"add", "user", "test", "-a", "B", "--bearer", "--source-network", "10.0.0.0/8", "--tag", "x:y"},
        {"add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "test", "--service",
         "--share"},
        {"add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "events.>", "-s", "from.a.>"},
        {"edit", "account", "B", "--conns", "5", "--payload", "4kib", "--js-tier", "1", "--js-disk-storage",
         "10mib", "--js-streams", "5", "--tag", "team:red", "--description", "d", "--disallow-bearer"},
        {"edit", "account", "A", "--js-enable", "0", "--trace-context-subject", "trace",
         "--trace-context-sampling", "50"},
        {"add", "signing-key", "-a", "A"},
        {"add",
         "signing-key",
         "-a",
         "A",
         "--role",
         "chat",
         "--allow-sub",
         "_INBOX_.{{subject()}}.>",
         "--allow-pub",
         "chat.{{name()}}",
         "--payload",
         "1kib",
         "--conn-type",
         "standard",
         "--time",
         "08:00:00-18:00:00",
         "--locale",
         "Europe/Berlin",
         "--allow-pub-response=2",
         "--response-ttl",
         "5s"},
        {"add", "user", "scoped", "-a", "A", "-K", "chat", "--tag", "team:red"},
        {"edit", "user", "test", "-a", "A", "--payload", "1kib", "--subs", "7", "--time", "08:00:00-18:00:00",
         "--conn-type", "websocket", "--rm", "latency.on.test", "--expiry", "30d"},
        {"revocations", "add-user", "-a", "A", "-u", "*", "--at", "1700000000"},
        {"delete", "user", "test", "-a", "B"},
    };
    for (const Words& words : commands)
        (void)nsctl(words);
    const std::string activation = (nsctl.folder / "activation.jwt").string();
    (void)nsctl({"generate", "activation", "-a", "A", "-t", "B", "-s", "chat.*.x", "-o", activation});
    check_with_go(nsctl.stores());
    REQUIRE(tokens_in(nsctl.stores()).size() == 7);

    const std::string token = nsctl({"describe", "jwt", "-f", activation, "--raw"});
    const auto answers =
        support::ask_go({{.op = "decode", .type = "activation", .token = token.substr(0, token.find('\n'))}});
    REQUIRE(answers.front().refused.empty());
    REQUIRE(answers.front().issues.empty());
}

TEST_CASE("nsctl: what it prints of nsc's store as JSON is what nsc prints, as JSON") {
    const NscNsctl nsctl;
    for (const char* account : {"A", "B", "KUBECON", "PROVISION", "SYS"}) {
        CAPTURE(account);
        REQUIRE(Json::parse(nsctl({"describe", "account", account, "-J"})) ==
                by_nsc(std::string("describe-account-") + account + ".json"));
    }
}

TEST_CASE("nsctl: an edit of nsc's store leaves its shape, and what Go reads") {
    const NscNsctl nsctl;
    const Shape before = shape_of(nsctl.stores());
    const std::vector<Words> edits{
        {"edit", "operator", "--tag", "demo2"},
        {"edit", "account", "A", "--conns", "5"},
        {"edit", "account", "KUBECON", "--payload", "8kib", "--js-streams", "7"},
        {"edit", "signing-key", "chat", "--payload", "2kib"},
        {"edit", "export", "-a", "A", "--sampling", "50"},
        {"edit", "import", "-a", "KUBECON", "--name", "requests"},
        {"edit", "user", "chat-access", "--expiry", "0", "--rm-source-network", "10.0.0.0/8"},
        {"edit", "user", "scoped", "--tag", "team:blue"},
        {"revocations", "add-user", "-n", "gone"},
    };
    for (const Words& words : edits)
        (void)nsctl(words);
    REQUIRE(shape_of(nsctl.stores()) == before);
    check_with_go(nsctl.stores());
    (void)nsctl({"validate", "-A"});
}
