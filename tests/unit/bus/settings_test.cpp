#include <map>

#include <support/temp_dir.h>
#include <support/test_data.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/bus/settings.h>
#include <natscreds/jwt/errc.h>

namespace natscreds::bus {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::TempDir;

Environment environment(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string(name));
        return found != variables.end() ? std::optional(found->second) : std::nullopt;
    };
}

Settings resolve(GivenOptions given, const Environment& variables = environment({})) {
    base::Result<Settings> settings = Settings::resolve(std::move(given), variables);
    if (!settings) FAIL(settings.error().message());
    return *std::move(settings);
}

std::string text(const Settings& settings, Key key) {
    const Setting* const setting = settings.find(key);
    return setting != nullptr ? setting->value + " from " + setting->source : "none";
}

std::string creds_file(const std::string& name) {
    return support::test_data("nsc-store/keys/creds/KO/" + name + ".creds").string();
}

TEST_CASE("Settings: with nothing given there are the defaults") {
    const Settings settings = resolve({});
    CHECK(text(settings, Key::server) == "nats://127.0.0.1:4222 from default");
    CHECK(text(settings, Key::timeout) == "5s from default");
    CHECK(text(settings, Key::creds) == "none");
    const base::Result<ConnectionOptions> options = settings.load();
    REQUIRE(options);
    CHECK(options->servers == std::vector<std::string>{"nats://127.0.0.1:4222"});
    CHECK(options->timeout == std::chrono::seconds(5));
    CHECK_FALSE(options->credentials);
    CHECK(options->inbox_prefix.empty());
}

TEST_CASE("Settings: an option beats the environment, which beats the context, which beats the default") {
    const TempDir home;
    home.write(
        "nats/context/prod.json",
        R"({"description": "x", "url": "c1,c2", "creds": "c.creds", "inbox_prefix": "_C", "nkey": ""})");
    const Environment variables = environment({{"XDG_CONFIG_HOME", home.path().string()},
                                               {"NATS_URL", "e"},
                                               {"NATS_CREDS", "e.creds"},
                                               {"NATS_CONTEXT", "prod"}});

    const Settings settings = resolve({{Key::server, "o"}}, variables);

    CHECK(text(settings, Key::server) == "o from --server");
    CHECK(text(settings, Key::creds) == "e.creds from NATS_CREDS");
    CHECK(text(settings, Key::inbox_prefix) == "_C from context prod");
    CHECK(text(settings, Key::timeout) == "5s from default");
    CHECK(text(settings, Key::context) == "prod from NATS_CONTEXT");
}

TEST_CASE("Settings: a context lies in ~/.config without XDG_CONFIG_HOME, and may name files in the home") {
    const TempDir home;
    home.write(".config/nats/context/dev.json", R"({"creds": "~/dev.creds"})");
    const Settings settings = resolve({{Key::context, "dev"}}, environment({{"HOME", home.path().string()}}));
    CHECK(text(settings, Key::creds) == (home / "dev.creds").string() + " from context dev");
}

TEST_CASE("Settings: an empty variable is no value") {
    CHECK(text(resolve({}, environment({{"NATS_URL", ""}, {"NATS_CONTEXT", ""}})), Key::server) ==
          "nats://127.0.0.1:4222 from default");
}

TEST_CASE("Settings: who one is comes from one place alone") {
    const TempDir home;
    home.write("nats/context/prod.json", R"({"user": "u", "password": "p"})");
    const Environment variables =
        environment({{"XDG_CONFIG_HOME", home.path().string()}, {"NATS_CREDS", "e.creds"}});

    const Settings by_option = resolve({{Key::nkey, "k"}, {Key::context, "prod"}}, variables);
    CHECK(text(by_option, Key::nkey) == "k from --nkey");
    CHECK(text(by_option, Key::creds) == "none");
    CHECK(text(by_option, Key::user) == "none");

    const Settings by_variable = resolve({{Key::context, "prod"}}, variables);
    CHECK(text(by_variable, Key::creds) == "e.creds from NATS_CREDS");
    CHECK(text(by_variable, Key::password) == "none");
    CHECK(by_variable.load().error().code != Errc::bad_option);
}

TEST_CASE("Settings: two ways from the same place that exclude each other are refused") {
    for (const GivenOptions& given : {GivenOptions{{Key::creds, "a"}, {Key::nkey, "b"}},
                                      GivenOptions{{Key::password, "a"}, {Key::password_file, "b"}}}) {
        const base::Result<Settings> settings = Settings::resolve(given, environment({}));
        REQUIRE_FALSE(settings);
        CHECK(settings.error().code == Errc::bad_option);
    }
    CHECK(Settings::resolve({{Key::creds, "a"}, {Key::user, "b"}}, environment({})));
}

