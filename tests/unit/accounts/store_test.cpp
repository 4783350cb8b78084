#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/store.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts::test;
using accounts::Errc;
using accounts::Management;
using accounts::Name;
using accounts::Store;
using std::filesystem::perms;

namespace {

std::vector<std::string> texts(const std::vector<Name>& names) {
    std::vector<std::string> result;
    for (const Name& one : names)
        result.push_back(one.text());
    return result;
}

}  // namespace

TEST_CASE("Store: all that nsc stored is found and decodes") {
    const StoreCopy copy;
    const Store store = copy.store();
    REQUIRE(texts(accounts::operators(copy.stores()).value()) == std::vector<std::string>{"KO"});
    REQUIRE(store.read_operator()->content.name == "KO");
    REQUIRE(store.management() == Management::here);
    REQUIRE(texts(store.accounts().value()) ==
            std::vector<std::string>{"A", "B", "KUBECON", "PROVISION", "SYS"});
    REQUIRE(texts(store.users(name("KUBECON")).value()) ==
            std::vector<std::string>{"chat-access", "chat-creds-request", "gone", "scoped"});
    REQUIRE(store.users(name("PROVISION"))->empty());
    std::size_t users = 0;
    const auto names = store.accounts();
    for (const Name& account : *names) {
        REQUIRE(store.read_account(account)->content.name == account.text());
        const auto user_names = store.users(account);
        for (const Name& user : *user_names) {
            REQUIRE(store.read_user(account, user)->content.name == user.text());
            ++users;
        }
    }
    REQUIRE(users == 7);
}

TEST_CASE(
    "Store: a JWT between dashes, with a byte order mark or line ends of Windows, is read as a bare one") {
    const StoreCopy copy;
    const auto file = copy.stores() / "KO/accounts/A/A.jwt";
    std::string token;
    std::ifstream(file) >> token;
    for (const std::string& text :
         {"\xef\xbb\xbf" + token + "\r\n",
          "-----BEGIN NATS ACCOUNT JWT-----\n" + token + "\n------END NATS ACCOUNT JWT------\n"}) {
        std::ofstream(file) << text;
        REQUIRE(copy.store().read_account(name("A"))->content.name == "A");
    }
}

TEST_CASE("Store: what is not there is named") {
    const StoreCopy copy;
    REQUIRE(Store::open(copy.stores(), name("NO")).error().code == Errc::no_such_operator);
    REQUIRE(Store::open(copy.folder / "nowhere", name("KO")).error().code == Errc::no_such_operator);
    REQUIRE(copy.store().read_account(name("NO")).error().code == Errc::no_such_account);
    REQUIRE(copy.store().read_user(name("A"), name("no")).error().code == Errc::no_such_user);
    REQUIRE(copy.store().read_user(name("A"), name("no")).error().detail == "\"no\"");
    REQUIRE(accounts::operators(copy.folder / "nowhere")->empty());
}

TEST_CASE("Store: a marker that marks no operator is refused") {
    const StoreCopy copy;
    const std::string content = GENERATE("", "{", "[]", "{}", R"({"kind":"account"})", R"({"kind":7})");
    copy.folder.write("stores/KO/.nsc", content);
    REQUIRE(Store::open(copy.stores(), name("KO")).error().code == Errc::bad_marker);
}

TEST_CASE("Store: a file that is no token is named in the error") {
    const StoreCopy copy;
    copy.folder.write("stores/KO/accounts/A/A.jwt", "");
    const auto account = copy.store().read_account(name("A"));
    REQUIRE_FALSE(account);
    REQUIRE(account.error().detail.find("A.jwt") != std::string::npos);
}

TEST_CASE("Store: files and folders that no store has are passed over") {
    const StoreCopy copy;
    copy.folder.write("stores/KO/accounts/.git/.git.jwt", "x");
    copy.folder.write("stores/KO/accounts/EMPTY/notes.txt", "x");
    copy.folder.write("stores/KO/accounts/A/users/.test.jwt.Xq3", "x");
    copy.folder.write("stores/notes/README", "x");
    REQUIRE(copy.store().accounts()->size() == 5);
    REQUIRE(texts(copy.store().users(name("A")).value()) == std::vector<std::string>{"test"});
    REQUIRE(accounts::operators(copy.stores())->size() == 1);
}

TEST_CASE("Store: what is written only its owner may read, and nsc's marker is written with the operator") {
    const StoreCopy copy;
    const auto token = copy.store().read_operator();
    const Store store = Store::create(copy.folder / "new/stores", name("KO"), Management::elsewhere).value();
    REQUIRE_FALSE(store.holds_operator());
    {
        const auto lock = store.lock();
        REQUIRE(store.write_operator(*lock, token->token));
    }
    const std::filesystem::path folder = copy.folder / "new/stores/KO";
    REQUIRE(mode_of(folder) == perms::owner_all);
    REQUIRE(mode_of(folder / "KO.jwt") == (perms::owner_read | perms::owner_write));
    REQUIRE(support::read_text(folder / "KO.jwt") == token->token.text());
    REQUIRE(support::read_text(folder / ".nsc") ==
            R"({"managed":true,"name":"KO","kind":"operator","version":"1"})");
    REQUIRE(Store::open(copy.folder / "new/stores", name("KO"))->management() == Management::elsewhere);
}
