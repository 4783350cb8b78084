// Where another project's headers may be included. None may in a public header: what is ours to promise does
// not change with them.
#include <algorithm>
#include <array>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

using namespace natscreds::tree;

namespace {

struct ThirdParty {
    std::vector<std::string> headers;  ///< how they begin
    std::vector<std::string> folders;  ///< where .cpp files may include them; empty: anywhere
};

const std::vector<ThirdParty> third_parties{
    {.headers = {"nats/", "nats.h"}, .folders = {"bus"}},
    {.headers = {"sodium"}, .folders = {"base", "nkeys"}},
    {.headers = {"CLI/"}, .folders = {"cli/console"}},
    {.headers = {"spdlog/", "prometheus/"}, .folders = {"provisioner/observation"}},
    {.headers = {"qrencode"}, .folders = {"cli/person"}},
    {.headers = {"utf8proc"}, .folders = {"chat-client/model"}},
    {.headers = {"ftxui/"}, .folders = {"chat-client"}},
    {.headers = {"yaml-cpp/"}, .folders = {"provisioner/kubernetes"}},
    {.headers = {"httplib"}, .folders = {"https"}},
    {.headers = {"sqlite3"}, .folders = {"provisioner/ledger"}},
    {.headers = {"toml++/", "toml.hpp"}, .folders = {"accounts", "provisioner/service", "chat-client/model"}},
    {.headers = {"nlohmann/", "openssl/"}, .folders = {}},
};

/// Headers that are not public, and exist to keep one library's types in one place of one folder.
constexpr std::array<std::string_view, 7> private_headers_that_may{
    "access/signed_request.h",
    "chat-client/model/message_fields.h",
    "jwt/json.h",
    "provisioner/identity/openssl.h",
    "provisioner/identity/token_claims.h",
    "provisioner/identity/x509.h",
    "provisioner/service/toml_section.h",
};

const ThirdParty* third_party_of(const std::string& header) {
    for (const ThirdParty& party : third_parties) {
        for (const std::string& beginning : party.headers) {
            if (header.starts_with(beginning)) return &party;
        }
    }
    return nullptr;
}

bool in_allowed_folder(const SourceFile& file, const ThirdParty& party) {
    if (party.folders.empty()) return true;
    return std::ranges::any_of(party.folders, [&](const std::string& folder) { return file.below(folder); });
}

bool may_be_a_header(const SourceFile& file) {
    return std::ranges::find(private_headers_that_may, file.path) != private_headers_that_may.end();
}

std::string objection(const SourceFile& file, const ThirdParty& party) {
    if (file.is_header() && !may_be_a_header(file)) return " belongs in a .cpp file, not in a header";
    if (!in_allowed_folder(file, party)) return " does not belong in this folder";
    return {};
}

Findings misplaced_third_parties(const SourceTree& files) {
    Findings findings;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || file.below("tests") || file.below("examples") || file.below("chat-client/view"))
            continue;
        for (const Include& include : includes_of(file)) {
            const ThirdParty* const party = third_party_of(include.header);
            const std::string what = party != nullptr ? objection(file, *party) : "";
            if (what.empty()) continue;
            findings.push_back(file.path + ":" + std::to_string(include.line) + ": <" + include.header + ">" +
                               what);
        }
    }
    return findings;
}

/// What a library of ours is linked with although its headers may not be included there.
Findings misplaced_links(const SourceTree& files, std::string_view target, std::string_view folder) {
    Findings findings;
    for (const SourceFile& file : files) {
        if (!file.path.ends_with("CMakeLists.txt") || file.below(folder)) continue;
        if (file.text.find(target) != std::string::npos)
            findings.push_back(file.path + ": " + std::string(target) + " belongs in " + std::string(folder));
    }
    return findings;
}

Findings in(const std::string& path, const std::string& header) {
    return misplaced_third_parties({{path, "#include <" + header + ">\n"}});
}

}  // namespace

TEST_CASE("Third parties: a header of theirs in a header of ours is found") {
    CHECK(in("bus/include/natscreds/bus/connection.h", "nats/nats.h") ==
          Findings{"bus/include/natscreds/bus/connection.h:1: <nats/nats.h> belongs in a .cpp file, not in a "
                   "header"});
    CHECK(in("nkeys/encoding.h", "sodium.h").size() == 1);
    CHECK(in("jwt/include/natscreds/jwt/token.h", "nlohmann/json.hpp").size() == 1);
    CHECK(in("jwt/hash.h", "openssl/evp.h").size() == 1);
    CHECK(in("cli/nsctl/options/options.h", "CLI/CLI.hpp").size() == 1);
}

TEST_CASE("Third parties: a header of theirs in a folder that has nothing to do with it is found") {
    CHECK(in("access/client.cpp", "nats/nats.h").size() == 1);
    CHECK(in("jwt/token.cpp", "sodium.h").size() == 1);
    CHECK(in("jwt/token.cpp", "spdlog/spdlog.h").size() == 1);
    CHECK(in("accounts/store.cpp", "CLI/CLI.hpp").size() == 1);
    CHECK(in("cli/nsctl/list/list.cpp", "CLI/CLI.hpp").size() == 1);
    CHECK(in("provisioner/service/command_line.cpp", "CLI/CLI.hpp").size() == 1);
    CHECK(in("cli/nsctl/list/list.cpp", "ftxui/dom/elements.hpp").size() == 1);
}

TEST_CASE("Third parties: a header of theirs where it belongs is allowed") {
    CHECK(in("bus/connection.cpp", "nats/nats.h").empty());
    CHECK(in("nkeys/signing_key.cpp", "sodium.h").empty());
    CHECK(in("accounts/store.cpp", "nlohmann/json.hpp").empty());
    CHECK(in("jwt/json.h", "nlohmann/json.hpp").empty());
    CHECK(in("cli/console/parse.cpp", "CLI/CLI.hpp").empty());
    CHECK(in("base/include/natscreds/base/file.h", "string").empty());
    CHECK(in("chat-client/view/screen.h", "ftxui/dom/elements.hpp").empty());
}

TEST_CASE("Third parties: CLI11 is linked with one library alone") {
    const SourceTree wrong{{"cli/nsctl/CMakeLists.txt", "PRIVATE CLI11::CLI11)\n"},
                           {"cli/console/CMakeLists.txt", "PRIVATE CLI11::CLI11)\n"}};
    CHECK(misplaced_links(wrong, "CLI11::CLI11", "cli/console").size() == 1);
    CHECK(shown(misplaced_links(this_tree(), "CLI11::CLI11", "cli/console")) == "");
}

TEST_CASE("Third parties: this tree has them where they belong") {
    CHECK(shown(misplaced_third_parties(this_tree())) == "");
}
