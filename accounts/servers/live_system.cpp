#include <natscreds/accounts/servers/live_system.h>

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include <natscreds/bus/errc.h>

namespace natscreds::accounts {
namespace {

using Json = nlohmann::ordered_json;

/// The text of a field, wherever anything of its path is missing or something else.
std::string text_at(const Json& json, const char* pointer) {
    const Json::json_pointer at(pointer);
    const bool there = json.is_object() && json.contains(at) && json[at].is_string();
    return there ? json[at].get<std::string>() : std::string();
}

struct Server {
    std::string id;
    std::string name;
};

/// Who answered; nothing where that is not said.
std::optional<Server> server_of(const Json& answer) {
    Server server{text_at(answer, "/server/id"), text_at(answer, "/server/name")};
    if (server.id.empty()) return std::nullopt;
    if (server.name.empty()) server.name = server.id;
    return server;
}

Json parsed(const std::string& answer) {
    return Json::parse(answer, nullptr, false);
}

std::string account_subject(const std::string& account, const char* what) {
    return "$SYS.REQ.ACCOUNT." + account + "." + what;
}

LiveSystem::Answer answer_in(const std::string& body) {
    const Json answer = parsed(body);
    using Outcome = LiveSystem::Answer::Outcome;
    const std::string refusal = text_at(answer, "/error/description");
    if (!refusal.empty()) return {Outcome::refused, refusal};
    std::string words = text_at(answer, "/data/message");
    if (words == "jwt updated") return {Outcome::updated, std::move(words)};
    if (words == "jwt update skipped") return {Outcome::not_in_use, std::move(words)};
    return {Outcome::refused, words.empty() ? "an answer that cannot be read" : std::move(words)};
}

LiveSystem::Answer removal_in(const std::string& body) {
    using Outcome = LiveSystem::Answer::Outcome;
    const Json answer = parsed(body);
    std::string words = text_at(answer, "/data/message");
    if (!words.empty()) return {Outcome::removed, std::move(words)};
    words = text_at(answer, "/error/description");
    return {Outcome::refused, words.empty() ? "an answer that cannot be read" : std::move(words)};
}

/// How many servers there are, as the one that answered knows it.
std::size_t active_servers(const Json& answer) {
    const Json::json_pointer at("/statsz/active_servers");
    const bool there = answer.is_object() && answer.contains(at) && answer[at].is_number_unsigned();
    return there ? answer[at].get<std::size_t>() : 1;
}

const Json& member(const Json& json, const char* name) {
    static const Json nothing;
    return json.is_object() && json.contains(name) ? json[name] : nothing;
}

/// Whom a server has routes to, as it says itself.
void add_routes(const Json& routes, LiveSystem::Names& linked) {
    for (const Json& route : routes) {
        const std::string id = text_at(route, "/remote_id");
        const std::string name = text_at(route, "/remote_name");
        if (!id.empty()) linked.emplace(id, name.empty() ? id : name);
    }
}

/// Whom a server has gateway connections to: the names of such connections are the other servers' ids.
void add_gateways(const Json& gateways, LiveSystem::Names& linked) {
    const Json& outbound = member(gateways, "outbound_gateways");
    const Json& inbound = member(gateways, "inbound_gateways");
    const auto add = [&](const std::string& region, const Json& gateway) {
        const std::string id = text_at(gateway, "/connection/name");
        if (!id.empty()) linked.emplace(id, "a server of " + region);
    };
    for (const auto& [region, gateway] : outbound.items())
        add(region, gateway);
    for (const auto& [region, connections] : inbound.items()) {
        for (const Json& gateway : connections)
            add(region, gateway);
    }
}

LiveSystem::Client client_in(const Json& connection) {
    return {.name = text_at(connection, "/name"),
            .user = text_at(connection, "/authorized_user"),
            .issuer = text_at(connection, "/issuer_key")};
}

constexpr std::size_t clients_a_page = 1024;

bool nobody_there(const base::Error& error) {
    return error.code == bus::Errc::no_responders;
}

}  // namespace

base::Result<LiveSystem> LiveSystem::connect(bus::ConnectionOptions options, bus::Timeout timeout) {
    auto connection = bus::Connection::open(std::move(options));
    if (!connection) return connection.error();
    LiveSystem system(*std::move(connection), timeout);
    if (base::Status found = system.find_servers(); !found) return found.error();
    if (base::Status found = system.find_resolver(); !found) return found.error();
    return system;
}

base::Result<std::vector<std::string>> LiveSystem::ask(const Question& question, std::size_t answers) {
    bus::Message message;
    message.subject = question.subject;
    message.body = question.body;
    std::vector<std::string> bodies;
    const base::Status done =
        connection_.request(message, {.timeout = timeout_, .replies = answers},
                            [&](const bus::Message& answer) { bodies.push_back(answer.body); });
    if (!done && bodies.empty()) return done.error();
    return bodies;
}

base::Status LiveSystem::find_servers() {
    const Question ping{"$SYS.REQ.SERVER.PING", ""};
    const auto first = ask(ping, 1);
    if (!first) return first.error();
    const std::size_t expected = active_servers(parsed(first->front()));
    const auto all = expected > 1 ? ask(ping, expected) : first;
    if (!all) return all.error();
    // A server counts one that has gone for some minutes more, beside what was started in its place, which does not.
    std::size_t counted_by_all = expected;
    for (const std::string& answer : *all) {
        const Json json = parsed(answer);
        const auto server = server_of(json);
        if (!server) return base::Error{Errc::bad_answer, ping.subject};
        servers_.emplace(server->id, server->name);
        counted_by_all = std::min(counted_by_all, active_servers(json));
    }
    answering_ = servers_.size();
    if (answering_ < counted_by_all) {
        if (const base::Status found = find_silent(); !found) return found;
    }
    for (std::size_t missing = 1; servers_.size() < counted_by_all; ++missing)
        servers_.emplace("?" + std::to_string(missing), "(ended, or cut off)");
    return {};
}

/// Those that did not answer, but have a connection to one that did.
base::Status LiveSystem::find_silent() {
    const auto routes = ask({"$SYS.REQ.SERVER.PING.ROUTEZ", ""}, answering_);
    if (!routes) return routes.error();
    const auto gateways = ask({"$SYS.REQ.SERVER.PING.GATEWAYZ", ""}, answering_);
    if (!gateways) return gateways.error();
    Names linked;
    for (const std::string& answer : *routes)
        add_routes(member(member(parsed(answer), "data"), "routes"), linked);
    for (const std::string& answer : *gateways)
        add_gateways(member(parsed(answer), "data"), linked);
    servers_.merge(linked);
    return {};
}

base::Status LiveSystem::find_resolver() {
    const auto lists = ask({"$SYS.REQ.CLAIMS.LIST", ""}, answering_);
    if (!lists) return nobody_there(lists.error()) ? base::Status() : base::Status(lists.error());
    resolver_ = Resolver::full;
    std::set<std::string> accounts;
    for (const std::string& list : *lists) {
        const Json json = parsed(list);
        if (!json.is_object() || !json.contains("data")) continue;
        for (const Json& account : json["data"]) {
            if (account.is_string()) accounts.insert(account.get<std::string>());
        }
    }
    stored_.assign(accounts.begin(), accounts.end());
    return {};
}

base::Result<std::vector<jwt::Decoded<jwt::AccountClaims>>> LiveSystem::read(const std::string& account) {
    std::vector<jwt::Decoded<jwt::AccountClaims>> found;
    const bool full = resolver_ == Resolver::full;
    // Servers before 2.10 do not answer at all where they do not have the account.
    if (full && std::ranges::find(stored_, account) == stored_.end()) return found;
    const auto answers = ask({account_subject(account, full ? "CLAIMS.LOOKUP" : "INFO"), ""}, answering_);
    if (!answers)
        return nobody_there(answers.error()) ? base::Result<decltype(found)>(found)
                                             : base::Result<decltype(found)>(answers.error());
    std::set<std::string> seen;
    for (const std::string& answer : *answers) {
        const std::string text = full ? answer : text_at(parsed(answer), "/data/jwt");
        if (text.empty() || !seen.insert(text).second) continue;
        auto token = jwt::decode<jwt::AccountClaims>(text);
        if (!token) return token.error().within("the servers' token of " + account);
        found.push_back(*std::move(token));
    }
    return found;
}

base::Result<LiveSystem::Answers> LiveSystem::update(const std::string& account, const jwt::Token& token) {
    const std::size_t known = answering_;
    auto answers = send(account, token);
    // One that has only now joined may have answered in the place of another.
    return answers && answering_ > known ? send(account, token) : std::move(answers);
}

base::Result<LiveSystem::Answers> LiveSystem::send(const std::string& account, const jwt::Token& token) {
    const std::string subject =
        resolver_ == Resolver::full ? "$SYS.REQ.CLAIMS.UPDATE" : account_subject(account, "CLAIMS.UPDATE");
    auto answers = gather({subject, token.text()}, answer_in);
    if (!answers) return answers;
    const bool new_here = std::ranges::find(stored_, account) == stored_.end();
    if (resolver_ == Resolver::full && new_here) stored_.push_back(account);
    return answers;
}

/// One answer for each server, be it silence.
base::Result<LiveSystem::Answers> LiveSystem::gather(const Question& question,
                                                     Answer (*reading)(const std::string&)) {
    Answers answers;
    for (const auto& [id, name] : servers_)
        answers.emplace(id, Answer{});
    const auto bodies = ask(question, answering_);
    const bool silent = !bodies && bodies.error().code == bus::Errc::timeout;
    if (!bodies) return silent ? base::Result<Answers>(answers) : bodies.error();
    for (const std::string& body : *bodies) {
        const auto server = server_of(parsed(body));
        if (!server) return base::Error{Errc::bad_answer, question.subject};
        if (servers_.emplace(server->id, server->name).second) ++answering_;
        answers[server->id] = reading(body);
    }
    return answers;
}

base::Result<LiveSystem::Answers> LiveSystem::remove(const jwt::Token& request) {
    auto answers = gather({"$SYS.REQ.CLAIMS.DELETE", request.text()}, removal_in);
    if (!answers) return answers;
    if (base::Status found = find_resolver(); !found) return found.error();
    return answers;
}

/// How many entries a list has, in the answers of all servers.
base::Result<std::size_t> LiveSystem::count(const Question& question, const char* list) {
    const auto answers = ask(question, answering_);
    if (!answers) return answers.error();
    std::size_t entries = 0;
    for (const std::string& answer : *answers)
        entries += member(member(parsed(answer), "data"), list).size();
    return entries;
}

base::Result<LiveSystem::Users> LiveSystem::users_of(const std::string& account) {
    const auto clients =
        count({"$SYS.REQ.SERVER.PING.CONNZ", R"({"acc":")" + account + R"(","limit":4096})"}, "connections");
    if (!clients) return clients.error();
    const auto leaf_nodes =
        count({"$SYS.REQ.SERVER.PING.LEAFZ", R"({"account":")" + account + R"("})"}, "leafs");
    if (!leaf_nodes) return leaf_nodes.error();
    return Users{*clients, *leaf_nodes};
}

base::Result<std::vector<std::string>> LiveSystem::streams_of(const std::string& account) {
    const Json body{{"account", account}, {"streams", true}};
    const auto answers = ask({"$SYS.REQ.SERVER.PING.JSZ", body.dump()}, answering_);
    if (!answers) return answers.error();
    std::set<std::string> names;
    for (const std::string& answer : *answers) {
        const Json json = parsed(answer);
        for (const Json& one : member(member(json, "data"), "account_details")) {
            for (const Json& stream : member(one, "stream_detail"))
                names.insert(text_at(stream, "/name"));
        }
    }
    return std::vector<std::string>(names.begin(), names.end());
}

base::Result<std::vector<LiveSystem::Client>> LiveSystem::clients_of(const std::string& account) {
    std::vector<Client> clients;
    bool more = true;
    for (std::size_t offset = 0; more; offset += clients_a_page) {
        const Json body{{"acc", account}, {"auth", true}, {"limit", clients_a_page}, {"offset", offset}};
        const auto answers = ask({"$SYS.REQ.SERVER.PING.CONNZ", body.dump()}, answering_);
        if (!answers) return answers.error();
        if (answers->size() < answering_)
            return base::Error{bus::Errc::timeout, "$SYS.REQ.SERVER.PING.CONNZ"};
        more = false;
        for (const std::string& answer : *answers) {
            const Json json = parsed(answer);
            const Json& connections = member(member(json, "data"), "connections");
            for (const Json& connection : connections)
                clients.push_back(client_in(connection));
            more = more || connections.size() >= clients_a_page;
        }
    }
    return clients;
}

base::Result<LiveSystem::Operators> LiveSystem::trusted_operators() {
    const std::string question = "$SYS.REQ.SERVER.PING.VARZ";
    const auto answers = ask({question, ""}, answering_);
    if (!answers) return answers.error();
    Operators trusted;
    for (const std::string& answer : *answers) {
        const Json json = parsed(answer);
        const auto server = server_of(json);
        if (!server) return base::Error{Errc::bad_answer, question};
        auto& operators = trusted[server->id];
        for (const Json& token : member(member(json, "data"), "trusted_operators_jwt")) {
            if (!token.is_string()) continue;
            auto decoded = jwt::decode<jwt::OperatorClaims>(token.get<std::string>());
            if (decoded) operators.push_back(*std::move(decoded));
        }
    }
    return trusted;
}

}  // namespace natscreds::accounts
