// What programs that connect ask for: as `nats` runs it, and as nsc answers.
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/nkeys/signing_key.h>

#include "command_line.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;
using nlohmann::json;

namespace {

/// What the operator of the store has.
const json servers{{"service", {"nats://localhost:4222"}}};

json profile(NscCommandLine& nsctl, const std::string& url) {
    const Outcome outcome = nsctl({"generate", "profile", url});
    INFO(url << '\n' << outcome.err);
    REQUIRE(outcome.exit_code == 0);
    return json::parse(outcome.out);
}

std::string key_of(NscCommandLine& nsctl, const std::vector<std::string>& described) {
    std::vector<std::string> words{"describe"};
    words.insert(words.end(), described.begin(), described.end());
    words.insert(words.end(), {"-F", "sub"});
    return json::parse(nsctl(words).out).get<std::string>();
}

std::string public_key_of(const json& seed) {
    return nkeys::SigningKey::parse_seed(seed.get<std::string>())->public_key().text();
}

}  // namespace

TEST_CASE(
    "generate profile: a user's creds file and the operator's servers, and nothing that was not asked for") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "operator", "--service-url", "tls://b:4222"}).exit_code == 0);
    const std::string creds = (nsctl.folder / "nsc/nkeys/creds/KO/KUBECON/chat-access.creds").string();
    CHECK(nsctl({"generate", "profile", "nsc://KO/KUBECON/chat-access"}).out ==
          "{\n  \"user_creds\": \"" + creds +
              "\",\n  \"operator\": {\n    \"service\": [\n      \"nats://localhost:4222\",\n      "
              "\"tls://b:4222\"\n    ]\n"
              "  }\n}\n");
    CHECK(profile(nsctl, "nsc://KO/KUBECON") ==
          json{{"operator", {{"service", {"nats://localhost:4222", "tls://b:4222"}}}}});
}

TEST_CASE("generate profile: names, keys and seeds are said where they are asked for, short or in full") {
    NscCommandLine nsctl;
    const std::string account = key_of(nsctl, {"account", "A"});
    const json all =
        profile(nsctl,
                "nsc://KO/A/test?operatorName&accountName&userName&operatorKey&accountKey&userKey&"
                "accountSeed&userSeed");
    CHECK(all["operator"]["name"] == "KO");
    CHECK(all["operator"]["id"] == key_of(nsctl, {"operator"}));
    CHECK_FALSE(all["operator"].contains("seed"));
    CHECK(all["account"]["name"] == "A");
    CHECK(all["account"]["id"] == account);
    CHECK(public_key_of(all["account"]["seed"]) == account);
    CHECK(all["user"]["name"] == "test");
    CHECK(public_key_of(all["user"]["seed"]) == all["user"]["id"]);

    CHECK(profile(nsctl, "nsc://KO/A/test?NAME&key")["user"] ==
          json{{"name", "test"}, {"id", all["user"]["id"]}});
    CHECK(profile(nsctl, "nsc://KO/A?key") == json{{"operator", servers}, {"account", {{"id", account}}}});
    CHECK(profile(nsctl, "nsc://KO?name")["operator"]["name"] == "KO");
    CHECK(profile(nsctl, "nsc://KO/A/test?userKey&").contains("user_creds"));
}

TEST_CASE("generate profile: the seed of a signing key is that which is named, or the first that is stored") {
    NscCommandLine nsctl;
    const std::string made = json::parse(nsctl({"add", "signing-key", "-a", "A", "-J"}).out)["public_key"];
    const std::string lower = [&] {
        std::string text = made;
        for (char& c : text)
            c = static_cast<char>(std::tolower(c));
        return text;
    }();
    CHECK(public_key_of(profile(nsctl, "nsc://KO/A/test?accountSeed=" + made)["account"]["seed"]) == made);
    CHECK(public_key_of(profile(nsctl, "nsc://KO/A?seed=" + lower)["account"]["seed"]) == made);

    const std::string identity = key_of(nsctl, {"account", "A"});
    std::filesystem::remove(nsctl.folder / "nsc/nkeys/keys/A" / identity.substr(1, 2) / (identity + ".nk"));
    CHECK(public_key_of(profile(nsctl, "nsc://KO/A?seed")["account"]["seed"]) == made);
    const Outcome missing = nsctl({"generate", "profile", "nsc://KO/A?seed=" + identity});
    CHECK(missing.exit_code == 1);
    CHECK(missing.out.empty());
    CHECK(missing.err.find("accountSeed: " + identity) != std::string::npos);
}

