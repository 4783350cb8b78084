// Which folder may include which: the arrows of docs/architecture.md, which are written there, and nowhere else.
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

using namespace natscreds::tree;

namespace {

using Folders = std::set<std::string, std::less<>>;

using Arrows = std::map<std::string, Folders, std::less<>>;

/// The rows "| `folder` | what it promises | what it hides | what it may use |".
Arrows drawn_in(std::string_view page) {
    Arrows drawn;
    const std::regex row(R"(\| `([a-z/-]+)` \|[^|]*\|[^|]*\| ?([a-z/ -]*?) ?\|)");
    for (const std::string_view line : lines_of(page)) {
        const std::string whole(line);
        std::smatch cells;
        if (!std::regex_match(whole, cells, row)) continue;
        std::istringstream words(cells[2]);
        drawn[cells[1]] = {std::istream_iterator<std::string>(words), {}};
    }
    return drawn;
}

/// What a folder may include besides itself. A folder that is not here may not exist.
const Arrows& arrows() {
    static const Arrows all = drawn_in(text_of(this_tree(), "docs/architecture.md"));
    return all;
}

/// Who decides knows no network: of access it gets the words, not the client (docs/adr/0002).
bool brings_the_network(const std::string& from, const std::string& header) {
    return from == "provisioner/policy" &&
           (header == "natscreds/access/client.h" || header == "natscreds/access/renewer.h");
}

/// The folder of the table in which a path lies, the deeper first: "cli/nsctl" for "cli/nsctl/list.cpp".
std::optional<std::string> folder_of(std::string_view path) {
    std::optional<std::string> found;
    for (const auto& [folder, allowed] : arrows()) {
        const bool inside = path.starts_with(folder + "/");
        if (inside && (!found || folder.size() > found->size())) found = folder;
    }
    return found;
}

/// Tests and examples may include everything.
bool free_of_arrows(const SourceFile& file) {
    return !file.is_cpp() || file.below("tests") || file.below("examples");
}

std::optional<std::string> objection(const std::string& from, const Include& include) {
    constexpr std::string_view ours = "natscreds/";
    if (include.quoted) {
        if (include.header.find("..") == std::string::npos) return std::nullopt;
        return "\"" + include.header +
               "\" reaches into another folder: include what it promises, in <natscreds/...>";
    }
    if (!include.header.starts_with(ours)) return std::nullopt;
    const auto to = folder_of(include.header.substr(ours.size()));
    if (!to) return "<" + include.header + "> is of no folder of ours";
    const bool along_an_arrow = *to == from || arrows().at(from).contains(*to);
    if (along_an_arrow && !brings_the_network(from, include.header)) return std::nullopt;
    return from + " may not include " + *to + ": " + include.header;
}

Findings broken_arrows(const SourceTree& files) {
    Findings findings;
    for (const SourceFile& file : files) {
        if (free_of_arrows(file)) continue;
        const auto from = folder_of(file.path);
        if (!from) {
            findings.push_back(file.path + ": its folder is not in the table of arrows");
            continue;
        }
        for (const Include& include : includes_of(file)) {
            const auto what = objection(*from, include);
            if (what) findings.push_back(file.path + ":" + std::to_string(include.line) + ": " + *what);
        }
    }
    return findings;
}

Findings in(const std::string& path, const std::string& header) {
    return broken_arrows({{path, "#pragma once\n#include " + header + "\n"}});
}

}  // namespace

TEST_CASE("Arrows: an include against an arrow is found, with its line") {
    CHECK(in("base/file.cpp", "<natscreds/nkeys/errc.h>") ==
          Findings{"base/file.cpp:2: base may not include nkeys: natscreds/nkeys/errc.h"});
    CHECK(in("nkeys/include/natscreds/nkeys/kind.h", "<natscreds/jwt/token.h>").size() == 1);
    CHECK(in("accounts/servers/push.cpp", "<natscreds/access/client.h>").size() == 1);
    CHECK(in("provisioner/policy/issuer.cpp", "<natscreds/bus/connection.h>").size() == 1);
    CHECK(in("provisioner/policy/issuer.cpp", "<natscreds/access/client.h>").size() == 1);
    CHECK(in("provisioner/policy/issuer.cpp", "<natscreds/provisioner/ledger/ledger.h>").size() == 1);
    CHECK(in("provisioner/main.cpp", "<natscreds/chat-client/model/room.h>").size() == 1);
    CHECK(in("chat-client/main.cpp", "<natscreds/provisioner/policy/issuer.h>").size() == 1);
    CHECK(in("chat-client/model/chat.cpp", "<natscreds/bus/message.h>").size() == 1);
    CHECK(in("cli/nsctl/main.cpp", "<natscreds/provisioner/policy/issuer.h>").size() == 1);
    CHECK(in("cli/console/table.cpp", "<natscreds/cli/nsctl/nsctl.h>").size() == 1);
}

TEST_CASE("Arrows: an include along an arrow, of one's own folder and of the system is allowed") {
    CHECK(in("nkeys/errc.cpp", "<natscreds/base/result.h>").empty());
    CHECK(in("access/client.cpp", "<natscreds/bus/connection.h>").empty());
    CHECK(in("provisioner/policy/issuer.cpp", "<natscreds/access/reason.h>").empty());
    CHECK(in("provisioner/ledger/ledger.cpp", "<natscreds/provisioner/policy/issuer.h>").empty());
    CHECK(in("base/file.cpp", "<natscreds/base/file.h>").empty());
    CHECK(in("base/file.cpp", "<string>").empty());
    CHECK(in("jwt/token.cpp", "\"json.h\"").empty());
    CHECK(in("tests/unit/base/x.cpp", "<natscreds/bus/connection.h>").empty());
}

TEST_CASE("Arrows: another folder's private header, and a folder that nobody knows, are found") {
    CHECK(in("bus/settings.cpp", "\"../jwt/json.h\"").size() == 1);
    CHECK(in("newcomer/a.cpp", "<string>").size() == 1);
    CHECK(in("base/file.cpp", "<natscreds/newcomer/a.h>").size() == 1);
}

TEST_CASE("Arrows: the table itself has no way round") {
    REQUIRE(arrows().size() > 20);
    for (const auto& [from, allowed] : arrows()) {
        for (const std::string& to : allowed) {
            CAPTURE(from, to);
            REQUIRE(arrows().contains(to));
            CHECK_FALSE(arrows().at(to).contains(from));
        }
    }
}

TEST_CASE("Arrows: this tree keeps to them") {
    CHECK(shown(broken_arrows(this_tree())) == "");
}
