// Users with passwords and clients with certificates, by the programs as they are and real servers, each way in.
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/letters.h>
#include <support/callout_tree.h>
#include <support/certificates.h>
#include <support/made_certificates.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

using namespace natscreds;
using namespace natscreds::support;

namespace {

struct Way {
    std::string version;
    WayIn way;
    Sealed sealed;
};

/// 2.9 has no callouts, and 2.10 no default sentinel.
Way each_way() {
    return GENERATE(
        Way{"2.10.27", WayIn::configuration, Sealed::no}, Way{"2.10.27", WayIn::sentinel_creds, Sealed::yes},
        Way{"2.15.1", WayIn::configuration, Sealed::yes}, Way{"2.15.1", WayIn::default_sentinel, Sealed::no},
        Way{"2.15.1", WayIn::default_sentinel, Sealed::yes});
}

const std::string policy_lines =
    "[roles.reader]\nsigning_key = \"users.nk\"\nttl = \"1h\"\nsubscribe = [\"read.{{name()}}\", "
    "\"_INBOX_.{{subject()}}.>\"]\n"
    "[roles.device]\nsigning_key = \"users.nk\"\nttl = \"1h\"\nsubscribe = [\"device.{{name()}}\", "
    "\"_INBOX_.{{subject()}}.>\"]\n"
    "[identity.password]\nfile = \"users\"\n"
    "[[identity.password.rule]]\nwhen = { user = [\"ann\", \"b*\"] }\nrole = \"reader\"\nname = "
    "\"{{claim(user)}}\"\n";

/// A server, which wants certificates where `tls` has lines, and the service's configuration.
class Scene {
  public:
    Scene(const Way& way, const std::string& tls, const CalloutTree::Lines& lines)
        : tree(way.way, way.sealed),
          server_(nats_server_of(way.version), {.config = tls + tree.server_config()}),
          lines_(lines) {}

    [[nodiscard]] Command provisioner(std::vector<std::string> words) const {
        CalloutTree::Lines lines = lines_;
        lines.server = server_.url();
        words.insert(words.begin(), {"--config", tree.write_policy(lines).string()});
        return command("nats-provisioner", words);
    }
    [[nodiscard]] Command add_user(const std::string& user, const std::string& password) const {
        Command line = provisioner({"password", "add", user});
        line.input = password + "\n";
        return line;
    }
    /// `nats-sub SUBJECT` as this user, and with these flags.
    [[nodiscard]] Command subscriber(const std::string& login, const std::string& subject,
                                     std::vector<std::string> flags = {}) const {
        const std::string host = server_.address();
        flags.insert(flags.begin(), {"-s", "nats://" + (login.empty() ? "" : login + "@") + host, subject});
        if (!tree.sentinel_creds().empty()) flags.insert(flags.end(), {"--creds", tree.sentinel_creds()});
        return command("nats-sub", flags);
    }
    [[nodiscard]] std::string audit() const { return read_text(tree.folder() / "provisioner.jsonl"); }

    CalloutTree tree;

  private:
    NatsServer server_;
    CalloutTree::Lines lines_;
};

constexpr int not_authorized = 5;

}  // namespace

TEST_CASE("nats-provisioner: users of the password file connect with their password, and leave with it") {
    const Way way = each_way();
    CAPTURE(way.version, way.way, way.sealed == Sealed::yes);
    const Scene scene(way, "", {.server = "", .rest = policy_lines});
    REQUIRE(run(scene.add_user("ann", "right")).exit_code == 0);
    REQUIRE(run(scene.add_user("other", "right")).exit_code == 0);
    const Outcome checked = run(scene.provisioner({"--check"}));
    INFO(checked.err);
    CHECK(checked.exit_code == 0);
    CHECK(checked.out.find("users: 2 users") != std::string::npos);
    CHECK(checked.out.find("ready to let passwords into account") != std::string::npos);

    Process service(scene.provisioner({}));
    service.wait_for_output("serving $SYS.REQ.USER.AUTH");
    Process ann(scene.subscriber("ann:right", "read.ann"));
    ann.wait_for_output("listening on read.ann");
    CHECK(run(scene.subscriber("ann:right", "read.bob")).exit_code == not_authorized);
    CHECK(run(scene.subscriber("ann:wrong", "read.ann")).exit_code == not_authorized);
    CHECK(run(scene.subscriber("bob:right", "read.bob")).exit_code == not_authorized);
    CHECK(run(scene.subscriber("other:right", "read.other")).exit_code == not_authorized);
    // What the file says counts from then on, without a signal.
    REQUIRE(run(scene.add_user("bob", "b")).exit_code == 0);
    Process bob(scene.subscriber("bob:b", "read.bob"));
    bob.wait_for_output("listening on read.bob");
    REQUIRE(run(scene.provisioner({"password", "remove", "ann"})).exit_code == 0);
    CHECK(run(scene.subscriber("ann:right", "read.ann")).exit_code == not_authorized);
    CHECK(service.stop().exit_code == 0);
    CHECK(scene.audit().find("\"password:ann\"") != std::string::npos);
    CHECK(scene.audit().find("right") == std::string::npos);
}

