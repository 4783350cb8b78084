// docs/supercluster.md: provisioners in three regions, of which some go away, also the one that keeps the names.
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/occurrences.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/temp_dir.h>

#include "nsctl_shell.h"
#include "supercluster.h"

using namespace natscreds;
using namespace natscreds::test;
using Catch::Matchers::ContainsSubstring;
using nsctl::test::contains;
using support::count;

namespace {

constexpr std::chrono::seconds default_timeout{40};

/// A vouched deployment as docs/operating.md has it, and the example's configuration for each region's provisioner.
constexpr const char* make_deployment = R"(
set -euo pipefail
nsctl add operator KO --sys
nsctl add account PROVISION
nsctl edit account PROVISION --js-enable 0
nsctl add account KUBECON
kubecon=$(nsctl describe account KUBECON --json | grep -o '"sub": "A[A-Z2-7]*"' | grep -o 'A[A-Z2-7]*')
for what in access renew; do
    nsctl add export -a PROVISION --service "chat.req.$what.*.*" --account-token-position 4
    nsctl add import -a KUBECON --service --src-account PROVISION \
        --remote-subject "chat.req.$what.$kubecon.*" --local-subject "chat.req.$what.\$1"
done
nsctl add user provisioner -a PROVISION
nsctl edit signing-key -a KUBECON --sk generate --role chat --payload 8192 --conn-type STANDARD --conn-type WEBSOCKET \
    --allow-pub 'chat.KUBECON.dms.*,chat.KUBECON.online,chat.KUBECON.posts.*,chat.req.renew.{{subject()}}' \
    --allow-sub '_INBOX_.{{subject()}}.>,chat.KUBECON.dms.{{subject()}},chat.KUBECON.online,chat.KUBECON.posts.*'
chat=$(nsctl describe account KUBECON --json | tr -d ' \n' |
    grep -o '"key":"A[A-Z2-7]*","kind":"user_scope","role":"chat"' | grep -o '\bA[A-Z2-7]\{55\}')
nsctl edit signing-key -a KUBECON --sk generate --role requester \
    --allow-pub 'chat.req.access.{{subject()}}' --allow-sub '_INBOX_.{{subject()}}.>'
nsctl add user ann -a KUBECON -K requester
cp "nsc/nkeys/keys/A/${chat:1:2}/$chat.nk" chat.nk
cp nsc/accounts/nats/KO/accounts/KUBECON/KUBECON.jwt nsc/nkeys/creds/KO/PROVISION/provisioner.creds .
for region in sfo2 sgp1 ams3; do
    sed -e "s/server_id = \"sfo2\"/server_id = \"$region\"/; s/\"AA*\"/\"$kubecon\"/; s/\"15m\"/\"6s\"/" \
        -e "s/audit.jsonl/$region.audit/" "$example" >$region.toml
done
nsctl add user bea -a KUBECON -K requester
nsctl add user leaf -a KUBECON
nsctl generate config --mem-resolver --sys-account SYS --config-file accounts.conf
)";

/// Who asks, and where.
struct Asker {
    std::string server;
    std::string user = "ann";
};

class Regions {
  public:
    explicit Regions(const support::ServerBinary& binary) {
        (void)shell.out("example=" + support::source_root() + "/conf/supercluster/provisioner.toml\n" +
                        make_deployment);
        cluster.emplace(shell, binary, "--jetstream --resolver full --tree .");
        for (const char* region : {"sfo2", "sgp1", "ams3"})
            start_provisioner(region);
    }

    void start_provisioner(const std::string& region) {
        const std::string config = (shell.folder / (region + ".toml")).string();
        auto started = std::make_unique<support::Process>(
            support::command("nats-provisioner", {"-s", server(region), "--config", config}));
        started->wait_for_output("serving ", default_timeout);
        provisioners[region] = std::move(started);
    }

    void lose(const std::string& region) {
        provisioners.erase(region);
        CHECK((*cluster)("kill " + region).exit_code == 0);
    }

    [[nodiscard]] std::string server(const std::string& region) const {
        const std::map<std::string, int> ports{{"sfo2", 4222}, {"sgp1", 4223}, {"ams3", 4224}};
        return cluster->address() + ":" + std::to_string(ports.at(region));
    }

    [[nodiscard]] support::Command request(const Asker& asker, const std::string& name,
                                           const std::vector<std::string>& more = {}) const {
        const auto creds = shell.folder / "nsc/nkeys/creds/KO/KUBECON" / (asker.user + ".creds");
        std::vector<std::string> words{"-s", asker.server, "--creds", creds.string(), "--access", name};
        words.insert(words.end(), more.begin(), more.end());
        return support::command("nats-req", words);
    }

    /// Whether it is granted before long: servers tell each other of subscriptions in their own time.
    [[nodiscard]] bool granted(const Asker& asker, const std::string& name) const {
        return support::eventually(
            [&] {
                const support::Outcome outcome = support::run(request(asker, name));
                last = outcome.err;
                return outcome.exit_code == 0;
            },
            default_timeout);
    }

    /// Whether that region's provisioner says, in its own time, that it issued the name.
    [[nodiscard]] bool answered(const std::string& region, const std::string& name) const {
        return support::eventually(
            [&] { return contains(provisioners.at(region)->err(), "name=" + name + " "); });
    }

