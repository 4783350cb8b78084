// nsctl provisioning: from a store, or from none, to a service that runs and somebody who has credentials.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/eventually.h>
#include <support/manifests.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/test_data.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;
using Catch::Matchers::ContainsSubstring;
using support::Outcome;

namespace {

/// An operator's machine with what `init` has made, and a server that trusts it.
class Scene : public Shell {
  public:
    explicit Scene(const std::string& options,
                   const support::ServerBinary& binary = support::nats_servers().back()) {
        (void)out("nsctl provisioning init --new-operator KO -a KUBECON -o service " + options);
        start_server(binary);
    }

    void start_server(const support::ServerBinary& binary) {
        (void)out("nsctl generate config --mem-resolver --sys-account SYS --config-file resolver.conf");
        const std::string config = support::read_text(folder / "resolver.conf") +
                                   "jetstream: {store_dir: \"" + (folder / "jetstream").string() + "\"}\n";
        server_ = std::make_unique<support::NatsServer>(binary, support::ServerSetup{.config = config});
    }

    [[nodiscard]] std::string url() const { return server_->url(); }

    [[nodiscard]] std::unique_ptr<support::Process> start(
        const std::string& configuration = "provisioner.toml") const {
        auto service = std::make_unique<support::Process>(
            support::command("nats-provisioner", {"-s", url(), "--http", "127.0.0.1:0", "--config",
                                                  (folder / "service" / configuration).string()}));
        service->wait_for_output("serving ");
        return service;
    }

    /// Somebody who enrols and is added; the creds file.
    [[nodiscard]] std::string add(const std::string& name, const std::string& account = "KUBECON") const {
        const std::string creds = name + ".requester.creds";
        (void)out("nsctl provisioning add-requester " + name + " -a " + account +
                  " --key $(nats-req --enrol -o " + creds + ") -o " + name + ".jwt && nats-req --enrol -o " +
                  creds + " --jwt " + name + ".jwt");
        return creds;
    }

    [[nodiscard]] Outcome ask(const std::string& creds, const std::string& words) const {
        return (*this)("nats-req -s " + url() + " --creds " + creds + " --timeout 20s " + words);
    }

  private:
    std::unique_ptr<support::NatsServer> server_;
};

std::string lines_with(const std::string& text, const std::string& what) {
    std::string found;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        if (line.find(what) != std::string::npos) found += line + "\n";
        at = end + 1;
    }
    return found;
}

}  // namespace

TEST_CASE("Provisioning: from nothing to credentials, with each ledger, and no seed travels") {
    const std::string ledger = GENERATE(std::string("sqlite"), std::string("jetstream"));
    const Scene scene("--ledger " + ledger, GENERATE(from_range(support::nats_servers())));
    const Outcome check = scene("nats-provisioner --config service/provisioner.toml --check");
    CHECK(check.exit_code == 0);
    CHECK(lines_with(check.err, "warning") == "");
    const auto service = scene.start();
    const std::string ann = scene.add("ann");
    const Outcome granted = scene.ask(ann, "--access ann -o ann.creds");
    CAPTURE(granted.err, service->err());
    CHECK(granted.exit_code == 0);
    CHECK(scene("nats-pub -s " + scene.url() + " --creds ann.creds chat.KUBECON.posts.General hello")
              .exit_code == 0);
    CHECK(service->err().find("Permissions Violation") == std::string::npos);
}

TEST_CASE(
    "Provisioning: run again it changes nothing, and what is missing is made, which --diff shows first") {
    const Scene scene("");
    const std::string again = "nsctl provisioning init -a KUBECON -o service ";
    CHECK(scene.out(again + "--diff").empty());
    const std::string before = scene.out("cat service/* nsc/accounts/nats/KO/accounts/*/*.jwt");
    CHECK(scene(again).err.find("[ OK ]") == std::string::npos);
    CHECK(scene.out("cat service/* nsc/accounts/nats/KO/accounts/*/*.jwt") == before);

    const std::string difference = scene.out(again + "--role chat --role readonly --diff");
    CHECK(difference == "+ scoped signing key for the role readonly of account KUBECON\n");
    CHECK(scene.out("cat service/* nsc/accounts/nats/KO/accounts/*/*.jwt") == before);
    (void)scene.out(again + "--role chat --role readonly");
    CHECK_THAT(scene.out("cat service/provisioner.toml.new"), ContainsSubstring("[roles.\"readonly\"]"));
}

TEST_CASE(
    "Provisioning: what is run is whole: a seed for each role, modes of owners, and the steps that come "
    "next") {
    const Scene scene("--role chat --role hear=readonly");
    for (const char* file : {"provisioner.toml", "KUBECON.jwt", "PROVISION.jwt", "chat.nk", "hear.nk",
                             "provisioner.creds", "nats-provisioner.conf", "NEXT"}) {
        CAPTURE(file);
        const auto path = scene.folder / "service" / file;
        REQUIRE(std::filesystem::exists(path));
        CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms(0077)) ==
              std::filesystem::perms());
    }
    CHECK(scene.out("cat service/provisioner.toml").find(std::string(56, 'A')) == std::string::npos);
    CHECK(scene.out("wc -l <service/NEXT") == "4\n");
}

