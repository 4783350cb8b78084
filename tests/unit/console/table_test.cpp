#include <support/test_data.h>
#include <catch2/catch_test_macros.hpp>

#include <natscreds/cli/console/table.h>

namespace natscreds::console {
namespace {

TEST_CASE("Table: it has the shape of nsc's own") {
    Table table("Accounts");
    table.add_row({"Name", "Public Key"});
    table.add_separator();
    table.add_row({"A", "AA4BGV6XZDJH7X2AZV4PITCOMT6RPBDTMQBMZ2QR4X7I6EYUO2LBEBOL"});
    table.add_row({"B", "AD5JDMGCWMESGFIP6PSKNXHRE6BPMOYQQML3EQOSXLQSHSGJJ6YG2247"});
    table.add_row({"KUBECON", "AART4MKBDGC4VINOPX7D7GK2ZCSMLH2OBPS2HQI4URYCWZHM2XH5MEYC"});
    table.add_row({"\x1b[1mPROVISION\x1b[0m",
                   "\x1b[1mAB5UFAQ52GKHGFWOI4DDWMMZDXURLB7UDV2UVPECY3EXITNW3AZA354C\x1b[0m"});
    table.add_row({"SYS", "ABVG6VFTYTIIMGAYVU34XHXNBW7LYCBKSYZL752PN3T7SNCTBJWIF73O"});

    CHECK(table.text() + "\n" == support::read_test_data("nsc-store/out/list-accounts.txt"));
}

TEST_CASE("Table: the last column is widened for a title that is wider than all of them") {
    Table table("Account \"PROVISION\"");
    table.add_row({"No issues found"});
    CHECK(table.text() ==
          "+---------------------+\n"
          "| Account \"PROVISION\" |\n"
          "+---------------------+\n"
          "| No issues found     |\n"
          "+---------------------+\n");
}

TEST_CASE("Table: an odd blank beside the title stands behind it") {
    Table table("User");
    table.add_row({"abcde"});
    CHECK(table.text() ==
          "+-------+\n"
          "| User  |\n"
          "+-------+\n"
          "| abcde |\n"
          "+-------+\n");
}

TEST_CASE("Table: without a title it begins with the first row, and short rows are filled") {
    Table table;
    table.add_row({"a", "b"});
    table.add_row({"c"});
    CHECK(table.text() ==
          "+---+---+\n"
          "| a | b |\n"
          "| c |   |\n"
          "+---+---+\n");
}

TEST_CASE("Display width: it is counted in columns of a screen") {
    CHECK(display_width("") == 0);
    CHECK(display_width("abc") == 3);
    CHECK(display_width("\xe2\x89\x88") == 1);              // almost equal to
    CHECK(display_width("\xe6\x97\xa5\xe6\x9c\xac") == 4);  // Japan
    CHECK(display_width("\xf0\x9f\x98\x80") == 2);          // a face
    CHECK(display_width("e\xcc\x81") == 1);                 // e and an accent of its own
    CHECK(display_width("\x1b[1;31mred\x1b[0m") == 3);
}

TEST_CASE("Display width: bytes that are not UTF-8 count one each, and none is read past the end") {
    CHECK(display_width("\xff\xfe") == 2);
    CHECK(display_width("\xe6\x97") == 2);
    CHECK(display_width("\xe6z") == 2);
    CHECK(display_width("\x1b[") == 0);
    CHECK(display_width("\x1b[12") == 0);
}

}  // namespace
}  // namespace natscreds::console
