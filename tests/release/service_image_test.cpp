#include <catch2/catch_test_macros.hpp>

#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/key_file.h>
#include <support/core_image.h>
#include <support/deployment.h>
#include <support/programs.h>

using namespace natscreds;
using support::Deployment;
using support::Mappings;
using support::Process;

namespace {

/// How a seed could lie in memory: as its text, as the text of the private key, and as its 32 bytes.
std::vector<std::string> forms_of(const nkeys::SigningKey& key) {
    const base::Secret seed = key.seed_text();
    const base::Secret whole = key.private_text();
    const base::Secret raw = key.raw_seed();
    std::vector<std::string> forms;
    for (const base::Secret* const form : {&seed, &whole, &raw})
        forms.emplace_back(base::as_text(form->expose()));
    return forms;
}

}  // namespace

TEST_CASE("Core image: of a service that has issued to 1,000 keys it holds no seed") {
    Deployment chat(support::nats_servers().back());
    Process& service =
        chat.start_copy("west", {.more = "[limits]\nrequester = { per_second = 100000, burst = 100000 }\n"});
    std::vector<std::string> names;
    for (int i = 0; i < 1000; ++i)
        names.push_back("n" + std::to_string(i));
    support::IssueCheck check;
    chat.request_all(names, check);
    REQUIRE(check.granted() == 1000);

    const std::string image = support::core_image(service.pid(), Mappings::dumped);

    const std::vector<std::string> signing_key =
        forms_of(nkeys::load_seed(chat.tree.folder() / "chat.nk").value());
    const std::vector<std::string> own =
        forms_of(jwt::Credentials::load(chat.tree.creds("provisioner"))->key());
    const std::vector<std::string> subject{"chat.req.access.*.*"};
    CHECK(support::texts_in(image, subject).size() == 1);
    CHECK(support::texts_in(image, signing_key).empty());
    CHECK(support::texts_in(image, own).empty());
}

TEST_CASE("Core image: of a client that keeps credentials renewed it holds no seed") {
    Deployment chat(support::nats_servers().back());
    chat.start_copy("west", {.ttl = "3s"});
    const std::string creds = (chat.tree.folder() / "wallyqs.creds").string();
    Process client(
        support::command("nats-req", {"-s", chat.server.url(), "--creds", chat.tree.creds("requester-0"),
                                      "--access", "wallyqs", "-o", creds, "--keep-renewed"}));
    REQUIRE(support::eventually([&] { return std::filesystem::exists(creds); }));
    const std::string first = support::read_text(creds);
    REQUIRE(support::eventually([&] { return support::read_text(creds) != first; }));

    const std::string image = support::core_image(client.pid(), Mappings::dumped);

    const std::vector<std::string> requested = forms_of(jwt::Credentials::load(creds)->key());
    const std::vector<std::string> asking =
        forms_of(jwt::Credentials::load(chat.tree.creds("requester-0"))->key());
    CHECK(support::texts_in(image, requested).empty());
    CHECK(support::texts_in(image, asking).empty());
    CHECK(image.find("wallyqs") != std::string::npos);
}
