// What no file may be called, and what may stand in none.
#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

using namespace natscreds::tree;

namespace {

/// Names that say nothing, and so draw in everything.
const std::set<std::string, std::less<>> empty_names{"util",    "utils", "utility", "utilities", "helper",
                                                     "helpers", "misc",  "common",  "manager",   "managers"};

std::vector<std::string> words_of(std::string_view path) {
    std::vector<std::string> words(1);
    for (const char c : path) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        } else {
            words.emplace_back();
        }
    }
    return words;
}

Findings empty_file_names(const SourceTree& files) {
    Findings findings;
    for (const SourceFile& file : files) {
        for (const std::string& word : words_of(file.path)) {
            if (empty_names.contains(word)) findings.push_back(file.path + ": '" + word + "' says nothing");
        }
    }
    return findings;
}

/// The lines of some files in which a pattern stands.
Findings lines_with(const SourceTree& files, const std::string& pattern, const std::string& objection) {
    const std::regex expression(pattern);
    Findings findings;
    for (const SourceFile& file : files) {
        int number = 0;
        for (const std::string_view line : lines_of(file.text)) {
            ++number;
            if (!std::regex_search(line.begin(), line.end(), expression)) continue;
            findings.push_back(file.path + ":" + std::to_string(number) + ": " + objection);
        }
    }
    return findings;
}

template <class Wanted>
SourceTree those(const SourceTree& files, Wanted wanted) {
    SourceTree some;
    std::ranges::copy_if(files, std::back_inserter(some), wanted);
    return some;
}

/// Paths of a machine that this was written on. ([k], so that this file is not found itself.)
Findings machine_paths(const SourceTree& files) {
    return lines_with(files, "(^|[^A-Za-z0-9_.}])/wor[k]/(main|shared)", "a path of one machine");
}

/// Packages come from where this machine's apt has them: a script that names a host fails where it is not reached.
Findings named_hosts(const SourceTree& files) {
    const auto builds = [](const SourceFile& file) {
        return file.below("scripts") || file.below(".ci") || file.below("cmake") ||
               file.path.ends_with("CMakeLists.txt");
    };
    return lines_with(those(files, builds),
                      "(https?|ftp)://(?!127\\.0\\.0\\.1|localhost)[A-Za-z0-9]|(deb|snapshot)\\.debian\\.org",
                      "names a host");
}

/// A test that sleeps is slow or fails by chance: support::eventually() waits no longer than needed.
Findings sleeping_tests(const SourceTree& files) {
    const auto tests = [](const SourceFile& file) {
        return file.below("tests") && file.is_cpp() && file.path != "tests/support/eventually.cpp";
    };
    return lines_with(those(files, tests), "\\b(sleep_for|sleep_until|usleep|nanosleep|[s]leep)\\(",
                      "sleeps");
}

/// What a test cannot try here it skips, which counts as failed; it does not pass.
Findings empty_passes(const SourceTree& files) {
    const auto tests = [](const SourceFile& file) { return file.below("tests") && file.is_cpp(); };
    return lines_with(those(files, tests), "\\b(SUCCEE[D]|CHEC[K]\\(true\\)|REQUIR[E]\\(true\\))",
                      "cannot fail");
}

/// A function of OpenSSL or libsodium that failed leaves what it was to fill as it was. Those that cannot fail return
/// nothing; what measures how long such a call takes measures nothing else.
Findings dropped_results(const SourceTree& files) {
    const std::regex call("^ *(EVP_|RAND_|crypto_|sodium_(?!memzero|free))[A-Za-z0-9_]*\\(");
    Findings findings;
    for (const SourceFile& file : files) {
        std::string_view before;
        int number = 0;
        for (const std::string_view line : lines_of(file.text)) {
            ++number;
            const bool begins = before.empty() ||
                                std::string_view(";{}").find(before.back()) != std::string_view::npos ||
                                before.find("//") != std::string_view::npos;
            const bool calls = std::regex_search(line.begin(), line.end(), call) &&
                               line.find("_free(") == std::string_view::npos;
            if (file.is_cpp() && !file.below("tests/bench") && begins && calls)
                findings.push_back(file.path + ":" + std::to_string(number) + ": drops its result");
            before = line;
        }
    }
    return findings;
}

/// Work left for later without an issue's number is a promise to nobody.
Findings loose_ends(const SourceTree& files) {
    const auto sources = [](const SourceFile& file) { return file.is_cpp(); };
    return lines_with(those(files, sources), "\\b(TOD[O]|FIXM[E])\\b(?! ?\\(#[0-9]+\\))",
                      "has no issue's number");
}

}  // namespace

