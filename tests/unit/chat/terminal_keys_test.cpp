#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/terminal/keys.h>

using namespace natscreds::chat;
using Inputs = std::vector<Input>;

namespace {

Inputs read(std::string_view bytes) {
    KeyReader reader;
    return reader.read(bytes);
}

Inputs key(const char* name) {
    return {KeyPress{name}};
}

}  // namespace

TEST_CASE("Keys: control characters, as terminals send them") {
    CHECK(read("\r") == key("enter"));
    CHECK(read("\t") == key("tab"));
    CHECK(read("\x7f") == key("backspace"));
    CHECK(read("\x01") == key("ctrl-a"));
    CHECK(read("\x1a") == key("ctrl-z"));
    CHECK(read(std::string_view("\0", 1)) == key("ctrl-space"));
    CHECK(read("\x1f") == key("ctrl-_"));
}

TEST_CASE("Keys: the mouse's wheel, also with a modifier; its buttons are passed over") {
    CHECK(read("\x1b[<64;10;5M") == key("wheel-up"));
    CHECK(read("\x1b[<65;10;5M") == key("wheel-down"));
    CHECK(read("\x1b[<68;223;100M") == key("wheel-up"));
    CHECK(read("\x1b[<0;10;5M\x1b[<0;10;5m").empty());
    CHECK(read("\x1b[<64;10;5m").empty());
    CHECK(read("\x1b[<M\x1b[<;;M").empty());
}

TEST_CASE("Keys: sequences of xterm, with and without modifiers, and of older terminals") {
    CHECK(read("\x1b[A") == key("up"));
    CHECK(read("\x1bOA") == key("up"));
    CHECK(read("\x1b[1;3B") == key("alt-down"));
    CHECK(read("\x1b[1;5D") == key("ctrl-left"));
    CHECK(read("\x1b[1;8C") == key("ctrl-alt-shift-right"));
    CHECK(read("\x1b[5~") == key("page-up"));
    CHECK(read("\x1b[6;2~") == key("shift-page-down"));
    CHECK(read("\x1b[Z") == key("shift-tab"));
    CHECK(read("\x1bOP") == key("f1"));
    CHECK(read("\x1b[12~") == key("f2"));
    CHECK(read("\x1b[1~\x1b[4~") == Inputs{KeyPress{"home"}, KeyPress{"end"}});
}

TEST_CASE("Keys: Alt is an Esc before the key") {
    CHECK(read("\x1b"
               "1") == key("alt-1"));
    CHECK(read("\x1b\r") == key("alt-enter"));
    CHECK(read("\x1b\x7f") == key("alt-backspace"));
    CHECK(read("\x1bé") == key("alt-é"));
}

TEST_CASE("Keys: an Esc alone is a key once nothing follows") {
    KeyReader reader;
    CHECK(reader.read("\x1b").empty());
    CHECK(reader.waits_after_escape());
    CHECK(reader.take_escape() == key("esc"));
    CHECK_FALSE(reader.waits_after_escape());

    CHECK(reader.read("\x1b").empty());
    CHECK(reader.read("[A") == key("up"));
}

TEST_CASE("Keys: a text comes as it is, also when a character arrives in pieces") {
    CHECK(read("héllo\r") == Inputs{Text{"héllo"}, KeyPress{"enter"}});
    KeyReader reader;
    CHECK(reader.read("a\xe6\x97") == Inputs{Text{"a"}});
    CHECK(reader.read("\xa5") == Inputs{Text{"日"}});
}

TEST_CASE("Keys: a paste is one thing, whatever is in it and however it arrives") {
    CHECK(read("\x1b[200~one\r\ntwo\rthree\n\x1b[A\x1b[201~x") ==
          Inputs{Paste{"one\ntwo\nthree\n\x1b[A"}, Text{"x"}});
    KeyReader reader;
    CHECK(reader.read("\x1b[200~on").empty());
    CHECK_FALSE(reader.waits_after_escape());
    CHECK(reader.read("e\x1b[20").empty());
    CHECK(reader.read("1~") == Inputs{Paste{"one"}});
}

TEST_CASE("Keys: a paste without end does not grow without end") {
    KeyReader reader;
    (void)reader.read("\x1b[200~");
    for (int i = 0; i < 100; ++i)
        CHECK(reader.read(std::string(4096, 'x')).empty());
    const Inputs inputs = reader.read("\x1b[201~");
    REQUIRE(inputs.size() == 1);
    CHECK(std::get<Paste>(inputs[0]).text.size() == KeyReader::max_waiting);
}

TEST_CASE("Keys: a sequence that nobody knows is passed over, and so is one without end") {
    CHECK(read("\x1b[?62;c") == Inputs{});
    CHECK(read("\x1b[99~a") == Inputs{Text{"a"}});
    KeyReader reader;
    (void)reader.read("\x1b[" + std::string(200, '1'));
    CHECK_FALSE(reader.waits_after_escape());
}
