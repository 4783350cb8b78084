#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <support/certificates.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/trust_tree.h>

namespace natscreds::support {

/// A certified OpenID provider, which nobody here wrote, with two clients that are programs, ci and web, and one that people
/// log in to, nats-cli.
class CertifiedIssuer {
  public:
    CertifiedIssuer() : provider_(start(certificates_)) {
        constexpr std::string_view said = "issuer ";
        provider_.wait_for_output(std::string(said) + "https://127.0.0.1:");
        const std::string out = provider_.out();
        const std::size_t at = out.find(said) + said.size();
        name_ = out.substr(at, out.find('\n', at) - at);
    }

    /// An access token that this client gets for the audience nats, signed by that algorithm.
    [[nodiscard]] std::string token(const std::string& client, const std::string& algorithm) const {
        Command line;
        line.argv = {"curl",
                     "-sS",
                     "--cacert",
                     certificates_.file("ca.pem"),
                     "-u",
                     client + ":secret",
                     "-d",
                     "grant_type=client_credentials",
                     "-d",
                     "resource=urn:nats:" + algorithm,
                     name_ + "/token"};
        const Outcome answer = run(line);
        INFO(answer.err);
        INFO(answer.out);
        const std::string field = R"("access_token":")";
        const std::size_t at = answer.out.find(field);
        REQUIRE(at != std::string::npos);
        const std::size_t begin = at + field.size();
        return answer.out.substr(begin, answer.out.find('"', begin) - begin);
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string ca() const { return certificates_.file("ca.pem"); }

    [[nodiscard]] std::string lines(const std::string& role) const {
        return "[[identity.oidc]]\nname = \"ci\"\nissuer = \"" + name_ +
               "\"\naudience = [\"nats\"]\nca = \"" + certificates_.file("ca.pem") +
               "\"\n[[identity.oidc.rule]]\nwhen = { client_id = \"ci\" }\nrole = \"" + role +
               "\"\nname = \"{{claim(client_id)}}-job\"\n";
    }

    /// The lines of a configuration that believe who has logged in there.
    [[nodiscard]] std::string people_lines(const std::string& role) const {
        return "[[identity.oidc]]\nname = \"ci\"\nissuer = \"" + name_ +
               "\"\naudience = \"nats-cli\"\nca = \"" + ca() +
               "\"\n[[identity.oidc.rule]]\nwhen = { sub = \"ann\" }\nrole = \"" + role +
               "\"\nname = \"{{claim(sub)}}\"\n";
    }

  private:
    static Command start(const Certificates& certificates) {
        Command line;
        line.argv = {"node", source_root() + "/tests/support/oidc-provider/issuer.mjs",
                     source_root() + "/.deps/oidc-provider", certificates.file("server.pem"),
                     certificates.file("server-key.pem")};
        return line;
    }

    Certificates certificates_;
    Process provider_;
    std::string name_;
};

/// A service that answers requests, and a server.
class RequestScene {
  public:
    /// With these lines about an issuer, whose rules give the role `deploy`, and these more in that role.
    explicit RequestScene(const std::string& issuer, const std::string& role = "identity = \"ci\"\n")
        : server_(nats_servers().back(), {.config = tree_.config()}) {
        tree_.folder().write("service.toml",
                             "account = \"KUBECON.jwt\"\ndefault_role = \"open\"\n[connection]\nserver = \"" +
                                 server_.url() +
                                 "\"\ncreds = \"chat-access.creds\"\n[audit]\nfile = \"audit.jsonl\"\n"
                                 "[roles.open]\nsigning_key = \"signing.nk\"\nttl = \"1h\"\nsubscribe = "
                                 "[\"_INBOX_.{{subject()}}.>\"]\n[roles.deploy]\nsigning_key = "
                                 "\"signing.nk\"\nttl = \"1h\"\n" +
                                 role +
                                 "publish = [\"deploy.>\"]\nsubscribe = [\"_INBOX_.{{subject()}}.>\", "
                                 "\"deploy.{{name()}}\"]\n" +
                                 issuer);
    }

    [[nodiscard]] Command service(std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"--config", (tree_.folder() / "service.toml").string()});
        return command("nats-provisioner", more);
    }

    /// nats-req with that token in a file, and no credentials yet.
    [[nodiscard]] Outcome ask(const std::string& token, std::vector<std::string> more = {}) const {
        tree_.folder().write("token", token);
        std::filesystem::remove(creds());
        more.insert(more.begin(), {"-s", server_.url(), "--creds", tree_.requester_creds(), "--identity",
                                   "oidc=token", "-o", "ci.creds"});
        Command line = command("nats-req", more);
        line.folder = tree_.folder().path();
        return run(line);
    }

    /// nats-req with a token in a variable of its environment.
    [[nodiscard]] Command with_variable(const std::string& name, const std::string& value,
                                        const std::string& identity) const {
        Command line =
            command("nats-req", {"-s", server_.url(), "--creds", tree_.requester_creds(), "--identity",
                                 identity, "-o", "variable.creds", "--fresh", "--access", "ci-acme-shop"});
        line.environment[name] = value;
        line.folder = tree_.folder().path();
        return line;
    }

    [[nodiscard]] std::string requester_creds() const { return tree_.requester_creds(); }
    [[nodiscard]] std::string creds() const { return (tree_.folder() / "ci.creds").string(); }
    void write(const std::string& name, const std::string& text) const { tree_.folder().write(name, text); }
    [[nodiscard]] std::string url() const { return server_.url(); }
    [[nodiscard]] std::string audit() const { return read_text(tree_.folder() / "audit.jsonl"); }

  private:
    TrustTree tree_;
    NatsServer server_;
};

}  // namespace natscreds::support
