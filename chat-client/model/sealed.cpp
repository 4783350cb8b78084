#include <natscreds/chat-client/model/sealed.h>

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/bytes.h>

#include "message_fields.h"

namespace natscreds::chat {
namespace {

std::optional<base::Bytes> open_with_any(const Message& sealed, std::span<const nkeys::CurveKey> keys) {
    for (const nkeys::CurveKey& key : keys) {
        auto opened = key.open(sealed.box, *sealed.curve);
        if (opened) return *std::move(opened);
    }
    return std::nullopt;
}

/// What may stand in a box.
bool is_direct_type(const std::string& type) {
    return type == "chat-dm" || type == "chat-edit" || type == "chat-delete" || type == "chat-reaction" ||
           type == "chat-read";
}

}  // namespace

base::Result<std::string> encode_sealed(const Written& written, const nkeys::PublicKey& recipient,
                                        const Sender& sender, const Sealing& sealing) {
    nlohmann::json inside = fields_of(written, "chat-dm");
    inside["from"] = sender.key.public_key().text();
    inside["to"] = recipient.text();
    if (sealing.asks_receipt) inside["receipt"] = true;
    const std::string text = inside.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const auto box = sealing.own.seal(base::as_bytes(text), sealing.recipients, sealing.random);
    if (!box) return box.error();
    nlohmann::json fields{{"type", "chat-sealed"},
                          {"curve", sealing.own.public_key().text()},
                          {"box", base::base64url_encode(*box)}};
    if (!sender.user.empty()) fields["jwt"] = sender.user;
    return sign(recipient.text(), fields, sender);
}

base::Result<Message> open_sealed(const Message& sealed, const nkeys::PublicKey& self,
                                  std::span<const nkeys::CurveKey> keys) {
    const std::optional<base::Bytes> opened = open_with_any(sealed, keys);
    if (!opened) return base::Error{Errc::cannot_open, ""};
    const auto inside = nlohmann::json::parse(base::as_text(*opened), nullptr, false);
    if (!inside.is_object()) return base::Error{Errc::not_a_message, ""};
    if (text_field(inside, "from") != sealed.sender.text() || text_field(inside, "to") != self.text())
        return base::Error{Errc::wrong_place, ""};
    if (!is_direct_type(text_field(inside, "type").value_or(""))) return base::Error{Errc::not_a_message, ""};
    Message message = sealed;
    message.kind = MessageKind::direct;
    message.box.clear();
    message.was_sealed = true;
    const auto asks = inside.find("receipt");
    message.asks_receipt = asks != inside.end() && *asks == true;
    base::Result<Message> read = read_words(std::move(message), inside, "");
    if (read && read->id.empty()) return base::Error{Errc::not_a_message, ""};
    return read;
}

}  // namespace natscreds::chat