TEST_CASE("Settings: a context that cannot be used is refused, and named") {
    const TempDir home;
    home.write("nats/context/list.json", "[]");
    home.write("nats/context/broken.json", "{");
    home.write("nats/context/nsc.json", R"({"nsc": "nsc://KO/A/u"})");
    const Environment variables = environment({{"XDG_CONFIG_HOME", home.path().string()}});
    for (const std::string name : {"list", "broken", "nsc", "absent", "", "../context/list", ".list"}) {
        const base::Result<Settings> settings = Settings::resolve({{Key::context, name}}, variables);
        REQUIRE_FALSE(settings);
        CHECK(settings.error().code == Errc::bad_option);
        CHECK_THAT(settings.error().message(), ContainsSubstring(name) && !ContainsSubstring("hidden"));
    }
}

TEST_CASE("Settings: they are shown with their origin, and without secrets") {
    const Settings settings = resolve(
        {{Key::server, "nats://u:hidden@a,b,nats://hidden@c"}, {Key::user, "me"}, {Key::password, "hidden"}},
        environment({{"NATS_CA", "ca.pem"}}));
    CHECK(settings.describe() ==
          "server        nats://u:***@a,b,nats://***@c  (--server)\n"
          "user          me  (--user)\n"
          "password      ***  (--password)\n"
          "tlsca         ca.pem  (NATS_CA)\n"
          "timeout       5s  (default)\n");
}

TEST_CASE("Settings: the token of a context arrives where it belongs, and is not shown") {
    const TempDir home;
    home.write("nats/context/ci.json", R"({"url": "nats://a", "token": "hidden"})");
    const Settings settings =
        resolve({{Key::context, "ci"}}, environment({{"XDG_CONFIG_HOME", home.path().string()}}));
    const base::Result<ConnectionOptions> options = settings.load();
    REQUIRE(options);
    CHECK(base::as_text(options->token.expose()) == "hidden");
    CHECK_THAT(settings.describe(), ContainsSubstring("token         ***  (context ci)\n"));
    CHECK_THAT(settings.describe(), !ContainsSubstring("hidden"));
}

TEST_CASE("Settings: a password or token that something stronger overrules is not used") {
    const TempDir home;
    home.write("nats/context/one.json", R"({"user": "u", "password": "p"})");
    home.write("nats/context/two.json", R"({"token": "t"})");
    const Environment variables =
        environment({{"XDG_CONFIG_HOME", home.path().string()}, {"NATS_CREDS", creds_file("A/test")}});
    for (const std::string context : {"one", "two"}) {
        const base::Result<ConnectionOptions> options = resolve({{Key::context, context}}, variables).load();
        REQUIRE(options);
        CHECK(options->credentials);
        CHECK(options->password.empty());
        CHECK(options->token.empty());
    }
}

TEST_CASE("Settings: what they name is read into memory") {
    const TempDir folder;
    const Settings settings = resolve({{Key::server, "a,b:1"},
                                       {Key::creds, creds_file("A/test")},
                                       {Key::user, "me"},
                                       {Key::password_file, folder.write("password", "two words\n").string()},
                                       {Key::timeout, "1m30s"},
                                       {Key::inbox_prefix, "_MINE"}});
    const base::Result<ConnectionOptions> options = settings.load();
    REQUIRE(options);
    CHECK(options->servers == std::vector<std::string>{"a", "b:1"});
    CHECK(options->credentials->user().content.name == "test");
    CHECK(base::as_text(options->password.expose()) == "two words");
    CHECK(options->timeout == std::chrono::seconds(90));
    CHECK(options->inbox_prefix == "_MINE");
}

TEST_CASE("Settings: the password of the command line arrives where it belongs") {
    const base::Result<ConnectionOptions> options = resolve({{Key::user, "me"}, {Key::password, "p"}}).load();
    REQUIRE(options);
    CHECK(base::as_text(options->password.expose()) == "p");
}

TEST_CASE("Settings: values that make no sense are refused") {
    const std::vector<GivenOptions> wrong{
        {{Key::server, ""}},           {{Key::server, "a,,b"}},      {{Key::server, "a b"}},
        {{Key::timeout, "soon"}},      {{Key::inbox_prefix, "a.*"}}, {{Key::inbox_prefix, "a."}},
        {{Key::tls_cert, "only.pem"}}, {{Key::tls_key, "only.pem"}}, {{Key::password, "without user"}},
    };
    for (const GivenOptions& given : wrong)
        CHECK(resolve(given).load().error().code == Errc::bad_option);
}

TEST_CASE("Settings: a file that cannot be read is named, and why") {
    const base::Result<ConnectionOptions> absent = resolve({{Key::creds, "/nowhere/my.creds"}}).load();
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == std::errc::no_such_file_or_directory);
    CHECK_THAT(absent.error().message(), ContainsSubstring("/nowhere/my.creds"));

    const TempDir folder;
    const std::string file = folder.write("my.creds", "-ERR 'the name is taken'\n").string();
    const base::Result<ConnectionOptions> refused = resolve({{Key::creds, file}}).load();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == jwt::Errc::bad_creds);
    CHECK_THAT(refused.error().message(), ContainsSubstring(file));
}

TEST_CASE("Durations: as Go writes them, and bare seconds") {
    using std::chrono::milliseconds;
    CHECK(parse_duration("5s").value() == milliseconds(5000));
    CHECK(parse_duration("500ms").value() == milliseconds(500));
    CHECK(parse_duration("1m30s").value() == milliseconds(90'000));
    CHECK(parse_duration("2h").value() == milliseconds(7'200'000));
    CHECK(parse_duration("1.5s").value() == milliseconds(1500));
    CHECK(parse_duration("7").value() == milliseconds(7000));
    CHECK(parse_duration("1m0s").value() == milliseconds(60'000));
    CHECK(parse_duration("0.001").value() == milliseconds(1));
}

TEST_CASE("Durations: what is none, or nothing, or no end of time, is refused") {
    for (const std::string wrong : {"", "s", "5x", "-5s", "0", "0s", "0.1ms", "5s5", "1m-30s", " 5s", "5 s",
                                    "nan", "inf", "1e9h", "99999999999h"}) {
        CAPTURE(wrong);
        CHECK(parse_duration(wrong).error().code == Errc::bad_option);
    }
}

}  // namespace
}  // namespace natscreds::bus
