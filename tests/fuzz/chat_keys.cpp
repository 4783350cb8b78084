// Whatever keys are pressed, the line stays harmless and bounded, and the cursor between two graphemes.
#include <algorithm>

#include <natscreds/chat-client/model/completion.h>
#include <natscreds/chat-client/model/graphemes.h>
#include <natscreds/chat-client/model/line_editor.h>
#include <natscreds/chat-client/model/text.h>

#include "require.h"

using namespace natscreds;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

bool stands_between(std::size_t cursor, std::string_view text) {
    std::size_t boundary = 0;
    for (const std::string_view piece : chat::graphemes(text)) {
        if (boundary >= cursor) break;
        boundary += piece.size();
    }
    return boundary == cursor;
}

void check(const chat::LineEditor& editor) {
    fuzz::require(editor.text().size() <= chat::LineEditor::max_bytes);
    fuzz::require(stands_between(editor.cursor(), editor.text()));
    fuzz::require(chat::harmless(editor.text()) == editor.text());
}

}  // namespace

/// A byte below 0x20 is a key, and what stands between two such is typed at once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::uint8_t edits = static_cast<std::uint8_t>(chat::Edit::newer) + 1;
    chat::Chat chat({.self = nkeys::PublicKey::create(nkeys::Kind::user, {}), .name = "me"});
    const auto completer = [&](std::string_view before) { return completions(chat, before, noon); };
    chat::LineEditor editor;
    const std::uint8_t* const end = data + size;
    while (data != end) {
        const std::uint8_t* const key = std::find_if(data, end, [](std::uint8_t c) { return c < 0x20; });
        (void)editor.insert(base::as_text({data, key}));
        check(editor);
        if (key == end) break;
        data = key + 1;
        if (*key < edits) {
            editor.apply(static_cast<chat::Edit>(*key));
        } else if (*key < 0x1e) {
            using enum chat::LineEditor::Direction;
            editor.complete(completer, *key % 2 == 0 ? next : previous);
        } else {
            chat.type(editor.submit(), noon);
        }
        check(editor);
    }
    return 0;
}
