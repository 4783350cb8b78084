#include <natscreds/accounts/permissions.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include <natscreds/base/letters.h>
#include <natscreds/jwt/subject.h>

namespace natscreds::accounts {
namespace {

using Strings = std::vector<std::string>;

void sort_without_doubles(Strings& strings) {
    std::ranges::sort(strings);
    strings.erase(std::unique(strings.begin(), strings.end()), strings.end());
}

Strings joined(Strings first, const Strings& second, const Strings& third) {
    first.insert(first.end(), second.begin(), second.end());
    first.insert(first.end(), third.begin(), third.end());
    sort_without_doubles(first);
    return first;
}

enum class QueueGroup { allowed, refused };

/// In a subscription's list a queue group may follow the subject.
base::Status check_subjects(const Strings& subjects, QueueGroup queue_group) {
    for (const std::string& subject : subjects) {
        const std::string_view text = subject;
        const std::size_t blank = text.find(' ');
        const bool with_queue = queue_group == QueueGroup::allowed && blank != std::string_view::npos;
        const bool good = with_queue ? jwt::valid_subject(text.substr(0, blank)) &&
                                           jwt::valid_subject(text.substr(blank + 1))
                                     : jwt::valid_subject(text);
        if (!good) return base::Error{Errc::bad_subject, "\"" + subject + "\""};
    }
    return {};
}

base::Status check(const PermissionChanges& changes) {
    for (const Strings* list :
         {&changes.allow_pub, &changes.allow_pubsub, &changes.deny_pub, &changes.deny_pubsub}) {
        if (base::Status good = check_subjects(*list, QueueGroup::refused); !good) return good;
    }
    for (const Strings* list : {&changes.allow_sub, &changes.deny_sub}) {
        if (base::Status good = check_subjects(*list, QueueGroup::allowed); !good) return good;
    }
    return {};
}

}  // namespace

base::Result<jwt::Permissions> changed(jwt::Permissions permissions, const PermissionChanges& changes) {
    if (base::Status good = check(changes); !good) return good.error();
    jwt::Permission& pub = permissions.pub;
    jwt::Permission& sub = permissions.sub;
    pub.allow = joined(std::move(pub.allow), changes.allow_pub, changes.allow_pubsub);
    pub.deny = joined(std::move(pub.deny), changes.deny_pub, changes.deny_pubsub);
    sub.allow = joined(std::move(sub.allow), changes.allow_sub, changes.allow_pubsub);
    sub.deny = joined(std::move(sub.deny), changes.deny_sub, changes.deny_pubsub);
    const bool about_responses = changes.max_responses || changes.response_ttl;
    // A maximum of 0 is the server's own default, as nsc leaves it where only the time is given.
    if (about_responses && !permissions.resp) permissions.resp.emplace().max = 0;
    if (changes.max_responses) permissions.resp->max = *changes.max_responses;
    if (changes.response_ttl) permissions.resp->ttl = *changes.response_ttl;
    for (Strings* list : {&pub.allow, &pub.deny, &sub.allow, &sub.deny}) {
        for (const std::string& subject : changes.remove)
            std::erase(*list, subject);
    }
    if (changes.remove_responses) permissions.resp.reset();
    return permissions;
}

std::vector<std::string> changed(std::vector<std::string> tags, const TagChanges& changes) {
    for (const std::string& tag : changes.add) {
        if (!tag.empty()) tags.push_back(base::lower(tag));
    }
    for (const std::string& tag : changes.remove)
        std::erase(tags, base::lower(tag));
    sort_without_doubles(tags);
    return tags;
}

}  // namespace natscreds::accounts
