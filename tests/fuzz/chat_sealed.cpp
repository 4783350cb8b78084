// Whatever stands in a box, as a sealed message, an announcement or a chat's kept state, is refused or harmless, and counts
// once.
#include <algorithm>
#include <vector>

#include <natscreds/base/base64url.h>
#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/sealed.h>
#include <natscreds/chat-client/model/shown.h>

#include "signed_body.h"

using namespace natscreds;

namespace {

const std::vector<nkeys::CurveKey>& curves() {
    static const std::vector<nkeys::CurveKey> made = [] {
        fuzz::OneKey random;
        std::vector<nkeys::CurveKey> one;
        one.push_back(nkeys::CurveKey::generate(random));
        return one;
    }();
    return made;
}

void hear(chat::Chat& chat, const std::string& subject, const std::string& body) {
    static const chat::ChatSubjects subjects = chat::ChatSubjects::create("KUBECON").value();
    const auto message = subjects.parse(subject, body);
    if (!message) return chat.hear_nonsense(message.error(), fuzz::noon);
    if (message->kind != chat::MessageKind::sealed) return chat.hear(*message, fuzz::noon);
    const auto opened = chat::open_sealed(*message, fuzz::user_key().public_key(), curves());
    if (!opened) return chat.hear_nonsense(opened.error(), fuzz::noon);
    fuzz::require(opened->was_sealed && opened->sender == message->sender && !opened->id.empty());
    chat.hear(*opened, fuzz::noon);
    const std::size_t rooms = chat.rooms().size();
    const std::size_t lines = chat.rooms().back().lines().size();
    chat.take(
        chat::SealedPage{.messages = {{.message = *opened, .sequence = 1, .at = fuzz::noon}}, .sequence = 1},
        fuzz::noon);
    fuzz::require(chat.rooms().size() == rooms && chat.rooms().back().lines().size() == lines);
}

std::string signed_text(const std::string& fields) {
    return fuzz::signed_body(fields, "").value_or("");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(base::as_text({data, size}));
    const std::string self = fuzz::user_key().public_key().text();
    const nkeys::CurveKey& curve = curves().front();
    chat::Chat chat({.self = fuzz::user_key().public_key(), .name = "me", .curve = curve.public_key()});
    fuzz::OneKey random;
    // The input as what stands in a box: as it is, and as the fields of a message between the two.
    const std::string between = "{\"from\":\"" + self + "\",\"to\":\"" + self + "\"," + text + "}";
    for (const std::string& inside : {text, between}) {
        const auto box = curve.seal(base::as_bytes(inside), curve.public_key(), random);
        if (!box) continue;
        hear(chat, "chat.KUBECON.dms." + self,
             signed_text(R"({"type":"chat-sealed","curve":")" + curve.public_key().text() + R"(","box":")" +
                         base::base64url_encode(*box) + "\"}"));
    }
    // As the fields of a sealed message and of an announcement, and as a box.
    hear(chat, "chat.KUBECON.dms." + self, signed_text(R"({"type":"chat-sealed",)" + text + "}"));
    hear(chat, "chat.KUBECON.keys." + self, signed_text(R"({"type":"chat-key",)" + text + "}"));
    hear(chat, "chat.KUBECON.dms." + self,
         signed_text(R"({"type":"chat-sealed","curve":")" + curve.public_key().text() + R"(","box":")" +
                     base::base64url_encode({data, size}) + "\"}"));
    for (const chat::News& news : chat.take_news()) {
        const auto acts = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
        fuzz::require(std::ranges::none_of(chat::plain_line(news), acts));
    }
    const auto state = chat::SealedState::parse(text);
    if (!state) {
        fuzz::require(state.error().code == chat::Errc::not_sealed_state);
        return 0;
    }
    const auto again = chat::SealedState::parse(state->encode());
    fuzz::require(again && again->encode() == state->encode());
    return 0;
}
