// Which folder may include which: the arrows of docs/architecture.md, written once, here.
#include <map>
#include <optional>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

using namespace natscreds::tree;

namespace {

using Folders = std::set<std::string, std::less<>>;

/// base <- nkeys <- jwt, below everything that talks or stores.
const Folders foundation{"base", "nkeys", "jwt"};

Folders foundation_and(const Folders& more) {
    Folders all = foundation;
    all.insert(more.begin(), more.end());
    return all;
}

/// What a folder may include besides itself. A folder that is not here may not exist.
const std::map<std::string, Folders, std::less<>> arrows{
    {"base", {}},
    {"nkeys", {"base"}},
    {"jwt", {"base", "nkeys"}},
    {"bus", foundation},
    {"access", foundation_and({"bus"})},
    {"accounts", foundation_and({"bus"})},
    // The protocol's reasons and requests are what the core decides about; bus stays out of its reach.
    {"provisioner/core", foundation_and({"access"})},
    // Proofs that other systems made; the service asks it, and it asks nothing of the service.
    {"provisioner/identity", {"base", "jwt"}},
    // The cluster's API server, over HTTPS; what it says is judged by identity and by the service.
    {"provisioner/kubernetes", {"base", "provisioner/identity"}},
    {"provisioner/service", foundation_and({"access", "bus", "cli/console", "provisioner/core",
                                            "provisioner/identity", "provisioner/kubernetes"})},
    {"provisioner",
     foundation_and({"access", "bus", "cli/console", "provisioner/core", "provisioner/service"})},
    // The model is values: no network, and no terminal.
    {"chat-client/model", foundation},
    {"chat-client/net", foundation_and({"access", "bus", "chat-client/model"})},
    {"chat-client/terminal", {"base"}},
    {"chat-client/view", foundation_and({"chat-client/model", "chat-client/terminal"})},
    {"chat-client", foundation_and({"access", "bus", "cli/console", "chat-client/model", "chat-client/net",
                                    "chat-client/terminal", "chat-client/view"})},
    {"cli/console", foundation_and({"bus"})},
    {"cli/request", foundation_and({"access", "bus", "cli/console"})},
    {"cli/nsctl", foundation_and({"access", "accounts", "bus", "cli/console"})},
};

/// The core knows no network: of access it gets the words, not the client (docs/adr/0002).
bool brings_the_network(const std::string& from, const std::string& header) {
    return from == "provisioner/core" &&
           (header == "natscreds/access/client.h" || header == "natscreds/access/renewer.h");
}

/// The folder of the table in which a path lies, the deeper first: "cli/nsctl" for "cli/nsctl/list.cpp".
std::optional<std::string> folder_of(std::string_view path) {
    std::optional<std::string> found;
    for (const auto& [folder, allowed] : arrows) {
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
    const bool along_an_arrow = *to == from || arrows.at(from).contains(*to);
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
    CHECK(in("accounts/push.cpp", "<natscreds/access/client.h>").size() == 1);
    CHECK(in("provisioner/core/issuer.cpp", "<natscreds/bus/connection.h>").size() == 1);
    CHECK(in("provisioner/core/issuer.cpp", "<natscreds/access/client.h>").size() == 1);
    CHECK(in("provisioner/core/issuer.cpp", "<natscreds/provisioner/service/ledger.h>").size() == 1);
    CHECK(in("provisioner/main.cpp", "<natscreds/chat-client/model/room.h>").size() == 1);
    CHECK(in("chat-client/main.cpp", "<natscreds/provisioner/core/issuer.h>").size() == 1);
    CHECK(in("chat-client/model/chat.cpp", "<natscreds/bus/message.h>").size() == 1);
    CHECK(in("cli/nsctl/main.cpp", "<natscreds/provisioner/core/issuer.h>").size() == 1);
    CHECK(in("cli/console/table.cpp", "<natscreds/cli/nsctl/nsctl.h>").size() == 1);
}

TEST_CASE("Arrows: an include along an arrow, of one's own folder and of the system is allowed") {
    CHECK(in("nkeys/errc.cpp", "<natscreds/base/result.h>").empty());
    CHECK(in("access/client.cpp", "<natscreds/bus/connection.h>").empty());
    CHECK(in("provisioner/core/issuer.cpp", "<natscreds/access/reason.h>").empty());
    CHECK(in("provisioner/service/ledger.cpp", "<natscreds/provisioner/core/issuer.h>").empty());
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
    for (const auto& [from, allowed] : arrows) {
        for (const std::string& to : allowed) {
            CAPTURE(from, to);
            REQUIRE(arrows.contains(to));
            CHECK_FALSE(arrows.at(to).contains(from));
        }
    }
}

TEST_CASE("Arrows: this tree keeps to them") {
    CHECK(shown(broken_arrows(this_tree())) == "");
}
