// Whatever is typed is done or answered, and nothing that acts on a terminal is kept or sent.
#include <algorithm>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/shown.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};
    const auto acts = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; };
    chat::Chat chat({.self = nkeys::PublicKey::create(nkeys::Kind::user, {}), .name = "me"});
    chat.type(base::as_text({data, size}), noon);
    for (const chat::Effect& effect : chat.take_effects()) {
        const auto* const sent = std::get_if<chat::Send>(&effect);
        if (sent != nullptr) fuzz::require(std::ranges::none_of(sent->text, acts));
    }
    for (const chat::News& news : chat.take_news())
        fuzz::require(std::ranges::none_of(chat::plain_line(news), acts));
    return 0;
}
