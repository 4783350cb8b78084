// Connections of users whose credentials were taken back, found and ended on servers that only seem to be there.
#include <algorithm>
#include <map>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/provisioner/operations/live_connections.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using Json = nlohmann::json;
using Users = std::vector<std::string>;

namespace {

/// Servers that list and end connections as real ones do.
class PretendedServers final : public Servers {
  public:
    struct Server {
        Users users;  ///< of its connections, whose ids are their places
        bool kicks = true;
        std::string version = "2.10.27";
    };
    explicit PretendedServers(std::map<std::string, Server> all) : all_(std::move(all)) {}

    base::Result<std::vector<Answer>> ask(const std::vector<Question>& questions, From from) override {
        ++rounds;
        std::vector<Answer> answers;
        for (std::size_t i = 0; i < questions.size(); ++i) {
            const std::string subject = questions[i].subject.substr(std::string("$SYS.REQ.SERVER.").size());
            const std::string whom = subject.substr(0, subject.find('.'));
            const Json body = Json::parse(questions[i].body);
            CHECK((whom == "PING") == (from == From::all));
            for (auto& [id, server] : all_) {
                if (whom != "PING" && whom != id) continue;
                const bool kick = subject.ends_with(".KICK");
                answers.push_back(
                    {.question = i, .body = kick ? ended(server, body) : listed(id, server, body)});
            }
        }
        return answers;
    }

    std::size_t rounds = 0;
    std::size_t pages = 0;

    [[nodiscard]] std::size_t left(const std::string& id) const {
        const Users& users = all_.at(id).users;
        return users.size() - static_cast<std::size_t>(std::ranges::count(users, std::string()));
    }

  private:
    std::string listed(const std::string& id, const Server& server, const Json& question) {
        ++pages;
        Json connections = Json::array();
        std::size_t place = 0;
        for (std::size_t cid = 0; cid < server.users.size(); ++cid) {
            if (server.version.starts_with("2.9.") || server.users[cid] != question.at("user")) continue;
            if (place++ < question.at("offset").get<std::size_t>()) continue;
            if (connections.size() == question.at("limit").get<std::size_t>()) break;
            connections.push_back({{"cid", cid}, {"authorized_user", server.users[cid]}});
        }
        return Json{{"server", {{"name", "name of " + id}, {"ver", server.version}}},
                    {"data",
                     {{"server_id", id},
                      {"offset", question.at("offset")},
                      {"limit", question.at("limit")},
                      {"connections", connections}}}}
            .dump();
    }

    static std::string ended(Server& server, const Json& question) {
        if (!server.kicks) return {};
        std::string& user = server.users.at(question.at("cid").get<std::size_t>());
        if (user.empty()) return R"({"error":{"description":"no such client id"}})";
        user.clear();
        return R"({"server":{}})";
    }

    std::map<std::string, Server> all_;
};

/// Of one user, with another one's between them.
Users connections_of(const std::string& user, std::size_t count) {
    Users users;
    for (std::size_t i = 0; i < count; ++i) {
        users.push_back(user);
        if (i % 100 == 0) users.emplace_back("UOTHER");
    }
    return users;
}

}  // namespace

TEST_CASE(
    "Live connections: all of a user's are ended on all servers, beyond one page too, and nobody else's") {
    const std::size_t count = GENERATE(std::size_t{1}, 1023, 1024, 1025, 2500);
    PretendedServers servers({{"NA", {.users = connections_of("UX", count)}},
                              {"NB", {.users = connections_of("UX", 1)}},
                              {"NC", {.users = {"UOTHER"}}}});
    const auto ended = end_connections(servers, {"UX"});
    REQUIRE(ended);
    CHECK(ended->ended == count + 1);
    CHECK(ended->going_on == 0);
    CHECK(ended->unable.empty());
    CHECK(servers.left("NA") == (count + 99) / 100);
    CHECK(servers.left("NB") == 1);
    CHECK(servers.left("NC") == 1);
    CHECK(servers.pages == 3 + count / 1024);
}

TEST_CASE("Live connections: those of several users are ended together") {
    PretendedServers servers({{"NA", {.users = {"UX", "UY", "UZ", "UX"}}}});
    const auto ended = end_connections(servers, {"UX", "UY"});
    REQUIRE(ended);
    CHECK(ended->ended == 3);
    CHECK(servers.left("NA") == 1);
    CHECK(servers.rounds == 2);
}

TEST_CASE("Live connections: a server that ends none is named, with its version, and the others do") {
    PretendedServers servers({{"NA", {.users = {"UX", "UX"}, .kicks = false}}, {"NB", {.users = {"UX"}}}});
    const auto ended = end_connections(servers, {"UX"});
    REQUIRE(ended);
    CHECK(ended->ended == 1);
    CHECK(ended->going_on == 2);
    CHECK(ended->unable == std::set<std::string>{"name of NA (2.10.27)"});
}

TEST_CASE("Live connections: a server before 2.10 finds nobody and ends nobody's, and is named") {
    const std::string version =
        GENERATE("2.9.10", "2.9.25", "1.4.1", "2.10.0", "2.10.27", "2.15.1", "3.0.0", "dev");
    PretendedServers servers({{"NA", {.users = {"UX"}, .version = version}}});
    const auto ended = end_connections(servers, {"UX"});
    REQUIRE(ended);
    const bool before = version.starts_with("2.9.") || version.starts_with("1.");
    CHECK(ended->unable.contains("name of NA (" + version + ")") == before);
}

TEST_CASE("Live connections: where there are none nothing is ended, and where nobody answers it fails") {
    PretendedServers servers({{"NA", {.users = {"UOTHER"}}}});
    CHECK(end_connections(servers, {"UX"})->ended == 0);
    CHECK(servers.rounds == 1);
    PretendedServers nobody({});
    CHECK(end_connections(nobody, {"UX"}).error().code == bus::Errc::no_responders);
}
