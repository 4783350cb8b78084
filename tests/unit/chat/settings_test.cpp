#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/chat-client/model/errc.h>
#include <natscreds/chat-client/model/settings.h>
#include <support/programs.h>

using namespace natscreds;
using namespace natscreds::chat;

namespace {

base::Result<Settings> read(const std::string& text) {
    return Settings::parse(text, "/home/derek/chat.toml");
}

struct Mistake {
    std::string text;
    Errc code;
    std::string says;
};

}  // namespace

TEST_CASE("Settings: an empty file changes nothing, and no two actions have the same key") {
    const auto settings = read("");
    REQUIRE(settings);
    CHECK(settings->bell() == Bell::mention);
    CHECK(settings->colours().empty());
    CHECK(settings->key_of(Action::next_channel).text() == "alt-down");
    for (const Settings::Entry& entry : settings->entries()) {
        INFO(entry.name);
        CHECK(Settings(*settings).set(entry.name, entry.value));
    }
}

TEST_CASE("Settings: a file sets keys, colours and the bell") {
    const auto settings = read(
        "bell = \"off\"\n[keys]\nnext_channel = \"alt-n\"\n"
        "[colors]\nmention = \"bright_red\"\nown = \"default\"\nunknown = \"standard\"\n");
    REQUIRE(settings);
    CHECK(settings->bell() == Bell::off);
    CHECK(settings->key_of(Action::next_channel).text() == "alt-n");
    CHECK(settings->colours().at(Ink::mention) == Colour::bright_red);
    CHECK(settings->colours().at(Ink::own) == std::nullopt);
    CHECK(settings->colours().size() == 2);
}

TEST_CASE("Settings: two actions may exchange their keys") {
    const auto settings = read("[keys]\nnext_channel = \"alt-up\"\nprevious_channel = \"alt-down\"\n");
    REQUIRE(settings);
    CHECK(settings->key_of(Action::next_channel).text() == "alt-up");
}

TEST_CASE("Settings: the first mistake is named with file, line and key") {
    const auto mistake = GENERATE(
        Mistake{"bell = \"off\"\nbel = \"on\"", Errc::unknown_setting, ":2: bel"},
        Mistake{"[keys]\nnext = \"f5\"", Errc::unknown_setting, ":2: keys.next"},
        Mistake{"[colours]\nown = \"red\"", Errc::unknown_setting, ":2: colours.own"},
        Mistake{"keys = \"f5\"", Errc::unknown_setting, ":1: keys"},
        Mistake{"[keys.help]\nkey = 1", Errc::wrong_type, ":1: keys.help: expected a text"},
        Mistake{"\nbell = true", Errc::wrong_type, ":2: bell: expected a text"},
        Mistake{"bell = \"loud\"", Errc::bad_setting, ":1: bell: expected off, direct, mention or all"},
        Mistake{"[colors]\nown = \"pink\"", Errc::bad_setting, ":2: colors.own: expected a colour"},
        Mistake{"[keys]\n\nhelp = \"x\"", Errc::bad_setting, ":3: keys.help: expected a key"},
        Mistake{"[keys]\nhelp = \"alt-a\"", Errc::key_taken,
                ":2: keys.help: alt-a is the key of next_unread"},
        Mistake{"[keys]\nhelp = \"f5\"\nsearch = \"f5\"", Errc::key_taken,
                ":2: keys.help: f5 is the key of search"},
        Mistake{"bell = \"off\"\nbell = \"all\"", Errc::not_toml, ":2: "},
        Mistake{"\n\nbell", Errc::not_toml, ":3: "});
    const auto settings = read(mistake.text);
    REQUIRE_FALSE(settings);
    INFO(mistake.text << "\n" << settings.error().message());
    CHECK(settings.error().code == mistake.code);
    CHECK(settings.error().detail.starts_with("/home/derek/chat.toml" + mistake.says));
}

TEST_CASE("Settings: what cannot be set leaves everything as it was") {
    Settings settings;
    CHECK(settings.set("keys.help", "alt-a").error().code == Errc::key_taken);
    CHECK(settings.key_of(Action::help).text() == "f1");
    CHECK(settings.set("keys.help", "").error().code == Errc::bad_setting);
    CHECK(settings.set("help", "f5").error().code == Errc::unknown_setting);
}

TEST_CASE("Settings: the example shows every setting as it is without a file") {
    const std::string file = support::source_root() + "/conf/chat.toml";
    const std::string text = support::read_text(file);
    const auto settings = Settings::parse(text, file);
    REQUIRE(settings);
    for (const Settings::Entry& entry : settings->entries()) {
        const std::string key = entry.name.substr(entry.name.find('.') + 1);
        CHECK(text.find("\n" + key + " = \"" + entry.value + "\"\n") != std::string::npos);
    }
    CHECK(settings->key_of(Action::leave) == Settings().key_of(Action::leave));
    CHECK(settings->colours().empty());
}

TEST_CASE(
    "Key: what a terminal cannot send, what writes a letter and what always means the same is refused") {
    for (const std::string key : {"alt-down", "ctrl-r", "f12", "page-up", "shift-page-up", "ctrl-alt-x",
                                  "alt-3", "alt--", "alt-enter", "ctrl-alt-shift-left", "alt-N"})
        CHECK(Key::parse(key));
    for (const std::string key :
         {"", "a", "-", "up", "enter", "ctrl-c", "ctrl-i", "ctrl-m", "ctrl-z", "ctrl-", "alt-", "alt-ctrl-x",
          "ctrl-R", "shift-a", "f13", "ctrl-enter", "alt-é"})
        CHECK_FALSE(Key::parse(key));
}
