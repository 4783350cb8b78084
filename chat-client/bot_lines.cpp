#include "bot_lines.h"

#include <ostream>
#include <utility>

namespace natscreds::chat {

BotLines::BotLines(Conversation& conversation, std::ostream& out) : out_(out) {
    const Beginning& self = conversation.chat().self();
    out_ << hello_line(self.name, self.self) << '\n';
}

void BotLines::answer(const BotAnswer& answer) {
    out_ << answer_line(answer) << '\n';
}

void BotLines::take(Conversation& conversation, std::string_view line) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) return;
    const base::Result<BotRequest> request = parse_bot_request(line);
    if (!request) return answer({.tag = {}, .error = request.error().detail});
    if (request->action == BotRequest::Action::command) {
        conversation.type(request->text);
        return answer({.tag = request->tag});
    }
    const base::Result<Sent> sent = conversation.say(*request);
    if (!sent) return answer({.tag = request->tag, .error = sent.error().detail});
    waiting_.emplace(sent->ticket, BotAnswer{.tag = request->tag, .id = sent->id});
}

void BotLines::print_settled(Conversation& conversation) {
    for (const Settled& settled : conversation.chat().take_settled()) {
        auto found = waiting_.extract(settled.ticket);
        if (found.empty()) continue;
        if (settled.delivery == Delivery::failed) found.mapped().error = "the server refused it";
        answer(found.mapped());
    }
}

}  // namespace natscreds::chat
