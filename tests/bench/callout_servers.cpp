#include "callout_servers.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include <support/callout_tree.h>
#include <support/foreign_issuer.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/raw_client.h>
#include <support/signing.h>

#include "connect_rates.h"

namespace natscreds::bench {
namespace {

using namespace support;
constexpr int at_a_time = 8;

/// A server, a service with an audit on disk, and an issuer whose keys lie in a file.
class Running {
  public:
    explicit Running(const std::string& algorithm)
        : issuer_(algorithm, "k1"),
          server_(nats_servers().back(), {.config = tree_.server_config()}),
          service_(command("nats-provisioner", {"--config", policy()})) {
        service_.wait_for_output("serving $SYS.REQ.USER.AUTH");
    }

    /// Eight clients at a time, each of which leaves as soon as it has been let in.
    void let_in_all() const {
        const std::string token = shop_token(issuer_, real_time(), std::chrono::hours(1));
        std::atomic<std::size_t> next = 0;
        std::vector<std::jthread> asking;
        for (int i = 0; i < at_a_time; ++i) {
            asking.emplace_back([&] {
                while (next++ < clients) {
                    if (RawClient(server_.url()).connect(token) != "PONG") std::abort();
                }
            });
        }
    }

  private:
    [[nodiscard]] std::string policy() const {
        tree_.folder().write("keys.json", R"({"keys":[)" + issuer_.jwk() + "]}");
        constexpr const char* rest =
            "[limits]\nrequester = { per_second = 0, burst = 0 }\n[roles.job]\n"
            "signing_key = \"users.nk\"\nttl = \"1h\"\nsubscribe = [\"_INBOX_.{{subject()}}.>\"]\n"
            "[[identity.oidc]]\nname = \"ci\"\nissuer = \"https://issuer\"\naudience = \"nats\"\njwks = "
            "\"keys.json\"\n[[identity.oidc.rule]]\nwhen = { repository = \"acme/*\" }\nrole = \"job\"\n"
            "name = \"ci-{{claim(repository)}}\"\n";
        return tree_.write_policy({.server = server_.url(), .rest = rest}).string();
    }
    ForeignIssuer issuer_;
    CalloutTree tree_{WayIn::default_sentinel, Sealed::no};
    NatsServer server_;
    Process service_;
};

}  // namespace

void compare_over_a_server(const std::string& algorithm, const std::function<void()>& verify) {
    const Running running(algorithm);
    compare_connects(
        algorithm, [&] { return seconds_for([&] { running.let_in_all(); }); }, verify);
}

}  // namespace natscreds::bench
