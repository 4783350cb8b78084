// Whatever arrives, as it is and as the body of a message that somebody signed, is shown harmlessly or not at all.
#include <algorithm>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/shown.h>

#include "signed_body.h"

using namespace natscreds;

namespace {

class NoRandom final : public base::Random {
  public:
    void fill(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, std::uint8_t{7}); }
};

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

const nkeys::SigningKey& key() {
    static const nkeys::SigningKey made = [] {
        NoRandom random;
        return nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
    }();
    return made;
}

void hear(chat::Chat& chat, const std::string& subject, std::string_view body) {
    static const chat::ChatSubjects subjects = chat::ChatSubjects::create("KUBECON").value();
    const auto message = subjects.parse(subject, body);
    if (!message) return chat.hear_nonsense(message.error(), noon);
    chat.hear(*message, noon);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(base::as_text({data, size}));
    chat::Chat chat({.self = nkeys::PublicKey::create(nkeys::Kind::user, {}), .name = "me"});
    // What there is to edit, to delete and to react to: "1" in the channel, and alone.
    const std::string name = "derek";
    const chat::Sender sender{.key = key(), .name = name, .now = noon};
    hear(chat, "chat.KUBECON.posts.NATS", chat::encode_post({.id = "1", .text = "hello"}, "NATS", sender));
    hear(chat, "chat.KUBECON.dms." + key().public_key().text(),
         chat::encode_direct({.id = "1", .text = "hello"}, key().public_key(), sender));
    hear(chat, "chat.KUBECON.posts.NATS", text);
    jwt::Draft<jwt::GenericClaims> draft;
    draft.claims.body = text;
    draft.name = text.substr(0, 64);
    for (const std::string& subject : {std::string("NATS"), key().public_key().text()}) {
        draft.subject = subject;
        const auto token = jwt::sign(draft, key(), noon);
        if (!token) continue;
        hear(chat, "chat.KUBECON.posts." + subject, token->text());
        hear(chat, "chat.KUBECON.dms." + subject, token->text());
        hear(chat, "chat.KUBECON.online", token->text());
    }
    const std::string whole = fuzz::signed_payload(text, key());
    hear(chat, "chat.KUBECON.posts.NATS", whole);
    hear(chat, "chat.KUBECON.dms." + key().public_key().text(), whole);
    hear(chat, "chat.KUBECON.online", whole);
    for (const chat::News& news : chat.take_news()) {
        const auto acts = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
        fuzz::require(std::ranges::none_of(chat::plain_line(news), acts));
    }
    return 0;
}
