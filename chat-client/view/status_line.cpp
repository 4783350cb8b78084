#include <natscreds/chat-client/view/status_line.h>

#include <array>
#include <cstdio>

#include <natscreds/chat-client/view/glyphs.h>

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;

std::string milliseconds(std::chrono::microseconds time) {
    std::array<char, 32> text{};
    const double value = static_cast<double>(time.count()) / 1000.0;
    const int length = std::snprintf(text.data(), text.size(), value < 10 ? "%.1f ms" : "%.0f ms", value);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::vector<Span> segments(const StatusLine& status) {
    const Link& link = status.link;
    std::vector<Span> all;
    if (!link.connected) all.push_back({"reconnecting", Ink::warning});
    if (link.connected && link.hangs) all.push_back({"not answering", Ink::warning});
    if (!link.server.empty())
        all.push_back({link.server + (link.region.empty() ? "" : " in " + link.region), Ink::status});
    if (link.connected && link.round_trip) all.push_back({milliseconds(*link.round_trip), Ink::status});
    if (link.connected && link.tls) all.push_back({"TLS", Ink::status});
    if (status.pending > 0) all.push_back({std::to_string(status.pending) + " unconfirmed", Ink::status});
    if (link.credentials_end)
        all.push_back({"credentials " + time_left(*link.credentials_end - status.now), Ink::status});
    all.push_back({status.name, Ink::status});
    return all;
}

}  // namespace

std::string time_left(std::chrono::seconds left) {
    const auto in = [&](std::chrono::seconds unit, const char* name) {
        return std::to_string(left / unit) + name;
    };
    if (left <= 0s) return "none";
    if (left >= 48h) return in(24h, " d");
    if (left >= 2h) return in(1h, " h");
    return left >= 2min ? in(1min, " min") : in(1s, " s");
}

Row status_line(const StatusLine& status, int width) {
    Row row;
    int used = 0;
    for (const Span& segment : segments(status)) {
        const std::string before = row.empty() ? " " : " | ";
        const int cells = cells_of(before) + cells_of(segment.text);
        if (used + cells > width) continue;
        used += cells;
        row.push_back({before, Ink::status});
        row.push_back(segment);
    }
    return row;
}

}  // namespace natscreds::chat