TEST_CASE(
    "generate profile: names may be in another case, encoded, or public keys; store and keystore lie "
    "elsewhere") {
    NscCommandLine nsctl;
    const std::string user = key_of(nsctl, {"user", "-a", "A", "test"});
    const json wanted = profile(nsctl, "nsc://KO/A/test");
    CHECK(profile(nsctl, "NSC://ko/a/TEST") == wanted);
    CHECK(profile(nsctl, "nsc://K%4F/A/t%65st") == wanted);
    CHECK(profile(nsctl, "nsc://" + key_of(nsctl, {"operator"}) + "/" + key_of(nsctl, {"account", "A"}) +
                             "/" + user) == wanted);

    std::filesystem::rename(nsctl.folder / "nsc/accounts/nats", nsctl.folder / "Elsewhere");
    std::filesystem::rename(nsctl.folder / "nsc/nkeys", nsctl.folder / "Keys");
    const std::string url = "nsc://KO/A/test?store=" + (nsctl.folder / "Elsewhere").string() +
                            "&keystore=" + (nsctl.folder / "Keys").string();
    CHECK(profile(nsctl, url)["user_creds"] == (nsctl.folder / "Keys/creds/KO/A/test.creds").string());
}

TEST_CASE("generate profile: a user without a creds file has none, and another's bad file hides nobody") {
    NscCommandLine nsctl;
    std::filesystem::remove(nsctl.folder / "nsc/nkeys/creds/KO/A/test.creds");
    nsctl.folder.write("nsc/accounts/nats/KO/accounts/A/users/aaa.jwt", "");
    CHECK(profile(nsctl, "nsc://KO/A/TEST") == json{{"operator", servers}});
    CHECK(profile(nsctl, "nsc://KO/A/" + key_of(nsctl, {"user", "-a", "A", "test"})) ==
          json{{"operator", servers}});
}

TEST_CASE("generate profile: what is wrong with a URL is named") {
    NscCommandLine nsctl;
    const auto [url, named] = GENERATE(table<std::string, std::string>({
        {"KO/A/test", "\"KO/A/test\""},
        {"http://KO/A", "\"http://KO/A\""},
        {"nsc://", "\"nsc://\""},
        {"nsc://KO//test", "\"nsc://KO//test\""},
        {"nsc://KO/A/test/more", "\"nsc://KO/A/test/more\""},
        {"nsc://KO/A/t%zz", "\"nsc://KO/A/t%zz\""},
        {"nsc://KO/A?userKey", "\"userKey\""},
        {"nsc://KO/A/test?seeds", "\"seeds\""},
        {"nsc://NO/A/test", "\"NO\""},
        {"nsc://KO/NO/test", "\"NO\""},
        {"nsc://KO/A/NO", "\"NO\""},
    }));
    const Outcome outcome = nsctl({"generate", "profile", url});
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find(named) != std::string::npos);
}

TEST_CASE("generate profile: into a file that only its owner may read") {
    NscCommandLine nsctl;
    const auto file = nsctl.folder / "profile.json";
    const Outcome outcome = nsctl({"generate", "profile", "nsc://KO/A/test?seed", "-o", file.string()});
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "[ OK ] wrote tool configuration to `" + file.string() + "`\n");
    CHECK(json::parse(support::read_text(file))["user"].contains("seed"));
    CHECK(std::filesystem::status(file).permissions() == std::filesystem::perms(0600));
}
