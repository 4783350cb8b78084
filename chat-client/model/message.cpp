#include <natscreds/chat-client/model/message.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/chat-client/model/text.h>

#include "message_fields.h"
#include "signed_text.h"

namespace natscreds::chat {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds presence_life{60};
constexpr std::size_t max_id_bytes = 128;

const base::Error no_message{Errc::not_a_message, ""};
const base::Error elsewhere{Errc::wrong_place, ""};

}  // namespace

std::optional<std::string> text_field(const Json& fields, const char* name) {
    const auto found = fields.find(name);
    if (found == fields.end()) return std::string();
    if (!found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

namespace {

Movement movement_in(const Json& fields) {
    const auto tags = fields.find("tags");
    if (tags == fields.end() || !tags->is_array()) return Movement::stays;
    for (const Json& tag : *tags) {
        if (tag == "bye") return Movement::leaves;
        if (tag == "new") return Movement::arrives;
    }
    return Movement::stays;
}

/// The JWT of a presence, if there is one that is about its sender: else the name stays unproven.
std::optional<jwt::Decoded<jwt::UserClaims>> user_in(const Json& fields, const nkeys::PublicKey& sender) {
    const std::optional<std::string> text = text_field(fields, "jwt");
    if (!text || text->empty()) return std::nullopt;
    auto user = jwt::decode<jwt::UserClaims>(*text);
    if (!user || user->content.subject != sender.text()) return std::nullopt;
    return std::move(*user);
}

Message message_of(const SignedText& text, MessageKind kind) {
    return {.kind = kind,
            .sender = text.issuer,
            .issued_at = text.issued_at,
            .expires = text.expires,
            .name = text.name};
}

/// The curve key that is announced or used; nothing where there is none that can be.
std::optional<nkeys::PublicKey> curve_in(const Json& fields) {
    const std::optional<std::string> text = text_field(fields, "curve");
    if (!text) return std::nullopt;
    const auto key = nkeys::PublicKey::parse(*text, nkeys::Kind::curve);
    return key ? std::optional(*key) : std::nullopt;
}

/// What says something of its sender alone: a presence, an announcement.
base::Result<Message> read_of_sender(const SignedText& text, const Json& fields, MessageKind kind) {
    if (text.subject != text.issuer.text()) return elsewhere;
    Message message = message_of(text, kind);
    message.movement = movement_in(fields);
    message.user = user_in(fields, text.issuer);
    message.curve = curve_in(fields);
    if (kind == MessageKind::announcement && !message.curve) return no_message;
    return message;
}

/// What only its recipient can open.
base::Result<Message> read_sealed(const SignedText& text, const Json& fields) {
    Message message = message_of(text, MessageKind::sealed);
    message.curve = curve_in(fields);
    const std::optional<std::string> box = text_field(fields, "box");
    std::optional<base::Bytes> bytes = box ? base::base64url_decode(*box) : std::nullopt;
    if (!message.curve || !bytes) return no_message;
    message.box = std::move(*bytes);
    message.user = user_in(fields, text.issuer);
    return message;
}

constexpr std::array saying_types{
    std::pair{Saying::edit, "chat-edit"}, std::pair{Saying::deletion, "chat-delete"},
    std::pair{Saying::reaction, "chat-reaction"}, std::pair{Saying::topic, "chat-topic"},
    std::pair{Saying::receipt, "chat-read"}};

/// The type is in `fields`; words have the type of their kind.
Saying saying_in(const Json& fields) {
    for (const auto& [saying, type] : saying_types) {
        if (fields.at("type") == type) return saying;
    }
    return Saying::words;
}

/// {"key":"U...","id":"..."}; nothing where it is anything else.
std::optional<MessageRef> ref_in(const Json& fields, const char* name) {
    const auto found = fields.find(name);
    if (found == fields.end() || !found->is_object()) return std::nullopt;
    const std::optional<std::string> key = text_field(*found, "key");
    const std::optional<std::string> id = text_field(*found, "id");
    if (!key || !id || id->empty() || id->size() > max_id_bytes) return std::nullopt;
    const auto sender = nkeys::PublicKey::parse(*key, nkeys::Kind::user);
    return sender ? std::optional(MessageRef{*sender, *id}) : std::nullopt;
}

/// Only one's own messages can be changed: of an edit or a deletion the sender is whose message it is about.
std::optional<MessageRef> about_in(const Json& fields, Saying saying, const nkeys::PublicKey& sender) {
    const bool of_others = saying == Saying::reaction || saying == Saying::receipt;
    if (saying == Saying::words || of_others) return ref_in(fields, "about");
    const std::optional<std::string> id = text_field(fields, "about");
    if (!id || id->empty() || id->size() > max_id_bytes) return std::nullopt;
    return MessageRef{sender, *id};
}

std::optional<std::uint64_t> revision_in(const Json& fields) {
    const auto found = fields.find("revision");
    if (found == fields.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
}

/// Nothing where a message that changes another one does not say which, or in which order.
std::optional<Annotation> annotation_in(const Json& fields, const nkeys::PublicKey& sender) {
    Annotation note{.saying = saying_in(fields)};
    note.about = about_in(fields, note.saying, sender);
    if (note.saying == Saying::words) return note;
    const std::optional<std::uint64_t> revision =
        note.saying == Saying::receipt ? std::optional<std::uint64_t>(0) : revision_in(fields);
    if (!revision || (!note.about && note.saying != Saying::topic)) return std::nullopt;
    note.revision = *revision;
    const auto withdrawn = fields.find("withdrawn");
    note.withdrawn = withdrawn != fields.end() && *withdrawn == true;
    return note;
}

std::size_t max_bytes_of(Saying saying) {
    if (saying == Saying::reaction) return max_reaction_bytes;
    return saying == Saying::topic ? max_topic_bytes : max_text_bytes;
}

}  // namespace

base::Result<Message> read_words(Message message, const Json& fields, std::string_view signature) {
    const std::optional<Annotation> note = annotation_in(fields, message.sender);
    if (!note) return no_message;
    const auto found = fields.find("msg");
    const bool has_text = found != fields.end() && found->is_string();
    const bool needs_text = note->saying != Saying::deletion && note->saying != Saying::receipt;
    if (!has_text && needs_text) return no_message;
    message.note = *note;
    if (has_text) message.text = found->get<std::string>();
    if (message.text.size() > max_bytes_of(note->saying)) return base::Error{Errc::too_large, ""};
    const std::optional<std::string> id = text_field(fields, "id");
    if (!id || id->size() > max_id_bytes) return no_message;
    message.id = id->empty() ? std::string(signature) : *id;
    if (!message.user) message.user = user_in(fields, message.sender);
    return message;
}

namespace {

Json json_of(const MessageRef& ref) {
    return {{"key", ref.sender.text()}, {"id", ref.id}};
}

}  // namespace

Json fields_of(const Written& written, const char* words_type) {
    const Annotation& note = written.note;
    Json fields{{"type", words_type}, {"id", written.id}, {"msg", written.text}};
    if (note.saying == Saying::words) {
        if (note.about) fields["about"] = json_of(*note.about);
        return fields;
    }
    for (const auto& [saying, type] : saying_types) {
        if (saying == note.saying) fields["type"] = type;
    }
    fields["revision"] = note.revision;
    if (note.withdrawn) fields["withdrawn"] = true;
    if (!note.about) return fields;
    const bool of_others = note.saying == Saying::reaction || note.saying == Saying::receipt;
    fields["about"] = of_others ? json_of(*note.about) : Json(note.about->id);
    return fields;
}

std::string sign(const std::string& subject, const Json& fields, const Sender& sender) {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = subject;
    draft.name = sender.name;
    draft.claims.body = fields.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (fields.at("type") == "chat-online") draft.expires = sender.now + presence_life;
    return jwt::sign(draft, sender.key, sender.now).value().text();
}

base::Result<ChatSubjects> ChatSubjects::create(std::string_view community) {
    if (!is_name(community))
        return base::Error{Errc::bad_name, "the chat's name \"" + harmless(community) + "\""};
    return ChatSubjects("chat." + std::string(community) + ".");
}

std::string ChatSubjects::posts(std::string_view channel) const {
    return prefix_ + "posts." + std::string(channel);
}

std::string ChatSubjects::directs(const nkeys::PublicKey& recipient) const {
    return prefix_ + "dms." + recipient.text();
}

std::string ChatSubjects::online() const {
    return prefix_ + "online";
}

std::string ChatSubjects::posts_stream() const {
    constexpr std::string_view chat = "chat.";
    return "CHAT_" + prefix_.substr(chat.size(), prefix_.size() - chat.size() - 1);
}

std::string ChatSubjects::keys(std::string_view user) const {
    return prefix_ + "keys." + std::string(user);
}

std::string ChatSubjects::sealed(std::string_view recipient, std::string_view sender,
                                 std::string_view slot) const {
    return prefix_ + "sealed." + std::string(recipient) + "." + std::string(sender) + "." + std::string(slot);
}

base::Result<Message> ChatSubjects::parse(std::string_view subject, std::string_view body) const {
    if (body.size() > max_body_bytes) return base::Error{Errc::too_large, ""};
    const base::Result<SignedText> text = read_signed_text(body);
    if (!text) return text.error();
    const Json fields = Json::parse(text->body, nullptr, false);
    if (!fields.is_object()) return no_message;
    const std::optional<std::string> type = text_field(fields, "type");
    if (type == "chat-online") {
        if (subject != online()) return elsewhere;
        return read_of_sender(*text, fields, MessageKind::presence);
    }
    if (type == "chat-key") {
        if (subject != keys(text->issuer.text())) return elsewhere;
        return read_of_sender(*text, fields, MessageKind::announcement);
    }
    if (type == "chat-sealed") {
        const bool kept = subject.starts_with(sealed(text->subject, text->issuer.text(), ""));
        if (!kept && subject != prefix_ + "dms." + text->subject) return elsewhere;
        return read_sealed(*text, fields);
    }
    const bool changes =
        std::ranges::any_of(saying_types, [&](const auto& one) { return type == one.second; });
    if ((type != "chat-post" && type != "chat-dm" && !changes) || type == "chat-read") return no_message;
    // What changes a message stands where that does.
    const bool direct = type == "chat-dm" || (changes && subject.starts_with(prefix_ + "dms."));
    if (direct) {
        if (subject != prefix_ + "dms." + text->subject || type == "chat-topic") return elsewhere;
        return read_words(message_of(*text, MessageKind::direct), fields, text->signature);
    }
    if (!is_name(text->subject) || subject != posts(text->subject)) return elsewhere;
    base::Result<Message> message = read_words(message_of(*text, MessageKind::post), fields, text->signature);
    if (message) message->channel = text->subject;
    return message;
}

std::string id_of(const Message& message) {
    return id_of(MessageRef{message.sender, message.id});
}

std::string id_of(const MessageRef& message) {
    return message.sender.text() + message.id;
}

std::string new_message_id(base::Random& random) {
    std::array<std::uint8_t, 12> bytes{};
    random.fill(bytes);
    return base::base64url_encode(bytes);
}

std::string encode_post(const Written& written, std::string_view channel, const Sender& sender) {
    Json fields = fields_of(written, "chat-post");
    if (!sender.user.empty()) fields["jwt"] = sender.user;
    return sign(std::string(channel), fields, sender);
}

std::string encode_direct(const Written& written, const nkeys::PublicKey& recipient, const Sender& sender) {
    return sign(recipient.text(), fields_of(written, "chat-dm"), sender);
}

std::string encode_presence(Movement movement, std::string_view user, const Sender& sender) {
    Json fields{{"type", "chat-online"}, {"tags", Json::array()}};
    if (movement == Movement::arrives) fields["tags"].push_back("new");
    if (movement == Movement::leaves) fields["tags"].push_back("bye");
    if (!user.empty()) fields["jwt"] = user;
    if (sender.curve) fields["curve"] = sender.curve->text();
    return sign(sender.key.public_key().text(), fields, sender);
}

std::string encode_announcement(const Sender& sender) {
    Json fields{{"type", "chat-key"}, {"curve", sender.curve->text()}};
    if (!sender.user.empty()) fields["jwt"] = sender.user;
    return sign(sender.key.public_key().text(), fields, sender);
}

}  // namespace natscreds::chat
