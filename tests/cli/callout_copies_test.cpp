// Two copies of the service answer servers' questions, and one of them is killed.
#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/connection.h>
#include <support/callout_tree.h>
#include <support/eventually.h>
#include <support/foreign_issuer.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/signing.h>

using namespace natscreds;
using namespace natscreds::support;

namespace {

constexpr int clients = 1000;
constexpr int at_a_time = 8;

/// An issuer whose keys lie in a file, and the lines of a policy that believe it.
class FileIssuer {
  public:
    explicit FileIssuer(const CalloutTree& tree) : key_("EdDSA", "k1") {
        tree.folder().write("keys.json", R"({"keys":[)" + key_.jwk() + "]}");
    }
    [[nodiscard]] std::string token() const {
        const auto now = real_time().time_since_epoch().count();
        return key_.token(R"({"iss":"https://issuer","aud":"nats","sub":"job","iat":)" + std::to_string(now) +
                          R"(,"exp":)" + std::to_string(now + 3600) + "}");
    }
    static constexpr const char* lines =
        "[limits]\nrequester = { per_second = 0, burst = 0 }\n[roles.job]\nsigning_key = \"users.nk\"\nttl = "
        "\"1h\"\n"
        "subscribe = [\"_INBOX_.{{subject()}}.>\"]\n[[identity.oidc]]\nname = \"ci\"\nissuer = "
        "\"https://issuer\"\n"
        "audience = \"nats\"\njwks = \"keys.json\"\n[[identity.oidc.rule]]\nwhen = {}\nrole = \"job\"\nname "
        "= \"job\"\n";

  private:
    ForeignIssuer key_;
};

/// How often a client had to try until it was connected.
int tries_until_connected(const std::string& url, const std::string& token) {
    for (int tries = 1;; ++tries) {
        bus::ConnectionOptions options;
        options.servers = {url};
        options.user = "oidc";
        options.password = base::Secret::copy_of(base::as_bytes(token));
        options.timeout = std::chrono::seconds(30);
        if (bus::Connection::open(std::move(options))) return tries;
        if (tries == 10) return tries;
    }
}

}  // namespace

TEST_CASE(
    "Callout: of two copies one is killed in a thousand connects, and nobody waits for longer than one "
    "retry") {
    const CalloutTree tree(WayIn::default_sentinel, Sealed::no);
    // What the killed copy has taken and not answered waits for so long; then the server refuses.
    std::string config = tree.server_config();
    config.replace(config.find("timeout: 20"), 11, "timeout: 5");
    const NatsServer server(nats_servers().back(), {.config = config});
    const FileIssuer issuer(tree);
    std::string policy = read_text(tree.write_policy({.server = server.url(), .rest = FileIssuer::lines}));
    const auto first_file = tree.folder().write("first.toml", policy);
    policy.replace(policy.find("provisioner.jsonl"), 17, "second.jsonl");
    const auto second_file = tree.folder().write("second.toml", policy);
    Process killed(command("nats-provisioner", {"--config", first_file.string()}));
    Process stays(command("nats-provisioner", {"--config", second_file.string()}));
    for (Process* const copy : {&killed, &stays})
        copy->wait_for_output("serving $SYS.REQ.USER.AUTH");

    const std::string token = issuer.token();
    std::atomic<int> next = 0;
    std::atomic<int> connected = 0;
    std::atomic<int> retried = 0;
    std::atomic<int> most_tries = 0;
    {
        std::vector<std::jthread> asking;
        for (int i = 0; i < at_a_time; ++i) {
            asking.emplace_back([&] {
                while (next++ < clients) {
                    const int tries = tries_until_connected(server.url(), token);
                    if (tries > 1) ++retried;
                    int most = most_tries;
                    while (tries > most && !most_tries.compare_exchange_weak(most, tries)) {
                    }
                    ++connected;
                }
            });
        }
        REQUIRE(eventually([&] { return connected >= clients / 2; }, std::chrono::minutes(5)));
        killed.signal(SIGKILL);
    }
    CAPTURE(retried, most_tries);
    CHECK(connected == clients);
    CHECK(most_tries <= 2);
    // Only those whose question the killed copy had.
    CHECK(retried <= at_a_time);
    CHECK(read_text(tree.folder() / "provisioner.jsonl").find("\"authorized\"") != std::string::npos);
    CHECK(stays.stop().exit_code == 0);
}