TEST_CASE("Provisioning: three copies share a bucket, and each has a configuration of its own") {
    const Scene scene("--ledger jetstream --copies 3");
    std::vector<std::unique_ptr<support::Process>> copies;
    for (const char* configuration : {"provisioner-1.toml", "provisioner-2.toml", "provisioner-3.toml"})
        copies.push_back(scene.start(configuration));
    const std::string ann = scene.add("ann");
    const std::string bob = scene.add("bob");
    CHECK(scene.ask(ann, "--access ann -o ann.creds").exit_code == 0);
    CHECK_THAT(scene.ask(bob, "--access ann -o thief.creds").err, ContainsSubstring("name_taken"));
}

TEST_CASE("Provisioning: status says what fits together, and what does not and what to do") {
    const Scene scene("--ledger jetstream --copies 2", GENERATE(from_range(support::nats_servers())));
    const auto status = [&] { return scene("nsctl provisioning status --timeout 2 -s " + scene.url()); };
    const Outcome nobody = status();
    CHECK(nobody.exit_code == 1);
    CHECK_THAT(nobody.out, ContainsSubstring("no copy answers"));

    std::vector<std::unique_ptr<support::Process>> copies;
    for (const char* configuration : {"provisioner-1.toml", "provisioner-2.toml"})
        copies.push_back(scene.start(configuration));
    // With a memory resolver servers have the accounts that are in use.
    (void)scene.ask(scene.add("ann"), "--access ann -o ann.creds");
    const Outcome well = status();
    CAPTURE(well.out, well.err);
    CHECK(well.exit_code == 0);
    CHECK_THAT(well.out,
               ContainsSubstring("2 running, version ") &&
                   ContainsSubstring("(provisioner-1): the servers take what it issues for role chat"));

    // The store is ahead of the servers; then these are ahead of the copies; then all are of one mind again.
    (void)scene.out("nsctl edit account KUBECON --description later");
    CHECK_THAT(status().out, ContainsSubstring("account KUBECON: the servers' JWT is older than the store"));
    (void)scene.out("nsctl push -a KUBECON --timeout 10 -u " + scene.url());
    CHECK_THAT(status().out, ContainsSubstring("issues by a JWT of account KUBECON issued"));
    (void)scene.out("nsctl provisioning init -a KUBECON --ledger jetstream --copies 2 -o service");
    for (const auto& copy : copies)
        copy->signal(SIGHUP);
    CHECK(support::eventually([&] { return status().exit_code == 0; }));

    // A scope that is not the policy's.
    (void)scene.out(
        "nsctl edit signing-key chat -a KUBECON --allow-pub more && nsctl push -a KUBECON --timeout 10 -u " +
        scene.url() + " && nsctl describe account KUBECON --raw > service/KUBECON.jwt");
    CHECK(support::eventually(
        [&] { return status().out.find("role chat: nobody can have it") != std::string::npos; }));

    // A key that servers take no more, and an account that asks nobody.
    (void)scene.out("nsctl delete signing-key -a KUBECON chat && nsctl push -a KUBECON --timeout 10 -u " +
                    scene.url());
    CHECK_THAT(status().out,
               ContainsSubstring("role chat: the servers' JWT of account KUBECON has no signing key"));
    const std::string imported =
        scene.out("nsctl describe account KUBECON --field 'nats.imports[0].subject' | tr -d '\"\\n'");
    (void)scene.out("nsctl delete import -a KUBECON --subject '" + imported +
                    "' && nsctl push -a KUBECON --timeout 10 -u " + scene.url());
    CHECK_THAT(status().out, ContainsSubstring("account KUBECON: does not import the service's chat.req."));
}

TEST_CASE("Provisioning: kubernetes.yaml is taken by today's API, and has what the service needs") {
    const std::string options = GENERATE(std::string(""), std::string("--ledger jetstream --copies 3 "));
    const Shell shell;
    (void)shell.out("nsctl provisioning init --new-operator KO -a KUBECON -o service --kubernetes nats " +
                    options);
    const std::string manifest = (shell.folder / "service/kubernetes.yaml").string();
    const Outcome checked = support::check_manifests({manifest});
    CAPTURE(checked.err);
    CHECK(checked.exit_code == 0);
    // What the Secret has is what lies beside it, and the configuration names nothing else.
    const std::string text = support::read_text(manifest);
    for (const char* file : {"KUBECON.jwt", "PROVISION.jwt", "chat.nk"})
        CHECK_THAT(text, ContainsSubstring("  " + std::string(file) + ": |\n    " +
                                           support::read_text(shell.folder / "service" / file)));
    (void)shell.out(
        "mkdir pod && python3 - service/kubernetes.yaml pod <<'END'\n"
        "import os, re, sys\n"
        "for document in open(sys.argv[1]).read().split('\\n---\\n'):\n"
        "    if not re.search('kind: (Secret|ConfigMap)', document): continue\n"
        "    for name, block in re.findall(r'^  ([\\w.-]+): \\|\\n((?:    .*\\n|\\n)+)', document, re.M):\n"
        "        text = re.sub('^    ', '', block, flags=re.M).replace('/data/', "
        "os.path.abspath(sys.argv[2]) + '/')\n"
        "        open(sys.argv[2] + '/' + name, 'w').write(text)\n"
        "END\n"
        "chmod 600 pod/*");
    const Outcome ready = shell("nats-provisioner --config pod/provisioner.toml --check");
    CAPTURE(ready.err);
    CHECK(ready.exit_code == 0);
    CHECK_THAT(ready.out, ContainsSubstring("ready to issue the role chat of account A"));
}

