// Whatever arrives, as it is and as the body of a message that somebody signed, is shown harmlessly or not at all.
#include <algorithm>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/shown.h>

#include "signed_body.h"

using namespace natscreds;

namespace {

void hear(chat::Chat& chat, const std::string& subject, std::string_view body) {
    static const chat::ChatSubjects subjects = chat::ChatSubjects::create("KUBECON").value();
    const auto message = subjects.parse(subject, body);
    if (!message) return chat.hear_nonsense(message.error(), fuzz::noon);
    chat.hear(*message, fuzz::noon);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(base::as_text({data, size}));
    chat::Chat chat({.self = nkeys::PublicKey::create(nkeys::Kind::user, {}), .name = "me"});
    // What there is to edit, to delete and to react to: "1" in the channel, and alone.
    const std::string name = "derek";
    const chat::Sender sender{.key = fuzz::user_key(), .name = name, .now = fuzz::noon};
    hear(chat, "chat.KUBECON.posts.NATS", chat::encode_post({.id = "1", .text = "hello"}, "NATS", sender));
    hear(chat, "chat.KUBECON.dms." + fuzz::user_key().public_key().text(),
         chat::encode_direct({.id = "1", .text = "hello"}, fuzz::user_key().public_key(), sender));
    hear(chat, "chat.KUBECON.posts.NATS", text);
    jwt::Draft<jwt::GenericClaims> draft;
    draft.claims.body = text;
    draft.name = text.substr(0, 64);
    for (const std::string& subject : {std::string("NATS"), fuzz::user_key().public_key().text()}) {
        draft.subject = subject;
        const auto token = jwt::sign(draft, fuzz::user_key(), fuzz::noon);
        if (!token) continue;
        hear(chat, "chat.KUBECON.posts." + subject, token->text());
        hear(chat, "chat.KUBECON.dms." + subject, token->text());
        hear(chat, "chat.KUBECON.online", token->text());
    }
    const std::string whole = fuzz::signed_payload(text, fuzz::user_key());
    hear(chat, "chat.KUBECON.posts.NATS", whole);
    hear(chat, "chat.KUBECON.dms." + fuzz::user_key().public_key().text(), whole);
    hear(chat, "chat.KUBECON.online", whole);
    for (const chat::News& news : chat.take_news()) {
        const auto acts = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
        fuzz::require(std::ranges::none_of(chat::plain_line(news), acts));
    }
    return 0;
}
