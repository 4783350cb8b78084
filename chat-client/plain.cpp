#include "plain.h"

#include <array>
#include <optional>
#include <ostream>

#include <poll.h>

#include <natscreds/chat-client/model/bot_line.h>
#include <natscreds/chat-client/model/shown.h>

#include "bot_lines.h"
#include "line_reader.h"

namespace natscreds::chat {
namespace {

/// How often presences that have run out are looked for.
constexpr int tick_milliseconds = 1000;
constexpr std::size_t max_pending = 1024;

/// What one types stands on one's own terminal already; of it only a failure is news.
void print_news(Conversation& conversation, BotLines* bot, std::ostream& out) {
    for (const News& news : conversation.chat().take_news()) {
        if (!news.line.own || news.kind != NewsKind::said)
            out << (bot != nullptr ? news_line(news) : plain_line(news)) << '\n';
    }
    if (bot != nullptr) bot->print_settled(conversation);
    out.flush();
}

}  // namespace

void run_plain(Conversation& conversation, const PlainStreams& streams) {
    LineReader reader(streams.input);
    std::optional<BotLines> bot;
    if (streams.lines == PlainLines::json) bot.emplace(conversation, streams.out);
    BotLines* const for_bot = bot ? &*bot : nullptr;
    std::array<pollfd, 3> waiting{{{streams.input, POLLIN, 0},
                                   {streams.mailbox.descriptor(), POLLIN, 0},
                                   {streams.signals.descriptor(), POLLIN, 0}}};
    while (!conversation.left() && !reader.ended()) {
        conversation.update();
        // What is piped in faster than it can be sent waits in the pipe.
        waiting[0].events = conversation.chat().pending() < max_pending ? POLLIN : 0;
        print_news(conversation, for_bot, streams.out);
        if (poll(waiting.data(), waiting.size(), tick_milliseconds) <= 0) continue;
        if (waiting[2].revents != 0) {
            (void)streams.signals.next();
            return;
        }
        if (waiting[0].revents == 0) continue;
        for (const std::string& line : reader.read_lines()) {
            if (conversation.left()) break;
            bot ? bot->take(conversation, line) : conversation.type(line);
        }
    }
    print_news(conversation, for_bot, streams.out);
}

}  // namespace natscreds::chat
