#include <natscreds/chat-client/model/bot_line.h>

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_tag_bytes = 128;
constexpr std::size_t max_name_bytes = 128;

base::Error bad_request(const std::string& why) {
    return {std::make_error_code(std::errc::invalid_argument), why};
}

constexpr std::array<std::string_view, 10> known_fields{"v",  "do",  "channel", "to",   "text",
                                                        "id", "key", "sign",    "undo", "tag"};

struct Verb {
    std::string_view name;
    BotRequest::Action action;
    Saying saying;
    bool needs_place;
    bool needs_id;
    std::string_view text_field;  ///< empty: it has no text
};
constexpr std::array verbs{
    Verb{"say", BotRequest::Action::say, Saying::words, true, false, "text"},
    Verb{"act", BotRequest::Action::act, Saying::words, true, false, "text"},
    Verb{"reply", BotRequest::Action::say, Saying::words, true, true, "text"},
    Verb{"edit", BotRequest::Action::say, Saying::edit, true, true, "text"},
    Verb{"delete", BotRequest::Action::say, Saying::deletion, true, true, ""},
    Verb{"react", BotRequest::Action::say, Saying::reaction, true, true, "sign"},
    Verb{"topic", BotRequest::Action::say, Saying::topic, true, false, "text"},
    Verb{"command", BotRequest::Action::command, Saying::words, false, false, "text"},
};

/// The fields of a request, of which each is a text but "v" and "undo".
class Fields {
  public:
    explicit Fields(Json json) : json_(std::move(json)) {}

    [[nodiscard]] base::Status check() const {
        for (const auto& [name, value] : json_.items()) {
            if (std::ranges::find(known_fields, name) == known_fields.end())
                return bad_request("there is no field \"" + harmless(name) + "\"");
            const bool text = name != "v" && name != "undo";
            if (text && !value.is_string()) return bad_request(name + ": expected a string");
        }
        const auto version = json_.find("v");
        if (version != json_.end() && *version != bot_lines_version)
            return bad_request("v: this program speaks version 1");
        const auto undo = json_.find("undo");
        if (undo != json_.end() && !undo->is_boolean()) return bad_request("undo: expected true or false");
        if (text("tag").size() > max_tag_bytes) return bad_request("tag: longer than 128 bytes");
        if (harmless(text("tag")) != text("tag")) return bad_request("tag: has control characters");
        if (text("to").size() > max_name_bytes || text("id").size() > max_name_bytes)
            return bad_request("to, id: longer than 128 bytes");
        return {};
    }
    [[nodiscard]] std::string text(std::string_view name) const {
        const auto found = json_.find(name);
        return found != json_.end() ? found->get<std::string>() : std::string();
    }
    [[nodiscard]] bool undo() const { return json_.value("undo", false); }

  private:
    Json json_;
};

std::string verb_names() {
    std::string names;
    for (const Verb& verb : verbs)
        names += (names.empty() ? "" : ", ") + std::string(verb.name);
    return names;
}

base::Status take_place(BotRequest& request, const Fields& fields) {
    request.channel = fields.text("channel");
    request.person = fields.text("to");
    if (request.channel.empty() == request.person.empty())
        return bad_request("expected one of \"channel\" and \"to\"");
    if (request.person.empty() && !is_name(request.channel))
        return bad_request("channel: \"" + harmless(request.channel) + "\" is no channel's name");
    return {};
}

base::Status take_message(BotRequest& request, const Fields& fields) {
    const std::string id = fields.text("id");
    if (id.empty()) return bad_request("id: which message?");
    const bool of_own = request.note.saying == Saying::edit || request.note.saying == Saying::deletion;
    if (of_own || fields.text("key").empty()) {
        request.own_id = id;
        return {};
    }
    const auto key = nkeys::PublicKey::parse(fields.text("key"), nkeys::Kind::user);
    if (!key) return bad_request("key: expected the key of a user, \"U...\"");
    request.note.about = MessageRef{*key, id};
    return {};
}

