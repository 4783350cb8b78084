#include <natscreds/bus/stored.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/date.h>
#include <natscreds/bus/errc.h>

#include "wire_message.h"

namespace natscreds::bus {
namespace {

using Json = nlohmann::json;

std::optional<std::uint64_t> number_in(const Message& message, std::string_view header) {
    const auto text = message.header(header);
    std::uint64_t number = 0;
    if (!text) return std::nullopt;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failed != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return number;
}

std::optional<Stored> stored_in(const Message& message) {
    const auto sequence = number_in(message, "Nats-Sequence");
    const auto subject = message.header("Nats-Subject");
    const auto at = message.header("Nats-Time-Stamp");
    const auto time = at ? base::parse_rfc3339(*at) : std::nullopt;
    if (!sequence || !subject || !time) return std::nullopt;
    return Stored{.sequence = *sequence, .at = *time, .subject = std::string(*subject), .body = message.body};
}

/// Where the server has an answer that is no message: 404 for none, 204 for the end of several.
std::string status_of(const Message& message) {
    const auto status = message.header("Status");
    return status ? std::string(*status) : std::string();
}

base::Error unexpected(const Message& message, const std::string& stream) {
    const auto words = message.header("Description");
    return {Errc::failed, "stream " + stream + ": " + status_of(message) + " " +
                              (words ? std::string(*words) : std::string("no stored message"))};
}

/// What came to one request for messages, in order.
class Replies {
  public:
    explicit Replies(std::string stream) : stream_(std::move(stream)) {}

    void take(const Message& reply) {
        const std::string status = status_of(reply);
        const std::optional<std::uint64_t> pending = number_in(reply, "Nats-Num-Pending");
        if (std::optional<Stored> stored = stored_in(reply)) {
            page.messages.push_back(std::move(*stored));
            batched = batched || pending.has_value();
        } else if (status != "404" && status != "204") {
            error = unexpected(reply, stream_);
        } else {
            finished = true;
        }
        page.at_end = status == "404" || pending == 0;
    }
    /// None comes behind this one.
    [[nodiscard]] bool last(const Message& reply) const {
        return !status_of(reply).empty() || !number_in(reply, "Nats-Num-Pending");
    }

    StoredPage page;
    std::optional<base::Error> error;
    bool batched = false;   ///< the server sends several
    bool finished = false;  ///< it said that there are no more

