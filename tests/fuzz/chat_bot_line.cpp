// Whatever a bot asks for is done or answered, and each answer is one line.
#include <algorithm>

#include <natscreds/chat-client/model/bot_line.h>
#include <natscreds/chat-client/model/chat.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};
    const auto acts = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    chat::Chat chat({.self = nkeys::PublicKey::create(nkeys::Kind::user, {}), .name = "me"});
    const auto request = chat::parse_bot_request(base::as_text({data, size}));
    if (!request) {
        fuzz::require(
            std::ranges::none_of(chat::answer_line({.tag = {}, .error = request.error().detail}), acts));
        return 0;
    }
    const auto place = chat.place_of(request->channel, request->person, noon);
    if (!place) return 0;
    chat::Utterance utterance{.place = *place, .text = request->text, .note = request->note};
    if (!request->own_id.empty()) utterance.note.about = chat::MessageRef{chat.self().self, request->own_id};
    const auto sent = chat.send(utterance, noon);
    fuzz::require(std::ranges::none_of(
        chat::answer_line(
            {.tag = request->tag, .id = sent ? sent->id : "", .error = sent ? "" : sent.error().detail}),
        acts));
    for (const chat::News& news : chat.take_news())
        fuzz::require(std::ranges::none_of(chat::news_line(news), acts));
    return 0;
}