TEST_CASE("Names: a file or folder whose name says nothing is found") {
    CHECK(empty_file_names({{"base/string_utils.cpp", ""}}) ==
          Findings{"base/string_utils.cpp: 'utils' says nothing"});
    CHECK(empty_file_names({{"common/bytes.h", ""}}).size() == 1);
    CHECK(empty_file_names({{"bus/Connection-Manager.h", ""}}).size() == 1);
    CHECK(empty_file_names({{"base/miscount.cpp", ""}, {"docs/commonly.md", ""}}).empty());
}

TEST_CASE("Words: a path of one machine is found, a path like it below another folder is not") {
    const std::string work = std::string("/wor") + "k/";
    CHECK(machine_paths({{"scripts/test", "cd " + work + "main\n"}}) ==
          Findings{"scripts/test:1: a path of one machine"});
    CHECK(machine_paths({{"README.md", "first\n" + work + "shared\n"}}) ==
          Findings{"README.md:2: a path of one machine"});
    CHECK(machine_paths({{"scripts/setup", "rm -rf .deps" + work + "catch2\n"}}).empty());
}

TEST_CASE("Words: a script that names a host is found, a page that does and a local address are not") {
    CHECK(named_hosts({{"scripts/setup", "curl https://example.org/x\n"}}).size() == 1);
    CHECK(named_hosts({{"scripts/setup", "echo deb.debian.org\n"}}).size() == 1);
    CHECK(named_hosts({{"bus/CMakeLists.txt", "URL http://example.org/x\n"}}).size() == 1);
    CHECK(named_hosts({{"scripts/demo", "curl http://127.0.0.1:8222/\n"}, {"README.md", "https://nats.io\n"}})
              .empty());
}

TEST_CASE("Words: a test that sleeps is found") {
    CHECK(sleeping_tests({{"tests/unit/a.cpp",
                           "std::this_thread::sleep"
                           "_for(1s);\n"}})
              .size() == 1);
    CHECK(sleeping_tests({{"tests/unit/a.cpp",
                           "  ::sleep"
                           "(1);\n"}})
              .size() == 1);
    CHECK(sleeping_tests({{"bus/a.cpp",
                           "sleep"
                           "(1);\n"},
                          {"tests/cli/a.cpp", "run({\"sleep\", \"9\"});\n"}})
              .empty());
}

TEST_CASE("Words: a test that passes without having tried anything is found") {
    CHECK(empty_passes({{"tests/unit/a.cpp",
                         "SUCCEE"
                         "D(\"not root\");\n"}})
              .size() == 1);
    CHECK(empty_passes({{"tests/unit/a.cpp",
                         "CHEC"
                         "K(true);\n"}})
              .size() == 1);
    CHECK(empty_passes({{"tests/unit/a.cpp", "SKIP(\"not root\");\n"}}).empty());
}

TEST_CASE("Words: work left undone without an issue's number is found") {
    CHECK(loose_ends({{"bus/a.cpp",
                       "// TOD"
                       "O: later\n"}})
              .size() == 1);
    CHECK(loose_ends({{"bus/a.cpp",
                       "// TOD"
                       "O (#12): later\n"}})
              .empty());
}

TEST_CASE("Names: those of this tree say something") {
    CHECK(shown(empty_file_names(this_tree())) == "");
}

TEST_CASE(
    "Words: this tree has no machine's paths, hosts in scripts, sleeping or empty tests or loose ends") {
    const SourceTree files = this_tree();
    CHECK(shown(machine_paths(files)) == "");
    CHECK(shown(named_hosts(files)) == "");
    CHECK(shown(sleeping_tests(files)) == "");
    CHECK(shown(empty_passes(files)) == "");
    CHECK(shown(loose_ends(files)) == "");
}

TEST_CASE("Words: a call of OpenSSL or libsodium whose result is dropped is found") {
    const auto in = [](const std::string& text) { return dropped_results({{"nkeys/a.cpp", text}}).size(); };
    CHECK(in("void f() {\n    EVP_Digest(a, b);\n}\n") == 1);
    CHECK(in("    // why\n    crypto_sign_detached(a, b);\n") == 1);
    CHECK(in("    const int made =\n        crypto_sign_detached(a, b);\n") == 0);
    CHECK(in("    if (EVP_Digest(a, b) != 1) std::abort();\n") == 0);
    CHECK(in("    sodium_memzero(a, b);\n    EVP_MD_CTX_free(c);\n") == 0);
    CHECK(shown(dropped_results(this_tree())) == "");
}