TEST_CASE("Provisioning: a role of a second account, and a role with permissions of its own") {
    const Scene scene("-a ORDERS --role chat --role shop=service@ORDERS");
    const auto service = scene.start();
    const std::string ann = scene.add("ann");
    const std::string orders = scene.out("nsctl describe account ORDERS --field sub | tr -d '\"\\n'");
    CHECK(
        scene.ask(ann, "--access ann --role shop --expect-account " + orders + " -o shop.creds").exit_code ==
        0);
    CHECK(scene("nats-pub -s " + scene.url() + " --creds shop.creds services.ann.new hello").exit_code == 0);

    (void)scene.out(
        "nsctl provisioning init -a KUBECON -o own --role tasks --allow-pub 'tasks.>' --allow-sub 'tasks.>'");
    CHECK_THAT(scene.out("cat own/provisioner.toml"),
               ContainsSubstring("publish = [\"chat.req.renew.{{subject()}}\", \"tasks.>\"]"));
    CHECK(scene("nats-provisioner --config own/provisioner.toml --check").exit_code == 0);
}

TEST_CASE("Provisioning: --remove takes back what was made, and leaves what others have") {
    const Shell shell;
    (void)shell.out("nsctl add operator KO --sys && nsctl add account KUBECON && nsctl add user u");
    const std::string before = shell.out("nsctl describe account KUBECON --json | grep -v -e iat -e jti");
    const std::string init = "nsctl provisioning init -a KUBECON -o service";
    (void)shell.out(init);
    CHECK_THAT(shell.out(init + " --remove --diff"), ContainsSubstring("- account PROVISION"));
    (void)shell.out(init + " --remove");
    CHECK_FALSE(std::filesystem::exists(shell.folder / "nsc/accounts/nats/KO/accounts/PROVISION"));
    CHECK_FALSE(std::filesystem::exists(shell.folder / "service/chat.nk"));
    CHECK(std::filesystem::exists(shell.folder / "nsc/accounts/nats/KO/accounts/KUBECON/users/u.jwt"));
    const std::string after = shell.out("nsctl describe account KUBECON --json");
    CHECK(after.find("chat.req.access.") == std::string::npos);
    CHECK(after.find("\"role\"") == std::string::npos);
}

TEST_CASE("Provisioning: requesters are listed, and who is removed asks no more once servers know") {
    const Scene scene("");
    const std::string ann = scene.add("ann");
    (void)scene.add("bob");
    CHECK_THAT(scene.out("nsctl provisioning list -a KUBECON"),
               ContainsSubstring("ann") && ContainsSubstring("bob"));
    CHECK(lines_with(scene.out("nsctl provisioning list -a KUBECON -J"), "\"name\"").find("ann") !=
          std::string::npos);
    const Outcome removed = scene("nsctl provisioning remove-requester ann -a KUBECON");
    CHECK(removed.exit_code == 0);
    CHECK_THAT(removed.err, ContainsSubstring("revoked") && ContainsSubstring("nsctl push"));
    CHECK(scene.out("nsctl provisioning list -a KUBECON").find("ann") == std::string::npos);
    CHECK_THAT(scene.out("nsctl revocations list-users -a KUBECON"), ContainsSubstring("U"));
}

TEST_CASE("Provisioning: what makes no sense is refused, and nothing is made") {
    const Shell shell;
    (void)shell.out("nsctl add operator KO && nsctl add account KUBECON");
    const auto refused = [&](const std::string& words, const std::string& why) {
        const Outcome outcome = shell("nsctl provisioning init -o service " + words);
        CAPTURE(words, outcome.err);
        CHECK(outcome.exit_code != 0);
        CHECK_THAT(outcome.err, ContainsSubstring(why));
    };
    refused("", "--account");
    refused("-a NOBODY", "NOBODY");
    refused("-a KUBECON --service-account KUBECON", "account of its own");
    refused("-a KUBECON --copies 2", "--ledger jetstream");
    refused("-a KUBECON --ledger paper", "sqlite, jetstream");
    refused("-a KUBECON --role chat=nothing", "no such preset");
    refused("-a KUBECON --role chat@ORDERS", "none of --account");
    CHECK_FALSE(std::filesystem::exists(shell.folder / "service"));
    CHECK_FALSE(std::filesystem::exists(shell.folder / "nsc/accounts/nats/KO/accounts/PROVISION"));
    const Outcome nobody = shell("nsctl provisioning add-requester ann -a KUBECON");
    CHECK(nobody.exit_code != 0);
    CHECK_THAT(nobody.err, ContainsSubstring("nsctl provisioning init -a KUBECON"));
}
