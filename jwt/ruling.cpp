#include <natscreds/jwt/ruling.h>

#include <algorithm>
#include <string_view>

#include <natscreds/jwt/subject.h>

namespace natscreds::jwt {
namespace {

/// An entry of a list: "subject", or "subject queue".
struct RuleEntry {
    std::string_view subject;
    std::string_view queue;
};

RuleEntry parse_entry(std::string_view text) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return {.subject = text, .queue = {}};
    return {.subject = text.substr(0, blank), .queue = text.substr(blank + 1)};
}

bool has_wildcard(std::string_view subject) {
    return !literal_subject(subject);
}

bool names_queue(std::string_view named, std::string_view queue) {
    return named == queue || (valid_subject(named) && has_wildcard(named) && subject_covers(named, queue));
}

/// Whether an entry is about a subject. A server takes the wildcards of a subscription for tokens like any other: it
/// finds `a.>` in `a.*`, for "*" is any token, and so lets somebody subscribe to more than he was meant to.
bool is_about(std::string_view entry, std::string_view subject) {
    while (!entry.empty() && !subject.empty()) {
        const std::string_view wide = next_token(entry);
        const std::string_view token = next_token(subject);
        if (wide == ">") return true;
        if (wide != "*" && wide != token) return false;
    }
    return entry.empty() && subject.empty();
}

/// Servers of 2.10 do not find an entry's last `*` for a publish where another entry of the list goes on below the same
/// subject: of `*` and `b.c`, nothing is about `b`.
bool is_missed(const std::vector<std::string>& list, std::string_view entry, std::string_view subject) {
    if (entry != "*" && !entry.ends_with(".*")) return false;
    const std::string_view before = entry.substr(0, entry.size() - 1);
    const std::string below = std::string(before) + std::string(subject.substr(subject.rfind('.') + 1)) + ".";
    return std::ranges::any_of(list, [&](const std::string& other) { return other.starts_with(below); });
}

/// What of a list is about a subject. An entry with a queue group is about subscriptions in a group only.
struct Listed {
    const std::string* plain = nullptr;  ///< the first entry without a queue group
    const std::string* group = nullptr;  ///< the first whose queue group is that of the subscription
    bool has_groups = false;             ///< there are some with queue groups
};

Listed look_up(const std::vector<std::string>& list, const SubjectUse& use, ServerRelease release) {
    const bool publishes_to_2_10 =
        use.kind == SubjectUse::Kind::publish && release.major == 2 && release.minor == 10;
    Listed found;
    for (const std::string& text : list) {
        const RuleEntry entry = parse_entry(text);
        if (!is_about(entry.subject, use.subject)) continue;
        if (publishes_to_2_10 && is_missed(list, entry.subject, use.subject)) continue;
        if (entry.queue.empty()) {
            if (found.plain == nullptr) found.plain = &text;
            continue;
        }
        found.has_groups = true;
        if (found.group == nullptr && names_queue(entry.queue, use.queue)) found.group = &text;
    }
    return found;
}

/// The entry that allows this use; null for none. About a subscription in a queue group those with one have the last
/// word.
const std::string* allowing(const std::vector<std::string>& list, const SubjectUse& use,
                            ServerRelease release) {
    const Listed found = look_up(list, use, release);
    return !use.queue.empty() && found.has_groups ? found.group : found.plain;
}

/// The entry that denies it; null for none. With servers of 2.10 and before, those with a queue group have the last word
/// here too, and let somebody do what another entry denies.
const std::string* denying(const std::vector<std::string>& list, const SubjectUse& use,
                           ServerRelease release) {
    if (release < ServerRelease{2, 11}) return allowing(list, use, release);
    const Listed found = look_up(list, use, release);
    return found.plain != nullptr ? found.plain : found.group;
}

std::vector<std::string> denied_below(const std::vector<std::string>& denied, const SubjectUse& use) {
    std::vector<std::string> hidden;
    if (!has_wildcard(use.subject)) return hidden;
    for (const std::string& text : denied) {
        if (subject_covers(use.subject, parse_entry(text).subject)) hidden.push_back(text);
    }
    return hidden;
}

}  // namespace

Ruling rule_on(const Permissions& permissions, const SubjectUse& use, ServerRelease release) {
    const bool publishes = use.kind == SubjectUse::Kind::publish;
    const Permission& lists = publishes ? permissions.pub : permissions.sub;
    Ruling ruling;
    if (!lists.allow.empty()) {
        const std::string* const entry = allowing(lists.allow, use, release);
        if (entry == nullptr) return {.by = Ruling::By::not_allowed};
        ruling = {.by = Ruling::By::allowed, .entry = *entry};
    }
    if (const std::string* const entry = denying(lists.deny, use, release))
        return {.by = Ruling::By::denied, .entry = *entry};
    if (!publishes) ruling.hidden = denied_below(lists.deny, use);
    return ruling;
}

}  // namespace natscreds::jwt
