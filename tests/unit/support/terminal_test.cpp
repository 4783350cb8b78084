#include <catch2/catch_test_macros.hpp>

#include <support/terminal.h>

using namespace natscreds::support;

TEST_CASE("Terminal: what runs in it sees its size, its keys and what is pasted, and shows what it writes") {
    Terminal terminal({.columns = 60, .rows = 12});
    terminal.start({.argv = {"stty", "size"}});
    terminal.sees("12 60");
    terminal.resize({.columns = 40, .rows = 10});
    terminal.start({.argv = {"stty", "size"}});
    terminal.sees("10 40");
    terminal.start({.argv = {"cat", "-v"}, .environment = {{"GREETING", "it's"}}});
    terminal.type("漢字");
    terminal.paste("pasted");
    terminal.press({"Up", "Enter"});
    terminal.sees("pasted^[[A\n");
    CHECK(terminal.take_keystrokes() == 5);
    terminal.press({"C-c"});
    CHECK(terminal.state("alternate_on") == "0");
}
