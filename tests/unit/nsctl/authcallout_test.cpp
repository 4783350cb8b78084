#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/nkeys/key_file.h>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

const std::string other_user = gone_key;

const jwt::ExternalAuthorization& callout_of(const jwt::Decoded<jwt::AccountClaims>& account) {
    return account.claims().authorization;
}

}  // namespace

TEST_CASE("edit authcallout: users by name or key, and accounts, are added and removed; the rest stays") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "KUBECON");
    const std::string key = user_of(nsctl, "chat-access").content.subject;
    const std::string allowed = account_of(nsctl, "SYS").content.subject;
    const Outcome added = nsctl({"edit", "authcallout", "-a", "KUBECON", "--auth-user",
                                 "chat-access," + other_user, "--allowed-account", "SYS"});
    INFO(added.err);
    REQUIRE(added.exit_code == 0);
    CHECK(added.out.empty());
    CHECK(added.err == "[ OK ] added user \"" + key + "\"\n[ OK ] added user \"" + other_user +
                           "\"\n[ OK ] added account \"" + allowed +
                           "\"\n[ OK ] edited account \"KUBECON\"\n");
    auto after = account_of(nsctl, "KUBECON");
    CHECK(callout_of(after).auth_users == std::vector<std::string>{key, other_user});
    CHECK(callout_of(after).allowed_accounts == std::vector<std::string>{allowed});
    after.content.claims.authorization = {};
    CHECK(after.claims() == before.claims());

    const Outcome removed = nsctl({"edit", "authcallout", "--auth-user", key, "--rm-auth-user", other_user,
                                   "--rm-allowed-account", allowed});
    CHECK(contains(removed.err, "skipped adding user \"" + key + "\" - as it's already set"));
    CHECK(contains(removed.err, "deleted user \"" + other_user + "\""));
    CHECK(callout_of(account_of(nsctl, "KUBECON")).auth_users == std::vector<std::string>{key});
    CHECK(callout_of(account_of(nsctl, "KUBECON")).allowed_accounts.empty());

    CHECK(nsctl({"edit", "authcallout", "--disable"}).exit_code == 0);
    CHECK(account_of(nsctl, "KUBECON").claims() == before.claims());
}

TEST_CASE("edit authcallout: a generated curve key is stored, and described") {
    NscCommandLine nsctl;
    const Outcome made = nsctl(
        {"edit", "authcallout", "--auth-user", "chat-access", "--allowed-account", "*", "-x", "generate"});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    const std::string xkey = callout_of(account_of(nsctl, "KUBECON")).xkey;
    CHECK(contains(made.err, "set curve key " + xkey));
    const auto file = nsctl.folder / "nsc/nkeys/keys/X" / xkey.substr(1, 2) / (xkey + ".nk");
    const auto stored = nkeys::load_curve_seed(file);
    REQUIRE(stored);
    CHECK(stored->public_key().text() == xkey);
    const std::string table = nsctl({"describe", "account", "KUBECON"}).out;
    CHECK(contains(table, xkey));
    CHECK(contains(table, "Auth Callout Users"));
    // The same one again, from its file.
    CHECK(nsctl({"edit", "authcallout", "--rm-curve"}).exit_code == 0);
    CHECK(callout_of(account_of(nsctl, "KUBECON")).xkey.empty());
    CHECK(nsctl({"edit", "authcallout", "--curve", file.string()}).exit_code == 0);
    CHECK(callout_of(account_of(nsctl, "KUBECON")).xkey == xkey);
}

TEST_CASE("edit authcallout: what makes no sense is refused, and changes nothing") {
    NscCommandLine nsctl;
    const std::string account = account_of(nsctl, "KUBECON").content.subject;
    const auto arguments = GENERATE_COPY(
        values<std::vector<std::string>>({{},
                                          {"--auth-user", account},
                                          {"--allowed-account", other_user},
                                          {"--allowed-account", "SYS"},
                                          {"--auth-user", "chat-access", "--allowed-account", "SYS,*"},
                                          {"--curve", account},
                                          {"--disable", "--auth-user", "chat-access"}}));
    const auto before = account_of(nsctl, "KUBECON");
    std::vector<std::string> line{"edit", "authcallout", "-a", "KUBECON"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    const Outcome outcome = nsctl(line);
    CAPTURE(outcome.err);
    CHECK(outcome.exit_code == 1);
    CHECK(account_of(nsctl, "KUBECON").token == before.token);
}

TEST_CASE("generate config: a default sentinel is a bearer's JWT behind the rest, and nothing else") {
    NscCommandLine nsctl;
    const std::vector<std::string> generate{"generate", "config", "--mem-resolver", "--default-sentinel"};
    const auto with = [&](const std::string& named) {
        std::vector<std::string> line = generate;
        line.push_back(named);
        return nsctl(line);
    };
    REQUIRE(nsctl({"add", "user", "sentinel", "-K", "chat-plain", "--bearer"}).exit_code == 1);
    REQUIRE(nsctl({"add", "user", "sentinel", "--bearer", "--deny-pubsub", ">", "-K", plain_key}).exit_code ==
            0);
    const auto sentinel = user_of(nsctl, "sentinel");
    CHECK(sentinel.claims().pub.deny == std::vector<std::string>{">"});
    CHECK(sentinel.claims().sub.deny == std::vector<std::string>{">"});
    const std::string plain = nsctl({"generate", "config", "--mem-resolver"}).out;
    const Outcome made = with("KUBECON/sentinel");
    CHECK(made.out ==
          plain.substr(0, plain.size() - 1) + "\ndefault_sentinel: " + sentinel.token.text() + "\n\n");
    nsctl.folder.write("sentinel.jwt", sentinel.token.text());
    CHECK(with((nsctl.folder / "sentinel.jwt").string()).out == made.out);
    const Outcome refused = with("KUBECON/chat-access");
    CHECK(refused.exit_code == 1);
    CHECK(contains(refused.err, "the user is no bearer"));
    CHECK(refused.out.empty());
}
