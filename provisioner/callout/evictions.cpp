#include <natscreds/provisioner/callout/evictions.h>

#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/erase_lowest.h>
#include <natscreds/provisioner/policy/name.h>

namespace natscreds::provisioner {
namespace {

using Json = nlohmann::json;
using std::chrono::nanoseconds;

constexpr bus::Timeout answers_timeout{5000};
/// Servers wait two seconds for the decision about a client, three over TLS.
constexpr std::chrono::milliseconds look_again_after{3500};
constexpr std::chrono::seconds forget_after{15};
/// A server that ends nobody, as those before 2.10, is not asked for the same page for ever.
constexpr std::size_t max_pages = 256;
/// Four million connections.
constexpr std::size_t max_pages_of_all = 4096;
constexpr int last_year = 2200;  ///< nanoseconds in 64 bits reach into 2262

std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::size_t count_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits) {
    if (text.size() < at + digits) return std::nullopt;
    int value = 0;
    const char* const end = text.data() + at + digits;
    const auto [stopped, failed] = std::from_chars(text.data() + at, end, value);
    return failed == std::errc() && stopped == end && value >= 0 ? std::optional(value) : std::nullopt;
}

/// What follows the seconds: ".857554772Z", of any precision, or "Z".
nanoseconds fraction_of(std::string_view text) {
    std::int64_t value = 0;
    std::int64_t unit = 1'000'000'000;
    for (std::size_t i = 1; i < text.size() && text[i] >= '0' && text[i] <= '9' && unit > 1; ++i) {
        unit /= 10;
        value += (text[i] - '0') * unit;
    }
    return nanoseconds(value);
}

/// "2026-11-21T10:17:06.857554772Z", as servers write moments.
std::optional<nanoseconds> parse_moment(std::string_view text) {
    const auto year = number_at(text, 0, 4);
    const auto month = number_at(text, 5, 2);
    const auto day = number_at(text, 8, 2);
    const auto hour = number_at(text, 11, 2);
    const auto minute = number_at(text, 14, 2);
    const auto second = number_at(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second || !text.ends_with('Z')) return std::nullopt;
    const auto date = std::chrono::year(*year) / *month / *day;
    if (!date.ok() || *year < 1970 || *year > last_year) return std::nullopt;
    return std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
           std::chrono::minutes(*minute) + std::chrono::seconds(*second) + fraction_of(text.substr(19));
}

ListedConnection read_connection(const Json& json, std::optional<nanoseconds> now) {
    ListedConnection connection{.user = text_of(json, "authorized_user"),
                                .issuer_key = text_of(json, "issuer_key"),
                                .age = nanoseconds::max()};
    if (const auto id = json.find("cid"); id != json.end() && id->is_number_unsigned())
        connection.id = id->get<std::uint64_t>();
    const auto start = parse_moment(text_of(json, "start"));
    if (start && now) connection.age = *now - *start;
    return connection;
}

/// Of those before 2.10 none does, nor do they find the users of JWTs by their keys.
bool ends_connections(std::string_view version) {
    int major = 0;
    int minor = 0;
    const char* const end = version.data() + version.size();
    const auto [dot, failed] = std::from_chars(version.data(), end, major);
    if (failed != std::errc() || dot == end || *dot != '.') return true;
    if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return true;
    return major > 2 || (major == 2 && minor >= 10);
}

/// Who answers, in the envelope around what was asked for.
void read_server(const Json& answer, ListedConnections& listed) {
    const auto server = answer.find("server");
    if (server == answer.end() || !server->is_object()) return;
    const std::string version = text_of(*server, "ver");
    listed.shown = text_of(*server, "name") + " (" + version + ")";
    listed.ends = ends_connections(version);
}

}  // namespace

base::Result<ListedConnections> parse_connections(std::string_view text) {
    const base::Error bad{std::make_error_code(std::errc::bad_message), "a server's list of connections"};
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("data") || !json["data"].is_object()) return bad;
    const Json& data = json["data"];
    ListedConnections listed{.server = text_of(data, "server_id"), .shown = {}, .connections = {}};
    if (listed.server.empty()) return bad;
    read_server(json, listed);
    const auto found = data.find("connections");
    if (found == data.end() || !found->is_array()) return listed;
    const auto now = parse_moment(text_of(data, "now"));
    listed.offset = count_of(data, "offset");
    const std::size_t limit = count_of(data, "limit");
    listed.full = limit > 0 && found->size() >= limit;
    for (const Json& connection : *found) {
        if (connection.is_object()) listed.connections.push_back(read_connection(connection, now));
    }
    return listed;
}

bool ListedConnection::let_in_by_callout() const {
    return !issuer_key.empty() && Name::parse(user).has_value();
}

RightsChanges::Change& RightsChanges::put(const std::string& user, Clock::time_point now) {
    if (by_user_.size() >= most && !by_user_.contains(user)) base::erase_lowest(by_user_, &Change::at);
    return by_user_[user] = {.at = now, .asked = now};
}

RightsChanges::Change* RightsChanges::find(const std::string& user) {
    const auto found = by_user_.find(user);
    return found != by_user_.end() ? &found->second : nullptr;
}

void RightsChanges::forget_before(Clock::time_point time) {
    std::erase_if(by_user_, [&](const auto& entry) { return entry.second.at < time; });
}

