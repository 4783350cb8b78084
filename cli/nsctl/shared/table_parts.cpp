#include "shared/table_parts.h"

#include <string_view>

#include <natscreds/base/date.h>
#include <natscreds/base/joined.h>

namespace natscreds::nsctl {
namespace {

std::string user_bytes_limit(std::int64_t limit) {
    if (limit < 0) return "Unlimited";
    return std::to_string(limit) + " bytes (≈" + size_text(limit) + ")";
}

std::string visible(const std::string& text) {
    std::string shown;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= 0x20 && byte != 0x7f) {
            shown += character;
            continue;
        }
        constexpr std::string_view digits = "0123456789abcdef";
        shown.append("\\x").append({digits[byte >> 4U], digits[byte & 0xfU]});
    }
    return shown;
}

}  // namespace

void TokenTable::add_row(std::vector<std::string> cells) {
    for (std::string& cell : cells)
        cell = visible(cell);
    table_.add_row(std::move(cells));
}

std::string count_limit(std::int64_t limit) {
    if (limit == 0) return "0 (none allowed)";
    return limit > 0 ? std::to_string(limit) : "Unlimited";
}

void add_list(TokenTable& table, const std::string& label, const std::vector<std::string>& values) {
    std::string before = label;
    for (const std::string& value : values) {
        table.add_row({before, value});
        before.clear();
    }
}

void add_permissions(TokenTable& table, const jwt::Permissions& permissions) {
    if (!permissions.pub.empty() || !permissions.sub.empty()) table.add_separator();
    add_list(table, "Pub Allow", permissions.pub.allow);
    add_list(table, "Pub Deny", permissions.pub.deny);
    add_list(table, "Sub Allow", permissions.sub.allow);
    add_list(table, "Sub Deny", permissions.sub.deny);
    if (!permissions.resp) {
        table.add_row({"Response Permissions", "Not Set"});
        return;
    }
    // What is missing servers take for one response within two minutes.
    const jwt::ResponsePermission& resp = *permissions.resp;
    const bool unset = resp.ttl.count() == 0;
    table.add_row({"Max Responses", resp.max == 0 ? "1 (default)" : std::to_string(resp.max)});
    table.add_row({"Response Permission TTL", unset ? "2m0s (default)" : duration_text(resp.ttl)});
}

void add_user_limits(TokenTable& table, const jwt::UserPermissionLimits& limits) {
    table.add_row(
        {"Max Msg Payload", limits.payload == 0 ? only_empty_messages : user_bytes_limit(limits.payload)});
    // No server counts a user's bytes: 0 is no limit, as -1 is.
    table.add_row({"Max Data", limits.data == 0 ? "Unlimited" : user_bytes_limit(limits.data)});
    table.add_row({"Max Subs", count_limit(limits.subs)});
    table.add_row({"Network Src", limits.src.empty() ? "Any" : "[" + base::joined(limits.src, " ") + "]"});
    std::vector<std::string> times;
    for (const jwt::TimeRange& range : limits.times)
        times.push_back(range.start + "-" + range.end);
    if (times.empty()) times.emplace_back("Any");
    add_list(table, "Time", times);
}

std::string yes_no(bool value) {
    return value ? "Yes" : "No";
}

std::string capitalized(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

std::string expiry_text(const std::optional<base::Time>& expires, base::Time now) {
    if (!expires) return {};
    const bool over = *expires <= now;
    return moment_text(expires) + (over ? " (" + base::span_of(now - *expires) + " ago)"
                                        : " (in " + base::span_of(*expires - now) + ")");
}

}  // namespace natscreds::nsctl
