// "nsc://": the user of a store, for whom nsc or nsctl is asked. Here both are scripts; nsctl itself is asked in
// tests/cli.
#include <filesystem>
#include <map>
#include <string>

#include <support/temp_dir.h>
#include <support/test_data.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/bus/settings.h>

namespace natscreds::bus {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A home with a context "one", and a folder of programs.
class Home {
  public:
    void context(const std::string& fields) const {
        folder_.write("nats/context/one.json", "{" + fields + "}");
    }

    void program(const std::string& name, const std::string& script) const {
        const auto file = folder_.write("bin/" + name, "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }

    /// A program that answers as nsc does, and only when it is asked as nsc is.
    void answering(const std::string& name, const std::string& json) const {
        program(name, "[ \"$1 $2 $#\" = 'generate profile 3' ] || exit 9\ntouch " + asked().string() +
                          "\ncat <<'END'\n" + json + "\nEND");
    }

    [[nodiscard]] std::filesystem::path asked() const { return folder_ / "asked"; }

    [[nodiscard]] base::Result<Settings> resolve(GivenOptions given = {{Key::context, "one"}}) const {
        std::map<std::string, std::string> variables{{"XDG_CONFIG_HOME", folder_.path().string()},
                                                     {"PATH", (folder_ / "bin").string() + ":/usr/bin:/bin"}};
        return Settings::resolve(std::move(given), [&](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(std::string(name));
            return found != variables.end() ? std::optional(found->second) : std::nullopt;
        });
    }

    [[nodiscard]] std::string refusal(GivenOptions given = {{Key::context, "one"}}) const {
        const auto settings = resolve(std::move(given));
        REQUIRE_FALSE(settings);
        CHECK(settings.error().code == Errc::bad_option);
        return settings.error().message();
    }

  private:
    support::TempDir folder_;
};

const std::string profile = R"({"user_creds":"/k/creds/KO/$A/u.creds",
  "operator":{"service":["nats://a:1","tls://b:2"]}, "account":{"name":"$A"}})";

std::string value(const base::Result<Settings>& settings, Key key) {
    if (!settings) FAIL(settings.error().message());
    const Setting* const setting = settings->find(key);
    return setting != nullptr ? setting->value : "none";
}

}  // namespace

TEST_CASE("nsc://: a context's nsc gives creds and servers, where nothing else does") {
    const Home home;
    home.answering("nsc", profile);
    home.context(R"("nsc":"nsc://KO/$A/u")");
    CHECK(value(home.resolve(), Key::creds) == "/k/creds/KO/$A/u.creds");
    CHECK(value(home.resolve(), Key::server) == "nats://a:1,tls://b:2");
    CHECK(home.resolve()->find(Key::creds)->source == "context one");
    CHECK(home.resolve()->find(Key::creds)->file() == "/k/creds/KO/$A/u.creds");

    home.context(R"("nsc":"nsc://KO/$A/u","url":"nats://c","creds":"")");
    CHECK(value(home.resolve(), Key::server) == "nats://c");
    CHECK(value(home.resolve(), Key::creds) == "/k/creds/KO/$A/u.creds");

    home.context(R"("nsc":"nsc://KO/$A/u","creds":"mine.creds")");
    CHECK(value(home.resolve(), Key::server) == "nats://a:1,tls://b:2");
    CHECK(value(home.resolve(), Key::creds) == "mine.creds");
    CHECK(value(home.resolve({{Key::context, "one"}, {Key::user, "u"}}), Key::creds) == "none");
}

TEST_CASE("nsc://: nobody is asked where who and where to are known") {
    const Home home;
    home.answering("nsc", profile);
    home.context(R"("nsc":"nsc://KO/A/u")");
    CHECK(value(home.resolve({{Key::context, "one"}, {Key::server, "s"}, {Key::creds, "c"}}), Key::creds) ==
          "c");
    CHECK_FALSE(std::filesystem::exists(home.asked()));
}

TEST_CASE("nsc://: creds and nkey may be such a reference, from any place, and nothing else may") {
    const Home home;
    home.answering("nsc", profile);
    for (const std::string field : {"creds", "nkey"}) {
        home.context("\"" + field + R"(":"NSC://KO/$A/u","url":"nats://c")");
        CHECK(value(home.resolve(), field == "creds" ? Key::creds : Key::nkey) == "/k/creds/KO/$A/u.creds");
    }
    CHECK(value(home.resolve({{Key::creds, "nsc://KO/$A/u"}}), Key::creds) == "/k/creds/KO/$A/u.creds");
    for (const std::string field : {"token", "ca", "cert"}) {
        home.context("\"" + field + R"(":"nsc://KO/A/u")");
        CHECK_THAT(home.refusal(), ContainsSubstring("its \"" + field + "\"") &&
                                       ContainsSubstring("can stand for creds or nkey only"));
    }
}

TEST_CASE("nsc://: nsctl is asked where there is no nsc, and where there is neither, that is said") {
    const Home home;
    home.context(R"("nsc":"nsc://KO/A/u")");
    CHECK_THAT(home.refusal(),
               ContainsSubstring("context one: its \"nsc\": nsc://KO/A/u: neither nsc nor nsctl"));
    home.answering("nsctl", R"({"user_creds":"/by/nsctl"})");
    CHECK(value(home.resolve(), Key::creds) == "/by/nsctl");
    home.answering("nsc", R"({"user_creds":"/by/nsc"})");
    CHECK(value(home.resolve(), Key::creds) == "/by/nsc");
}

TEST_CASE(
    "nsc://: what the program says against it is said, with its name and the reference, without secrets") {
    const Home home;
    home.context(R"("creds":"nsc://KO/A/u")");
    const std::string seed = support::read_test_data("nsc-store/keys/creds/KO/A/test.creds");
    const std::string line = seed.substr(seed.find("\nSU") + 1, 58);
    home.program("nsc", "echo 'Error: invalid user \"u\" " + line + "' >&2; echo Usage: >&2; exit 1");
    const std::string refusal = home.refusal();
    CHECK_THAT(refusal, ContainsSubstring("context one: its \"creds\": nsc://KO/A/u: ") &&
                            ContainsSubstring("/bin/nsc generate profile: Error: invalid user \"u\" ***"));
    CHECK_THAT(refusal, !ContainsSubstring(line) && !ContainsSubstring("Usage"));
    home.program("nsc", "exit 1");
    CHECK_THAT(home.refusal(), ContainsSubstring("exit code 1"));
    for (const std::string answer : {"", "[]", "{", "created x"}) {
        home.answering("nsc", answer);
        CHECK_THAT(home.refusal(), ContainsSubstring("its answer is not a JSON object"));
    }
    home.answering("nsc", R"({"user_creds":7,"operator":{"service":"nats://a"}})");
    CHECK_THAT(home.refusal(), ContainsSubstring("it has no creds file of this user"));
}

TEST_CASE("nsc://: a reference that names no user gives servers, and no creds") {
    const Home home;
    home.answering("nsc", R"({"operator":{"service":["nats://a"]}})");
    home.context(R"("nsc":"nsc://KO")");
    CHECK(value(home.resolve(), Key::server) == "nats://a");
    CHECK(value(home.resolve(), Key::creds) == "none");
    CHECK_THAT(home.refusal({{Key::creds, "nsc://KO/A"}}), ContainsSubstring("nsc://KO/A names no user"));
    home.context(R"("nsc":"--help")");
    CHECK_THAT(home.refusal(), ContainsSubstring("reads nsc://OPERATOR/ACCOUNT/USER"));
}

}  // namespace natscreds::bus