/// What may be asked, and what a bot has to know of who said something.
Json author_json(const Author& author, const std::optional<nkeys::PublicKey>& key) {
    Json json{{"name", author.name},
              {"verified", author.standing == Standing::verified && author.pinning == Pinning::same}};
    if (!author.verified_as.empty()) json["verified_as"] = author.verified_as;
    if (author.pinning == Pinning::changed) json["other_key"] = true;
    if (key) json["key"] = key->text();
    return json;
}

Json ref_json(const MessageRef& ref) {
    return {{"key", ref.sender.text()}, {"id", ref.id}};
}

std::string dumped(Json json) {
    json["v"] = bot_lines_version;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

constexpr std::array<std::string_view, 5> event_names{"message", "edit", "delete", "reaction", "topic"};

}  // namespace

base::Result<BotRequest> parse_bot_request(std::string_view line) {
    Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return bad_request("expected a JSON object on one line");
    const Fields fields(std::move(json));
    if (base::Status known = fields.check(); !known) return known.error();
    const std::string name = fields.text("do");
    const auto* const verb = std::ranges::find(verbs, name, &Verb::name);
    if (verb == verbs.end()) return bad_request("do: expected one of " + verb_names());
    BotRequest request;
    request.action = verb->action;
    request.tag = fields.text("tag");
    request.note.saying = verb->saying;
    if (verb->needs_place) {
        if (base::Status place = take_place(request, fields); !place) return place.error();
    }
    if (verb->needs_id) {
        if (base::Status message = take_message(request, fields); !message) return message.error();
    }
    if (!verb->text_field.empty()) request.text = fields.text(verb->text_field);
    if (request.action == BotRequest::Action::command && !request.text.starts_with('/'))
        return bad_request("text: expected a command, such as \"/join NATS\"");
    request.note.withdrawn = verb->saying == Saying::reaction && fields.undo();
    return request;
}

std::string hello_line(const std::string& name, const nkeys::PublicKey& key) {
    return dumped({{"event", "hello"}, {"name", name}, {"key", key.text()}});
}

std::string news_line(const News& news) {
    const Line& line = news.line;
    if (line.kind == LineKind::notice) return dumped({{"event", "notice"}, {"text", line.text}});
    Json json{{"event", event_names.at(static_cast<std::size_t>(news.kind))}};
    if (news.place.person) {
        json["with"] = news.place.person->text();
    } else {
        json["channel"] = news.place.channel;
    }
    json["at"] = line.at.time_since_epoch().count();
    const bool by_another = news.kind == NewsKind::reacted || news.kind == NewsKind::topic;
    const std::optional<nkeys::PublicKey> sender = line.ref ? std::optional(line.ref->sender) : std::nullopt;
    json["from"] = by_another ? author_json(news.by, news.by_key) : author_json(line.author, sender);
    if (news.kind == NewsKind::reacted) {
        json["sign"] = news.text;
        json["about"] = ref_json(*line.ref);
        if (news.withdrawn) json["undo"] = true;
        return dumped(std::move(json));
    }
    if (line.ref) json["id"] = line.ref->id;
    if (news.kind != NewsKind::deleted) json["text"] = line.text;
    if (line.kind == LineKind::action) json["action"] = true;
    if (line.mentions_me) json["mentions_me"] = true;
    if (line.plain) json["plain"] = true;
    if (line.was_kept) json["kept"] = true;
    if (line.reply_to) json["about"] = ref_json(*line.reply_to);
    return dumped(std::move(json));
}

std::string answer_line(const BotAnswer& answer) {
    Json json{{"event", "answer"}, {"ok", answer.error.empty()}};
    if (!answer.tag.empty()) json["tag"] = answer.tag;
    if (!answer.id.empty()) json["id"] = answer.id;
    if (!answer.error.empty()) json["error"] = answer.error;
    return dumped(std::move(json));
}

}  // namespace natscreds::chat