  private:
    std::string stream_;
};

Message question(const std::string& subject, const Json& body) {
    Message message;
    message.subject = subject;
    message.body = body.dump();
    return message;
}

base::Result<Replies> ask(Connection& connection, const StoredQuery& query, Timeout timeout) {
    Json body{{"seq", query.from}, {"next_by_subj", query.subject}};
    if (query.most > 1) body["batch"] = query.most;
    Replies replies(query.stream);
    const base::Status asked =
        connection.request(question(std::string(direct_get) + query.stream, body),
                           {.timeout = timeout,
                            .replies = query.most + 1,
                            .last = [&](const Message& reply) { return replies.last(reply); }},
                           [&](const Message& reply) { replies.take(reply); });
    if (!asked) return asked.error();
    if (replies.error) return *replies.error;
    return replies;
}

base::Result<std::optional<Stored>> ask_for_last(Connection& connection, const Message& message,
                                                 const std::string& stream, Timeout timeout) {
    const base::Result<Message> reply = connection.request(message, timeout);
    if (!reply) return reply.error();
    if (status_of(*reply) == "404") return std::optional<Stored>();
    std::optional<Stored> stored = stored_in(*reply);
    if (!stored) return unexpected(*reply, stream);
    return stored;
}

/// What JetStream answers: an object, with an error where it refused.
base::Result<Json> ask_api(Connection& connection, const Message& message, Timeout timeout) {
    const base::Result<Message> reply = connection.request(message, timeout);
    if (!reply) return reply.error();
    Json answer = Json::parse(reply->body, nullptr, false);
    if (!answer.is_object()) return base::Error{Errc::failed, message.subject + ": no answer of JetStream's"};
    return answer;
}

struct Refusal {
    std::int64_t code = 0;  ///< 0: there was none
    std::string words;
};

Refusal refusal_in(const Json& answer) {
    const Json error = answer.value("error", Json());
    if (!error.is_object()) return {};
    const auto code = error.find("err_code");
    const auto words = error.find("description");
    return {.code = code != error.end() && code->is_number_integer() ? code->get<std::int64_t>() : -1,
            .words = words != error.end() && words->is_string() ? words->get<std::string>() : ""};
}

constexpr std::int64_t name_in_use = 10058;
/// The servers, or the account. Source: nats-server errors.json.
constexpr std::array<std::int64_t, 2> without_jetstream{10076, 10039};

Json json_of(const StreamConfig& config) {
    const std::chrono::nanoseconds age = config.max_age;
    const std::chrono::nanoseconds usual_duplicates = std::chrono::minutes(2);
    Json json{
        {"name", config.name},
        {"subjects", config.subjects},
        {"retention", "limits"},
        {"discard", "old"},
        {"storage", "file"},
        {"max_age", age.count()},
        {"max_msgs_per_subject", config.max_for_subject},
        {"max_msgs", -1},
        {"max_bytes", config.max_bytes},
        {"max_consumers", -1},
        {"max_msg_size", -1},
        {"num_replicas", config.replicas},
        // The server does not let it be longer than what it keeps.
        {"duplicate_window", (age.count() > 0 ? std::min(age, usual_duplicates) : usual_duplicates).count()},
        {"allow_direct", true},
        {"deny_delete", true},
        {"deny_purge", true}};
    if (!config.cluster.empty()) json["placement"] = {{"cluster", config.cluster}};
    return json;
}

bool is_stream_name(const std::string& name) {
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name.find_first_not_of(allowed) == std::string::npos;
}

}  // namespace

base::Result<StoredPage> read_stored(Connection& connection, const StoredQuery& query, Timeout timeout) {
    StoredPage page;
    StoredQuery rest = query;
    rest.most = std::min(query.most, max_stored_at_once);
    const std::size_t most = rest.most;
    while (page.messages.size() < most) {
        base::Result<Replies> replies = ask(connection, rest, timeout);
        if (!replies) return replies.error();
        std::ranges::move(replies->page.messages, std::back_inserter(page.messages));
        page.at_end = replies->page.at_end;
        if (replies->finished || replies->page.messages.empty()) break;
        // Some may be missing behind the last that came in time.
        rest.from = page.messages.back().sequence + 1;
        rest.most = replies->batched ? most - std::min(most, page.messages.size()) : 1;
    }
    return page;
}

base::Result<std::optional<Stored>> last_stored(Connection& connection, const std::string& stream,
                                                const std::string& subject, Timeout timeout) {
    const std::string api = std::string(direct_get) + stream;
    return ask_for_last(connection, question(api, {{"last_by_subj", subject}}), stream, timeout);
}

base::Result<std::optional<Stored>> last_stored_of(Connection& connection, const std::string& stream,
                                                   const std::string& subject, Timeout timeout) {
    Message message;
    message.subject = std::string(direct_get) + stream + "." + subject;
    return ask_for_last(connection, message, stream, timeout);
}

base::Result<StreamMade> make_stream(Connection& connection, const StreamConfig& config, Timeout timeout) {
    if (!is_stream_name(config.name))
        return base::Error{Errc::bad_option, "'" + config.name + "' is not the name of a stream"};
    const Json wanted = json_of(config);
    StreamMade made = StreamMade::made;
    base::Result<Json> answer =
        ask_api(connection, question("$JS.API.STREAM.CREATE." + config.name, wanted), timeout);
    if (answer && refusal_in(*answer).code == name_in_use) {
        made = StreamMade::changed;
        answer = ask_api(connection, question("$JS.API.STREAM.UPDATE." + config.name, wanted), timeout);
    }
    if (!answer) return answer.error();
    const Refusal refused = refusal_in(*answer);
    if (std::ranges::count(without_jetstream, refused.code) != 0)
        return base::Error{Errc::no_responders, refused.words};
    if (refused.code != 0) return base::Error{Errc::failed, "stream " + config.name + ": " + refused.words};
    return made;
}

}  // namespace natscreds::bus
