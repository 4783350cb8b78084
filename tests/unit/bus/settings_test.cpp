#include <algorithm>
#include <map>

#include <support/temp_dir.h>
#include <support/test_data.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/letters.h>
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

std::string encoded(const std::string& content) {
    std::string text = base::base64url_encode(base::as_bytes(content));
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    return text + std::string((4 - text.size() % 4) % 4, '=');
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
    for (const std::string name : {"list", "broken", "nsc", "absent", "../context/list", ".list"}) {
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
    CHECK(options->servers == std::vector<std::string>{"nats://a", "nats://b:1"});
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

TEST_CASE("Context: each field that nats has is gone by, or refused by its name; so is every other") {
    const TempDir home;
    const Environment variables = environment({{"XDG_CONFIG_HOME", home.path().string()}});
    for (const std::string field :
         {R"("nsc":"O/A/u")", R"("socks_proxy":"socks5://a")", R"("jetstream_domain":"hub")",
          R"("jetstream_api_prefix":"x")", R"("jetstream_event_prefix":"x")",
          R"("windows_cert_store":"user")", R"("windows_ca_certs_match":["x"])", R"("user_jwt":"eyJ")",
          R"("user_seed":"x")", R"("creed":"x")", R"("TLS_First":"true")", R"("url":7)"}) {
        home.write("nats/context/one.json", "{" + field + "}");
        CAPTURE(field);
        const base::Result<Settings> settings = Settings::resolve({{Key::context, "one"}}, variables);
        REQUIRE_FALSE(settings);
        CHECK(settings.error().code == Errc::bad_option);
        CHECK_THAT(base::lower(settings.error().message()),
                   ContainsSubstring(base::lower(field.substr(1, field.find(':') - 2))));
    }
    home.write("nats/context/one.json",
               R"({"description":"x","color_scheme":"x","name":"x","nsc":"","socks_proxy":"",)"
               R"("windows_ca_certs_match":null,"tls_first":false,"URL":"a","Inbox_Prefix":"_C"})");
    const Settings settings = resolve({{Key::context, "one"}}, variables);
    CHECK(text(settings, Key::server) == "a from context one");
    CHECK(text(settings, Key::inbox_prefix) == "_C from context one");
    CHECK_FALSE(settings.load()->tls_first);
}

TEST_CASE("Context: tls_first, as --tlsfirst, is asked of the client library") {
    const TempDir home;
    home.write("nats/context/one.json", R"({"url":"a","tls_first":true})");
    const Environment variables = environment({{"XDG_CONFIG_HOME", home.path().string()}});
    CHECK(resolve({{Key::context, "one"}}, variables).load()->tls_first);
    home.write("nats/context/one.json", R"({"url":"a","TLS_FIRST":true})");
    CHECK(resolve({{Key::context, "one"}}, variables).load()->tls_first);
    CHECK(resolve({{Key::tls_first, "true"}}).load()->tls_first);
    CHECK_FALSE(resolve({}).load()->tls_first);
}

TEST_CASE("Context: without a name it is the one that was selected") {
    const TempDir home;
    home.write("nats/context/one.json", R"({"url":"a, b ,c"})");
    home.write("nats/context/two.json", R"({"url":"d"})");
    home.write("nats/context.txt", "one\n");
    const Environment variables = environment({{"XDG_CONFIG_HOME", home.path().string()}});
    CHECK(resolve({}, variables).load()->servers ==
          std::vector<std::string>{"nats://a", "nats://b", "nats://c"});
    CHECK(resolve({{Key::context, "two"}}, variables).load()->servers ==
          std::vector<std::string>{"nats://d"});
    CHECK(resolve({{Key::context, ""}}, variables).load()->servers == resolve({}).load()->servers);
    home.write("nats/context.txt", "gone\n");
    CHECK(Settings::resolve({}, variables).error().code == Errc::bad_option);
}

TEST_CASE("References: creds come from a file, a variable or data, as nats has them") {
    const TempDir home;
    const std::string content = support::read_test_data("nsc-store/keys/creds/KO/A/test.creds");
    home.write("my.creds", content);
    const std::string data = "data:;base64," + encoded(content);
    const Environment variables = environment({{"XDG_CONFIG_HOME", home.path().string()},
                                               {"HOME", home.path().string()},
                                               {"WHERE", home.path().string()},
                                               {"MYCREDS", content}});
    for (const std::string& creds : {std::string("~/my.creds"), std::string("file://~/my.creds"),
                                     std::string("$WHERE/my.creds"), std::string("${WHERE}/my.creds"),
                                     std::string("env://MYCREDS"), std::string("ENV://MYCREDS"), data}) {
        CAPTURE(creds.substr(0, 24));
        home.write("nats/context/one.json", R"({"creds":")" + creds + R"("})");
        for (const GivenOptions& given :
             {GivenOptions{{Key::context, "one"}}, GivenOptions{{Key::creds, creds}}}) {
            const base::Result<ConnectionOptions> options = resolve(given, variables).load();
            REQUIRE(options);
            CHECK(options->credentials->user().content.name == "test");
            const bool file = creds.find("my.creds") != std::string::npos;
            CHECK(options->credentials_file == (file ? home / "my.creds" : std::filesystem::path()));
        }
    }
}

TEST_CASE("References: a token, a password, and a user's JWT with its seed come from them too") {
    const TempDir home;
    const std::string content = support::read_test_data("nsc-store/keys/creds/KO/A/test.creds");
    const std::size_t jwt = content.find("eyJ");
    const std::size_t seed = content.find("\nSU") + 1;
    const Environment variables = environment({{"XDG_CONFIG_HOME", home.path().string()},
                                               {"SECRET", "hidden"},
                                               {"SEED", content.substr(seed, 58)}});
    home.write("nats/context/one.json", R"({"token":"env://SECRET"})");
    home.write("nats/context/two.json", R"({"user":"u","password":"data:;base64,aGlkZGVuCg=="})");
    home.write("nats/context/three.json", R"({"user_jwt":")" +
                                              content.substr(jwt, content.find('\n', jwt) - jwt) +
                                              R"(","user_seed":"env://SEED"})");
    const auto options = [&](const std::string& name) {
        return resolve({{Key::context, name}}, variables).load();
    };
    CHECK(base::as_text(options("one")->token.expose()) == "hidden");
    CHECK(base::as_text(options("two")->password.expose()) == "hidden");
    CHECK(options("three")->credentials->user().content.name == "test");
}

TEST_CASE(
    "References: what cannot be followed is refused by its name, and content in a name's place as such") {
    const std::string content = support::read_test_data("nsc-store/keys/creds/KO/A/test.creds");
    const Environment variables = environment({{"NATS_CREDS", content}, {"EMPTY", ""}});
    const auto refused = [&](const std::string& creds, const std::string& named) {
        const base::Result<Settings> settings =
            Settings::resolve(creds.empty() ? GivenOptions() : GivenOptions{{Key::creds, creds}}, variables);
        REQUIRE_FALSE(settings);
        CHECK(settings.error().code == Errc::bad_option);
        CHECK_THAT(settings.error().message(), ContainsSubstring(named));
    };
    refused("op://vault/item/field", "1Password");
    refused("env://NOT_SET", "env://NOT_SET");
    refused("env://EMPTY", "env://EMPTY");
    refused("data:text/plain,x", "base64");
    refused("data:;base64,*", "base64");
    refused("", "NATS_CREDS is the content of a file");
    refused(content.substr(content.find("\nSU") + 1, 58), "--creds is the content of a file");
}

TEST_CASE(
    "Servers: who stands before the '@' is told to the server decoded, and goes before what is said beside") {
    const auto loaded = [](const std::string& servers,
                           const std::map<std::string, std::string>& variables = {}) {
        return resolve({{Key::server, servers}}, environment(variables)).load();
    };
    const auto one =
        loaded("NATS://der%40ek:p%3A%25%00@host:1,tls://[::1]", {{"NATS_USER", "u"}, {"NATS_PASSWORD", "p"}});
    REQUIRE(one);
    CHECK(one->servers == std::vector<std::string>{"nats://host:1", "tls://[::1]"});
    CHECK(one->user == "der@ek");
    CHECK(base::as_text(one->password.expose()) == std::string_view("p:%\0", 4));
    const auto token = loaded("h%69dden@host", {{"NATS_TOKEN", "t"}});
    CHECK(base::as_text(token->token.expose()) == "hidden");
    CHECK(token->user.empty());
    CHECK(loaded("u:p@a,u:p@b,c")->servers == std::vector<std::string>{"nats://a", "nats://b", "nats://c"});
    CHECK(loaded("u:p@a,u:q@b").error().code == Errc::bad_option);
    for (const std::string wrong : {"u%4:hidden@a", "u:hidden%@a", "hidden%zz@a", "u:hidden%4@a"}) {
        const auto refused = loaded(wrong);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::bad_option);
        CHECK_THAT(refused.error().message(), ContainsSubstring("%25") && !ContainsSubstring("hidden"));
    }
}

TEST_CASE("Settings: variables are those of nats, and a user without a password is a token") {
    const Environment variables =
        environment({{"NATS_USER", "u"}, {"NATS_PASSWORD", "hidden"}, {"NATS_TIMEOUT", "7s"}});
    const auto both = resolve({}, variables).load();
    CHECK(both->user == "u");
    CHECK(base::as_text(both->password.expose()) == "hidden");
    CHECK(both->timeout == std::chrono::seconds(7));
    CHECK(base::as_text(resolve({}, environment({{"NATS_TOKEN", "hidden"}})).load()->token.expose()) ==
          "hidden");
    const auto alone = resolve({}, environment({{"NATS_USER", "hidden"}})).load();
    CHECK(alone->user.empty());
    CHECK_THAT(resolve({}, environment({{"NATS_USER", "hidden"}})).describe(), !ContainsSubstring("hidden"));
    CHECK(base::as_text(alone->token.expose()) == "hidden");
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
