// A keystore whose passphrase is typed once: the agent that keeps its key, as processes.
#include <csignal>
#include <filesystem>
#include <map>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/eventually.h>
#include <support/occurrences.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/temp_dir.h>
#include <support/terminal.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::Outcome;
using Words = std::vector<std::string>;

/// A sealed keystore with an operator in it.
struct SealedStore {
    SealedStore() {
        support::write_secret(folder / "passphrase",
                              base::Secret::copy_of(base::as_bytes("correct horse\n")));
        for (const char* made : {"run", "tree"})
            std::filesystem::create_directory(folder / made);
        REQUIRE(with_passphrase({"add", "operator", "O"}).exit_code == 0);
        REQUIRE(with_passphrase({"keystore", "encrypt"}).exit_code == 0);
    }
    ~SealedStore() { (void)locked({"keystore", "lock"}); }
    SealedStore(const SealedStore&) = delete;
    SealedStore& operator=(const SealedStore&) = delete;

    [[nodiscard]] support::Command nsctl(const Words& words) const {
        support::Command made = support::command("nsctl", words);
        made.argv.insert(made.argv.end(), {"-H", (folder / "tree").string()});
        made.environment["XDG_RUNTIME_DIR"] = (folder / "run").string();
        return made;
    }
    /// As somebody who does not know the passphrase, and has no terminal.
    [[nodiscard]] Outcome locked(const Words& words) const { return support::run(nsctl(words)); }
    [[nodiscard]] Outcome with_passphrase(const Words& words) const {
        support::Command made = nsctl(words);
        made.environment["NSCTL_PASSPHRASE_FILE"] = (folder / "passphrase").string();
        return support::run(made);
    }
    [[nodiscard]] bool unlocked() const {
        return locked({"keystore", "status"}).out.find("agent        keeps the key for ") !=
               std::string::npos;
    }
    [[nodiscard]] std::filesystem::path socket() const { return folder / "run" / "nsctl-agent.sock"; }

    support::TempDir folder;
};

TEST_CASE("Keystore: unlocked once, commands need no passphrase, until lock") {
    const SealedStore store;
    CHECK(store.locked({"add", "account", "A"}).exit_code == 1);
    CHECK_FALSE(store.unlocked());

    REQUIRE(store.with_passphrase({"keystore", "unlock"}).exit_code == 0);

    CHECK(store.unlocked());
    CHECK(store.locked({"add", "account", "A"}).exit_code == 0);
    CHECK(std::filesystem::status(store.socket()).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK_THAT(store.locked({"keystore", "agent"}).err, ContainsSubstring("an agent listens there already"));
    CHECK(store.locked({"keystore", "lock"}).exit_code == 0);
    CHECK_FALSE(store.unlocked());
    CHECK(store.locked({"add", "account", "B"}).exit_code == 1);
    CHECK(support::eventually([&] { return !std::filesystem::exists(store.socket()); }));
}

TEST_CASE("Keystore: when its time is over the agent has forgotten, and ended") {
    const SealedStore store;
    REQUIRE(store.with_passphrase({"keystore", "unlock", "--for", "2s"}).exit_code == 0);
    CHECK(support::eventually([&] { return !std::filesystem::exists(store.socket()); }));
    CHECK(store.locked({"add", "account", "A"}).exit_code == 1);
}

TEST_CASE(
    "Keystore: an agent that was killed loses no seed, whoever needs its key gets one error, and unlock "
    "starts "
    "another one") {
    const SealedStore store;
    support::Process agent(store.nsctl({"keystore", "agent"}));
    REQUIRE(support::eventually([&] { return std::filesystem::exists(store.socket()); }));
    REQUIRE(store.with_passphrase({"keystore", "unlock"}).exit_code == 0);
    REQUIRE(store.unlocked());
    const auto seeds = [&] {
        std::map<std::string, std::string> all;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(store.folder / "tree")) {
            if (entry.path().extension() == ".nk") all[entry.path()] = support::read_text(entry.path());
        }
        return all;
    };
    const auto before = seeds();
    REQUIRE_FALSE(before.empty());
    agent.signal(SIGKILL);
    (void)agent.wait();
    REQUIRE(std::filesystem::exists(store.socket()));

    const Outcome refused = store.locked({"add", "account", "A"});
    CHECK(refused.exit_code == 1);
    CHECK(support::count(refused.err, "nsctl: ") == 1);
    CHECK(store.locked({"keystore", "lock"}).exit_code == 0);
    CHECK(seeds() == before);
    REQUIRE(store.with_passphrase({"keystore", "unlock"}).exit_code == 0);
    CHECK(store.locked({"add", "account", "A"}).exit_code == 0);
}

TEST_CASE("Keystore: a wrong passphrase, and a time that is none, unlock nothing") {
    const SealedStore store;
    for (const char* time : {"0s", "169h", "soon"})
        CHECK(store.with_passphrase({"keystore", "unlock", "--for", time}).exit_code == 1);
    support::write_secret(store.folder / "passphrase", base::Secret::copy_of(base::as_bytes("horse\n")));
    const Outcome wrong = store.with_passphrase({"keystore", "unlock"});
    CHECK(wrong.exit_code == 1);
    CHECK_THAT(wrong.err, ContainsSubstring("wrong passphrase"));
    CHECK_FALSE(std::filesystem::exists(store.socket()));
    CHECK(store.locked({"keystore", "lock"}).exit_code == 0);
}

TEST_CASE("Keystore: on a terminal the passphrase is asked for, not shown, and asked again where it is new") {
    const support::TempDir folder;
    const Words in_folder{"-H", (folder / "tree").string()};
    const auto nsctl = [&](Words words) {
        words.insert(words.end(), in_folder.begin(), in_folder.end());
        support::Command made = support::command("nsctl", words);
        made.environment["XDG_RUNTIME_DIR"] = std::nullopt;
        return made;
    };
    std::filesystem::create_directory(folder / "tree");
    REQUIRE(support::run(nsctl({"add", "operator", "O"})).exit_code == 0);
    support::Terminal terminal;
    std::map<std::string, std::size_t> asked;
    const auto answer = [&](const std::string& question, const std::string& text) {
        const std::size_t times = ++asked[question];
        terminal.until([&](const std::string& screen) { return support::count(screen, question) == times; },
                       question);
        terminal.type(text);
        terminal.press({"Enter"});
    };
    terminal.start(nsctl({"keystore", "encrypt"}));
    answer("passphrase of the keystore:", "tick-tock");
    answer("the same again:", "tick-tack");
    terminal.sees("the two passphrases differ");
    terminal.start(nsctl({"keystore", "encrypt"}));
    answer("passphrase of the keystore:", "tick-tock");
    answer("the same again:", "tick-tock");
    terminal.sees("sealed 1 seeds");
    terminal.start(nsctl({"add", "account", "A"}));
    answer("passphrase of the keystore:", "tick-tock");
    terminal.sees("added account");
    CHECK(terminal.screen().find("tick") == std::string::npos);
}

}  // namespace
}  // namespace natscreds
