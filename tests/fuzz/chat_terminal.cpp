// Whatever a terminal sends, in whatever pieces, and whatever others say meanwhile: a screen is drawn, of its size,
// and no control character gets onto it but our own sequences for looks and places.
#include <algorithm>
#include <ctime>

#include <natscreds/base/bytes.h>
#include <natscreds/chat-client/view/window.h>

#include "require.h"

using namespace natscreds;

namespace {

class StandingClock final : public base::Clock {
  public:
    [[nodiscard]] base::Time now() const override { return base::Time(std::chrono::seconds(1'700'000'000)); }
};

std::tm utc(base::Time time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return parts;
}

/// "CSI ... m", "CSI K" and "CSI ... G", and nothing else below the space.
bool is_clean(const std::string& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto byte = static_cast<unsigned char>(row[i]);
        if (byte == 0x7f || (byte < 0x20 && byte != 0x1b)) return false;
        if (byte != 0x1b) continue;
        const std::size_t end = row.find_first_not_of("0123456789;", i + 2);
        if (row.compare(i, 2, "\x1b[") != 0 || end == std::string::npos) return false;
        if (row[end] != 'm' && row[end] != 'K' && row[end] != 'G') return false;
        i = end;
    }
    return true;
}

void draw(chat::Window& window, chat::ScreenSize size) {
    (void)window.catch_up();
    const chat::Frame frame = window.frame();
    fuzz::require(frame.rows.size() == static_cast<std::size_t>(size.height));
    for (const std::string& row : frame.rows)
        fuzz::require(is_clean(row));
    fuzz::require(frame.cursor.x >= 0 && frame.cursor.x < size.width);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const StandingClock clock;
    chat::Chat chat({.self = nkeys::PublicKey::create(nkeys::Kind::user, {1}), .name = "me"});
    const chat::Link link;
    chat::Window window({.chat = chat,
                         .link = link,
                         .type = [&](std::string_view line) { chat.type(line, clock.now()); },
                         .clock = clock,
                         .local_time = utc,
                         .coloured = data[0] % 2 == 0});
    const chat::ScreenSize of{.width = 1 + data[0] % 100, .height = 1 + data[1] % 40};
    window.resize(of);
    const std::string_view bytes = base::as_text({data + 3, size - 3});
    chat::Message post{.kind = chat::MessageKind::post,
                       .sender = nkeys::PublicKey::create(nkeys::Kind::user, {2}),
                       .issued_at = clock.now()};
    post.name = post.id = post.text = bytes;
    post.channel = "KUBECON";
    chat.hear(post, clock.now());

    chat::KeyReader keys;
    const std::size_t first = std::min<std::size_t>(data[2], bytes.size());
    for (const std::string_view piece : {bytes.substr(0, first), bytes.substr(first)}) {
        for (const chat::Input& input : keys.read(piece))
            window.take(input);
        draw(window, of);
    }
    for (const chat::Input& input : keys.take_escape())
        window.take(input);
    draw(window, of);
    return 0;
}