    [[nodiscard]] std::string described(const std::string& what, const std::string& field) const {
        std::string text = shell.out("nsctl describe " + what + " --json -F " + field);
        std::erase_if(text, [](char c) { return c == '"' || c == '\n'; });
        return text;
    }

    nsctl::test::Shell shell;
    std::optional<Supercluster> cluster;
    std::map<std::string, std::unique_ptr<support::Process>> provisioners;
    mutable std::string last;
};

/// A server with clients of its own, which is one more client of a region: of KUBECON's alone, for with PROVISION's
/// remote beside it each request would come twice.
std::string leaf_config(const Regions& regions) {
    const auto creds = regions.shell.folder / "nsc/nkeys/creds/KO/KUBECON/leaf.creds";
    return regions.shell.out("cat accounts.conf") + "listen: 127.0.0.1:-1\nserver_name: leaf\n" +
           "leafnodes { remotes: [ { url: \"nats-leaf://" + regions.cluster->address() +
           ":7423\", account: " + regions.described("account KUBECON", "sub") + ", credentials: \"" +
           creds.string() + "\" } ] }\n";
}

/// Each of the leaf's clients is known by the key in its own subject, and each request is answered once.
void ask_through_a_leaf(const Regions& regions, const support::ServerBinary& binary) {
    const support::NatsServer leaf(binary, {.config = leaf_config(regions)});
    for (const std::string user : {"ann", "bea"}) {
        const std::string key = regions.described("user -a KUBECON " + user, "sub");
        CAPTURE(user, key, regions.last);
        CHECK(regions.granted({.server = leaf.url(), .user = user}, "leaf-" + user));
        const std::string audits = regions.shell.out("cat *.audit");
        CHECK(count(audits, "\"requester\":\"" + key + "\"") > 0);
        CHECK(count(audits, "\"name\":\"leaf-" + user + "\"") == 1);
    }
}

/// The servers' accounts can be pushed as soon as a region is back, although others still count its old servers.
void push_again(const Regions& regions) {
    support::Outcome pushed{};
    CHECK(support::eventually(
        [&] {
            pushed = regions.shell("nsctl push --all --timeout 3 -u " + regions.server("ams3"));
            return pushed.exit_code == 0;
        },
        default_timeout));
    CHECK_THAT(pushed.out, ContainsSubstring("sgp1-1") && !ContainsSubstring("cut off"));
}

/// The nearest provisioner answers, then those that are left, and renewals outlive the home region for a while.
void lose_one_region_after_the_other(const support::ServerBinary& binary) {
    CAPTURE(binary);
    Regions regions(binary);
    for (const std::string region : {"sfo2", "sgp1", "ams3"}) {
        CAPTURE(region, regions.last);
        CHECK(regions.granted({regions.server(region)}, "first-" + region));
        CHECK(regions.granted({regions.server(region)}, "near-" + region));
        CHECK(regions.answered(region, "near-" + region));
    }
    ask_through_a_leaf(regions, binary);
    const Asker far{regions.server("ams3")};

    regions.lose("sgp1");
    const support::Outcome pushed =
        regions.shell("nsctl push --all --timeout 3 -u " + regions.server("ams3"));
    CHECK(pushed.exit_code == 1);
    CHECK_THAT(pushed.out, ContainsSubstring("| (ended, or cut off) | no answer |"));
    CHECK(regions.granted(far, "without-sgp1"));
    regions.provisioners.erase("ams3");
    CHECK(regions.granted(far, "from-afar"));
    CHECK(regions.answered("sfo2", "from-afar"));
    regions.start_provisioner("ams3");
    CHECK((*regions.cluster)("start sgp1").exit_code == 0);
    push_again(regions);

    const std::string creds = (regions.shell.folder / "keeper.creds").string();
    support::Process keeper(regions.request(far, "keeper", {"--ttl", "12s", "--keep-renewed", "-o", creds}));
    CHECK(support::eventually([&] { return std::filesystem::exists(creds); }));
    regions.lose("sfo2");
    const std::string before = support::read_text(creds);
    const bool renewed =
        support::eventually([&] { return support::read_text(creds) != before; }, default_timeout);
    CAPTURE(keeper.err(), regions.provisioners.at("ams3")->err());
    CHECK(renewed);
    support::Outcome refused{};
    CHECK(support::eventually(
        [&] {
            refused = support::run(regions.request(far, "homeless"));
            return refused.exit_code == 1;
        },
        default_timeout));
    CHECK_THAT(refused.err, ContainsSubstring("(ledger_unavailable)"));
    // Longer than max_offline nobody renews on the strength of what may be out of date.
    CHECK(support::eventually([&] { return contains(keeper.err(), "ledger_unavailable"); }, default_timeout));

    CHECK((*regions.cluster)("start sfo2").exit_code == 0);
    CHECK(regions.granted(far, "home-again"));
}

}  // namespace

TEST_CASE(
    "Regions: what is left answers, nearest first, and without the home region renewals go on for a while") {
    // The oldest, which does not tell a client that nobody is there who could answer.
    lose_one_region_after_the_other(support::nats_servers().front());
}

TEST_CASE("Regions: the same with each release of nats-server", "[.long]") {
    lose_one_region_after_the_other(GENERATE(from_range(support::nats_servers())));
}