base::Status Evictions::start() {
    auto listening = parts_.system.listen(
        {.subject = inbox_, .queue = "", .workers = 1},
        [this](const bus::Message& answer) { end_those_of(answer); }, answers_timeout);
    if (!listening) return listening.error();
    answers_.emplace(std::move(*listening));
    auto listening_for_all = parts_.system.listen(
        {.subject = inbox_of_all_, .queue = "", .workers = 1},
        [this](const bus::Message& answer) { end_those_that_may_not_stay(answer); }, answers_timeout);
    if (!listening_for_all) return listening_for_all.error();
    answers_of_all_.emplace(std::move(*listening_for_all));
    return {};
}

void Evictions::end(const std::string& user) {
    const std::lock_guard lock(mutex_);
    ask(user, changes_.put(user, Clock::now()));
}

void Evictions::look_again() {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = Clock::now();
    changes_.forget_before(now - forget_after);
    for (auto& [user, change] : changes_.all()) {
        if (change.asked_again || now - change.at < look_again_after) continue;
        change.asked_again = true;
        ask(user, change);
    }
}

void Evictions::ask(const std::string& user, Change& change) {
    change.asked = Clock::now();
    ask_page(user, {});
}

base::Status Evictions::ask_servers(const std::string& inbox, const std::string& user, const Page& page) {
    Json question{{"auth", true}, {"offset", page.offset}, {"limit", parts_.page_size}};
    if (!user.empty()) question["user"] = user;
    if (!parts_.account.empty()) question["acc"] = parts_.account;
    bus::Message message;
    message.subject = "$SYS.REQ.SERVER." + (page.server.empty() ? "PING" : page.server) + ".CONNZ";
    message.reply = inbox;
    message.body = question.dump();
    return parts_.system.publish(message);
}

void Evictions::ask_page(const std::string& user, const Page& page) {
    const base::Status sent = ask_servers(inbox_, user, page);
    if (!sent) parts_.tell("connections of " + user + " go on: " + sent.error().message());
}

/// Older than the change. Both ages are by the clock of one machine each, so that no two clocks are compared.
bool Evictions::outdated(const ListedConnection& connection) {
    const std::lock_guard lock(mutex_);
    const Change* const change = changes_.find(connection.user);
    return change != nullptr && connection.age >= change->asked - change->at;
}

/// The next page begins behind those that stay: the others will be gone from the list by then.
void Evictions::ask_on(const ListedConnections& listed, std::size_t kept) {
    if (!listed.full || listed.connections.empty()) return;
    const std::string& user = listed.connections.front().user;
    const std::lock_guard lock(mutex_);
    Change* const change = changes_.find(user);
    if (change == nullptr || ++change->pages > max_pages) return;
    ask_page(user, {.server = listed.server, .offset = listed.offset + kept});
}

/// Once: each connection would say so.
void Evictions::tell_unable() {
    const std::lock_guard lock(mutex_);
    if (std::exchange(told_unable_, true)) return;
    parts_.tell("a server ends no connections: that needs nats-server 2.10");
}

void Evictions::end_those_of(const bus::Message& answer) {
    // Nobody was there for what was asked.
    if (answer.body.empty()) return tell_unable();
    const auto listed = parse_connections(answer.body);
    if (!listed) return;
    if (!listed->ends) return tell_unable();
    std::size_t kept = 0;
    for (const ListedConnection& connection : listed->connections) {
        if (!outdated(connection)) {
            ++kept;
            continue;
        }
        (void)end_one(*listed, connection);
    }
    ask_on(*listed, kept);
}

bool Evictions::end_one(const ListedConnections& listed, const ListedConnection& connection) {
    const base::Status sent = kick(listed.server, connection.id);
    parts_.tell(sent ? "asked a server to end a connection of " + connection.user
                     : "a connection of " + connection.user + " goes on: " + sent.error().message());
    return sent.has_value();
}

base::Status Evictions::end_unless(MayStay may_stay) {
    const std::lock_guard lock(mutex_);
    may_stay_ = std::make_shared<const MayStay>(std::move(may_stay));
    pages_of_all_ = 0;
    return ask_servers(inbox_of_all_, {}, {});
}

/// As ask_on(), pages begin behind those that stay.
void Evictions::end_those_that_may_not_stay(const bus::Message& answer) {
    const auto listed = parse_connections(answer.body);
    if (!listed) return;
    if (!listed->ends) return tell_unable();
    std::shared_ptr<const MayStay> may_stay;
    {
        const std::lock_guard lock(mutex_);
        may_stay = may_stay_;
    }
    if (!may_stay) return;
    std::size_t kept = 0;
    for (const ListedConnection& connection : listed->connections) {
        const bool stays =
            !connection.let_in_by_callout() || (*may_stay)(connection) || !end_one(*listed, connection);
        if (stays) ++kept;
    }
    const std::lock_guard lock(mutex_);
    if (!listed->full || ++pages_of_all_ > max_pages_of_all) return;
    (void)ask_servers(inbox_of_all_, {}, {.server = listed->server, .offset = listed->offset + kept});
}

/// A server does nothing for somebody who wants no answer.
base::Status Evictions::kick(const std::string& server, std::uint64_t connection) {
    bus::Message message;
    message.subject = "$SYS.REQ.SERVER." + server + ".KICK";
    message.reply = inbox_;
    message.body = R"({"cid":)" + std::to_string(connection) + "}";
    return parts_.system.publish(message);
}

}  // namespace natscreds::provisioner
