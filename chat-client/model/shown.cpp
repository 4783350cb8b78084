#include <natscreds/chat-client/model/shown.h>

#include <natscreds/base/date.h>

namespace natscreds::chat {
namespace {

std::string on_one_line(const std::string& text) {
    std::string line;
    for (const char c : text) {
        if (c == '\n') {
            line += " / ";
        } else {
            line += c;
        }
    }
    return line;
}

}  // namespace

std::string shown(const Author& author) {
    std::string name = author.name;
    if (!author.verified_as.empty()) name += "(" + author.verified_as + ")";
    if (author.pinning == Pinning::changed) name += "!";
    if (author.standing != Standing::verified) name += "?";
    if (author.then) name += "(then)";
    return name;
}

/// What became of a message: "derek now says: hello", "derek 👍: hello".
std::string shown_change(const News& news) {
    switch (news.kind) {
        case NewsKind::edited:
            return shown(news.line.author) + " now says: " + news.line.text;
        case NewsKind::deleted:
            return shown(news.line.author) + " has deleted a message";
        case NewsKind::reacted:
            return shown(news.by) + (news.withdrawn ? " no longer " : " ") + news.text + ": " +
                   shown(news.line);
        case NewsKind::topic:
            return shown(news.by) + " sets the topic: " + news.text;
        case NewsKind::said:
            break;
    }
    return shown(news.line);
}

std::string shown(const Line& line) {
    if (line.deleted) return shown(line.author) + ": (deleted)";
    switch (line.kind) {
        case LineKind::message:
            return shown(line.author) + (line.plain ? " (plain)" : "") + ": " + line.text;
        case LineKind::action:
            return "* " + shown(line.author) + " " + line.text;
        case LineKind::notice:
            break;
    }
    return line.text;
}

std::string plain_line(const News& news) {
    const Line& line = news.line;
    if (news.kind != NewsKind::said) return on_one_line("* " + news.title + " " + shown_change(news));
    if (line.kind == LineKind::notice) return "* " + on_one_line(line.text);
    // In a conversation of two the title already says who speaks, unless it is oneself.
    const bool direct = news.place.person.has_value();
    if (!direct) return on_one_line(news.title + " " + shown(line));
    const std::string title = (line.own ? news.title + " " + line.author.name : news.title) +
                              (line.plain ? " (plain)" : "") +
                              (line.was_kept ? " (" + base::date_of(line.at) + ")" : "");
    return on_one_line(title + (line.kind == LineKind::action ? " * " : ": ") + line.text);
}

}  // namespace natscreds::chat
