#include <filesystem>
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/context.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts::test;
using accounts::Context;
using accounts::Errc;

namespace {

/// A store, a config folder beside it, and a current folder that is neither.
struct Place {
    StoreCopy copy;
    std::map<std::string, std::string> variables;
    std::filesystem::path current_folder = copy.folder.path() / "out";

    [[nodiscard]] std::filesystem::path file() const { return copy.folder / "config/nsc.json"; }

    [[nodiscard]] base::Result<Context> load() const {
        const accounts::Folders folders{{copy.folder / "config", "default"},
                                        {copy.folder / "stores", "default"},
                                        {copy.folder / "keys", "default"}};
        return Context::load(folders,
                             {.variable = [this](std::string_view wanted) -> std::optional<std::string> {
                                  const auto found = variables.find(std::string(wanted));
                                  if (found == variables.end()) return std::nullopt;
                                  return found->second;
                              },
                              .current_folder = current_folder});
    }

    void remember(const std::string& json) const { copy.folder.write("config/nsc.json", json); }
};

}  // namespace

TEST_CASE("Context: with nothing remembered, the only operator is current and no account of several") {
    const Place place;
    const Context context = place.load().value();
    REQUIRE(context.stores() == place.copy.stores());
    REQUIRE(context.current_operator() == name("KO"));
    REQUIRE_FALSE(context.current_account());
}

TEST_CASE("Context: what is remembered is current while it is there") {
    const Place place;
    place.remember(R"({"store_root":")" + place.copy.stores().string() +
                   R"(","operator":"KO","account":"KUBECON"})");
    REQUIRE(place.load()->current_account() == name("KUBECON"));
    std::filesystem::remove_all(place.copy.stores() / "KO/accounts/KUBECON");
    REQUIRE_FALSE(place.load()->current_account());
}

TEST_CASE("Context: a name that leads out of the store is no name") {
    const Place place;
    place.remember(R"({"operator":"../../etc","account":"../A"})");
    REQUIRE(place.load()->current_operator() == name("KO"));
    REQUIRE_FALSE(place.load()->current_account());
}

TEST_CASE("Context: a file that is not nsc's is refused by its name") {
    const Place place;
    place.remember(GENERATE("", "[]", "{\"store_root\":"));
    REQUIRE(place.load().error().code == Errc::bad_context);
    REQUIRE(place.load().error().detail == place.file().string());
}

TEST_CASE("Context: saving keeps fields that are not known here, and fills in those of nsc") {
    const Place place;
    place.remember(R"({"operator":"KO","from_a_newer_nsc":{"x":[1]},"last_update":5})");
    Context context = place.load().value();
    context.choose_account(name("A"));
    REQUIRE(context.save(place.copy.clock.now()));

    const std::string saved = support::read_text(place.file());
    REQUIRE(saved.find(R"("from_a_newer_nsc")") != std::string::npos);
    REQUIRE(saved.find(R"("last_update": 5)") != std::string::npos);
    REQUIRE(saved.find(R"("github_updates": "nats-io/nsc")") != std::string::npos);
    REQUIRE(saved.find(R"("store_root": ")" + place.copy.stores().string() + '"') != std::string::npos);
    REQUIRE(place.load()->current_account() == name("A"));
    REQUIRE(mode_of(place.file()) ==
            (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("Context: a current folder inside a store, or above its operators, beats what is remembered") {
    Place place;
    place.remember(R"({"store_root":"/elsewhere","operator":"X","account":"B"})");

    place.current_folder = place.copy.stores() / "KO/accounts/A/users";
    REQUIRE(place.load()->stores() == place.copy.stores());
    REQUIRE(place.load()->current_operator() == name("KO"));
    REQUIRE(place.load()->current_account() == name("A"));
    REQUIRE(place.load()->from_current_folder());

    place.current_folder = place.copy.stores() / "KO";
    REQUIRE(place.load()->current_account() == name("B"));

    place.current_folder = place.copy.stores();
    REQUIRE(place.load()->stores() == place.copy.stores());
    REQUIRE(place.load()->current_operator() == name("KO"));
}

TEST_CASE("Context: with NSC_CWD_ONLY nothing is remembered and nothing read") {
    Place place;
    place.remember(R"({"account":"A"})");
    place.variables["NSC_CWD_ONLY"] = "1";
    Context context = place.load().value();
    REQUIRE_FALSE(context.current_account());
    context.choose_account(name("B"));
    REQUIRE(context.save(place.copy.clock.now()));
    REQUIRE(support::read_text(place.file()) == R"({"account":"A"})");
}
