#include <natscreds/chat-client/model/message.h>

#include <array>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/chat-client/model/text.h>

#include "signed_text.h"

namespace natscreds::chat {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds presence_life{60};
constexpr std::size_t max_id_bytes = 128;

const base::Error no_message{Errc::not_a_message, ""};
const base::Error elsewhere{Errc::wrong_place, ""};

/// A field that is a string, and "" if it is missing; nothing if it is anything else.
std::optional<std::string> text_field(const Json& fields, const char* name) {
    const auto found = fields.find(name);
    if (found == fields.end()) return std::string();
    if (!found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

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

base::Result<Message> read_presence(const SignedText& text, const Json& fields) {
    if (text.subject != text.issuer.text()) return elsewhere;
    Message message = message_of(text, MessageKind::presence);
    message.movement = movement_in(fields);
    message.user = user_in(fields, text.issuer);
    return message;
}

base::Result<Message> read_words(const SignedText& text, const Json& fields, MessageKind kind) {
    const auto found = fields.find("msg");
    if (found == fields.end() || !found->is_string()) return no_message;
    Message message = message_of(text, kind);
    message.text = found->get<std::string>();
    if (message.text.size() > max_text_bytes) return base::Error{Errc::too_large, ""};
    const std::optional<std::string> id = text_field(fields, "id");
    if (!id || id->size() > max_id_bytes) return no_message;
    message.id = id->empty() ? text.signature : *id;
    message.user = user_in(fields, text.issuer);
    return message;
}

std::string sign(const std::string& subject, const Json& fields, const Sender& sender) {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = subject;
    draft.name = sender.name;
    draft.claims.body = fields.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (fields.at("type") == "chat-online") draft.expires = sender.now + presence_life;
    return jwt::sign(draft, sender.key, sender.now).value().text();
}

}  // namespace

base::Result<Subjects> Subjects::create(std::string_view community) {
    if (!is_name(community))
        return base::Error{Errc::bad_name, "the chat's name \"" + harmless(community) + "\""};
    return Subjects("chat." + std::string(community) + ".");
}

std::string Subjects::posts(std::string_view channel) const {
    return prefix_ + "posts." + std::string(channel);
}

std::string Subjects::directs(const nkeys::PublicKey& recipient) const {
    return prefix_ + "dms." + recipient.text();
}

std::string Subjects::online() const {
    return prefix_ + "online";
}

std::string Subjects::posts_stream() const {
    constexpr std::string_view chat = "chat.";
    return "CHAT_" + prefix_.substr(chat.size(), prefix_.size() - chat.size() - 1);
}

base::Result<Message> Subjects::parse(std::string_view subject, std::string_view body) const {
    if (body.size() > max_body_bytes) return base::Error{Errc::too_large, ""};
    const base::Result<SignedText> text = read_signed_text(body);
    if (!text) return text.error();
    const Json fields = Json::parse(text->body, nullptr, false);
    if (!fields.is_object()) return no_message;
    const std::optional<std::string> type = text_field(fields, "type");
    if (type == "chat-online") {
        if (subject != online()) return elsewhere;
        return read_presence(*text, fields);
    }
    if (type == "chat-post") {
        if (!is_name(text->subject) || subject != posts(text->subject)) return elsewhere;
        base::Result<Message> message = read_words(*text, fields, MessageKind::post);
        if (message) message->channel = text->subject;
        return message;
    }
    if (type != "chat-dm") return no_message;
    if (subject != prefix_ + "dms." + text->subject) return elsewhere;
    return read_words(*text, fields, MessageKind::direct);
}

std::string id_of(const Message& message) {
    return message.sender.text() + message.id;
}

std::string new_message_id(base::Random& random) {
    std::array<std::uint8_t, 12> bytes{};
    random.fill(bytes);
    return base::base64url_encode(bytes);
}

std::string encode_post(const Written& written, std::string_view channel, const Sender& sender) {
    Json fields{{"type", "chat-post"}, {"id", written.id}, {"msg", written.text}};
    if (!sender.user.empty()) fields["jwt"] = sender.user;
    return sign(std::string(channel), fields, sender);
}

std::string encode_direct(const Written& written, const nkeys::PublicKey& recipient, const Sender& sender) {
    return sign(recipient.text(), {{"type", "chat-dm"}, {"id", written.id}, {"msg", written.text}}, sender);
}

std::string encode_presence(Movement movement, std::string_view user, const Sender& sender) {
    Json fields{{"type", "chat-online"}, {"tags", Json::array()}};
    if (movement == Movement::arrives) fields["tags"].push_back("new");
    if (movement == Movement::leaves) fields["tags"].push_back("bye");
    if (!user.empty()) fields["jwt"] = user;
    return sign(sender.key.public_key().text(), fields, sender);
}

}  // namespace natscreds::chat