TEST_CASE("nats-provisioner: clients connect with a certificate of the authority, under the name in it") {
    const Way way = each_way();
    CAPTURE(way.version, way.way, way.sealed == Sealed::yes);
    const Certificates servers;
    const MadeAuthority devices("devices");
    // The server believes both authorities, the service the devices' alone.
    const TempDir folder;
    const auto both =
        folder.write("both.pem", read_text(servers.file("ca.pem")) + read_text(devices.file("ca.pem")));
    const std::string tls = "tls { cert_file: \"" + servers.file("server.pem") + "\", key_file: \"" +
                            servers.file("server-key.pem") + "\", ca_file: \"" + both.string() +
                            "\", verify: true }\n";
    const auto flags = [&](const std::string& cert, const std::string& key) {
        return std::vector<std::string>{"--tlsca", servers.file("ca.pem"), "--tlscert", cert, "--tlskey",
                                        key};
    };
    const Scene scene(
        way, tls,
        {.server = "",
         .connection = "tlsca = \"" + servers.file("ca.pem") + "\"\ntlscert = \"" + servers.file("acme.pem") +
                       "\"\ntlskey = \"" + servers.file("acme-key.pem") + "\"\n",
         .rest = policy_lines + "[[identity.x509]]\nname = \"devices\"\nca = \"" + devices.file("ca.pem") +
                 "\"\n[[identity.x509.rule]]\nwhen = { uri = \"spiffe://example.org/*\" }\nrole = "
                 "\"device\"\nname = \"{{claim(cn)}}\"\n"});
    REQUIRE(run(scene.add_user("ann", "right")).exit_code == 0);
    Process service(scene.provisioner({}));
    service.wait_for_output("serving $SYS.REQ.USER.AUTH");

    (void)devices.issue({.subject = "/CN=cam1", .names = "URI:spiffe://example.org/cam1"});
    const auto mine = flags(devices.file("client.pem"), devices.file("client-key.pem"));
    Process camera(scene.subscriber("", "device.cam1", mine));
    camera.wait_for_output("listening on device.cam1");
    CHECK(run(scene.subscriber("", "device.cam2", mine)).exit_code == not_authorized);
    // A password comes before the certificate, be it wrong.
    CHECK(run(scene.subscriber("ann:wrong", "device.cam1", mine)).exit_code == not_authorized);
    Process ann(scene.subscriber("ann:right", "read.ann", mine));
    ann.wait_for_output("listening on read.ann");
    // The server would believe these two.
    CHECK(run(scene.subscriber("", "device.cam1",
                               flags(servers.file("acme.pem"), servers.file("acme-key.pem"))))
              .exit_code == not_authorized);
    (void)devices.issue({.subject = "/CN=cam1", .names = "URI:spiffe://evil.org/cam1"});
    CHECK(run(scene.subscriber("", "device.cam1", mine)).exit_code == not_authorized);
    CHECK(service.stop().exit_code == 0);
    CHECK(scene.audit().find("#spiffe://example.org/cam1") != std::string::npos);
}

TEST_CASE("nats-provisioner: an authority that cannot be used is named, by --check and by the start") {
    const auto [text, says] = GENERATE(table<std::string, std::string>(
        {{"", "no such file or directory"}, {"no certificate\n", "certificate"}, {"broken", "certificate"}}));
    CAPTURE(text);
    const Way way{"2.15.1", WayIn::default_sentinel, Sealed::no};
    const Scene scene(way, "",
                      {.server = "",
                       .rest = policy_lines.substr(0, policy_lines.find("[identity.password]")) +
                               "[[identity.x509]]\nname = \"devices\"\nca = \"devices.pem\"\n"
                               "[[identity.x509.rule]]\nwhen = {}\nrole = \"device\"\nname = "
                               "\"{{claim(cn)}}\"\n"});
    const MadeAuthority devices("devices");
    const std::string whole = read_text(devices.file("ca.pem"));
    // The second of two is not whole.
    if (!text.empty())
        scene.tree.folder().write("devices.pem", text == "broken" ? whole + whole.substr(0, 100) : text);
    for (const Outcome& refused : {run(scene.provisioner({"--check"})), run(scene.provisioner({}))}) {
        INFO(refused.err);
        CHECK(refused.exit_code != 0);
        CHECK(refused.err.find("identity devices") != std::string::npos);
        CHECK(refused.err.find("devices.pem") != std::string::npos);
        CHECK(base::lower(refused.err).find(says) != std::string::npos);
    }
    scene.tree.folder().write("devices.pem", whole);
    const Outcome good = run(scene.provisioner({"--check"}));
    INFO(good.err);
    CHECK(good.exit_code == 0);
}

TEST_CASE("nats-provisioner: password add, list and remove keep the file, and the mistakes are told") {
    const TempDir folder;
    const std::string file = (folder / "users").string();
    const auto password = [&](std::vector<std::string> words, const std::string& input = "") {
        words.insert(words.begin(), "password");
        words.insert(words.end(), {"--file", file});
        Command line = command("nats-provisioner", words);
        line.input = input;
        return run(line);
    };
    CHECK(password({"list"}).exit_code != 0);
    CHECK(password({"add", "ann"}, "one\n").exit_code == 0);
    CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::all) ==
          std::filesystem::perms(0600));
    folder.write("secret", "two\nsecond line\n");
    CHECK(password({"add", "bob", "--from", (folder / "secret").string()}).exit_code == 0);
    CHECK(password({"list"}).out == "ann\nbob\n");
    const std::string before = read_text(file);
    CHECK(password({"add", "ann"}, "\n").err.find("the password is empty") != std::string::npos);
    CHECK(password({"add", "ann"}, std::string(1025, 'x')).err.find("1024") != std::string::npos);
    CHECK(password({"add", "a:b"}, "x\n").err.find("cannot be a user") != std::string::npos);
    CHECK(password({"remove", "zoe"}).err.find("there is no user zoe") != std::string::npos);
    CHECK(read_text(file) == before);
    CHECK(password({"remove", "ann"}).exit_code == 0);
    CHECK(password({"list"}).out == "bob\n");
}
