#include <natscreds/chat-client/model/people.h>

#include <algorithm>

#include <natscreds/base/erase_lowest.h>
#include <natscreds/chat-client/model/text.h>
#include <natscreds/jwt/tag.h>

namespace natscreds::chat {
namespace {

/// A user JWT without an end is believed for as long as a presence that shows it may be.
base::Time end_of(const jwt::Decoded<jwt::UserClaims>& user, base::Time now) {
    return user.content.expires.value_or(now + std::chrono::hours(24));
}

bool believed(const jwt::Decoded<jwt::UserClaims>& user, const std::vector<nkeys::PublicKey>& issuers,
              base::Time now) {
    return std::ranges::find(issuers, user.issuer) != issuers.end() && !user.expired(now) &&
           !user.too_early(now) && is_name(user.content.name);
}

/// Whom the issuer gave the name to; empty where it does not say.
std::string owner_of(const Person& person) {
    return person.user ? std::string(jwt::tag_value(person.user->claims().tags, "owner")) : std::string();
}

}  // namespace

bool People::Pin::has(const nkeys::PublicKey& one) const {
    return one == key || std::ranges::find(others, one) != others.end();
}

bool is_verified(const Person& person, base::Time now) noexcept {
    return person.verified_until && *person.verified_until >= now;
}

void People::believe(std::vector<nkeys::PublicKey> issuers, base::Time now) {
    issuers_ = std::move(issuers);
    for (auto& [key, person] : people_) {
        person.verified_until.reset();
        verify(person, now);
    }
}

void People::verify(Person& person, base::Time now) {
    if (!person.user || !believed(*person.user, issuers_, now)) return;
    person.verified_name = person.user->content.name;
    person.verified_until = end_of(*person.user, now);
    (void)pin(person.verified_name, person, now);
}

void People::make_room(base::Time now) {
    if (people_.size() < max_people) return;
    base::erase_lowest(
        people_, [&](const Person& person) { return std::pair(is_verified(person, now), person.heard_at); });
}

Person& People::heard(const Message& message, base::Time now) {
    auto found = people_.find(message.sender);
    if (found == people_.end()) {
        make_room(now);
        found = people_.emplace(message.sender, Person{.key = message.sender, .name = {}}).first;
    }
    found->second.name = harmless_name(message.name);
    found->second.heard_at = now;
    return found->second;
}

void People::take(const Message& presence, base::Time now) {
    if (presence.kind == MessageKind::announcement) return take_announcement(presence, now);
    const base::Time end =
        std::min(presence.expires.value_or(presence.issued_at + online_for), now + online_for);
    if (end < now) return;
    Person& person = heard(presence, now);
    if (presence.issued_at < person.newest_presence) return;
    person.newest_presence = std::min(presence.issued_at, now);
    person.online_until = presence.movement == Movement::leaves ? base::Time{} : end;
    if (presence.user) {
        person.user = presence.user;
        verify(person, now);
    }
    (void)pin(person.name, person, now);
}

/// It was kept: it says who somebody is, not that they are here.
void People::take_announcement(const Message& announcement, base::Time now) {
    if (people_.contains(announcement.sender) || announcement.issued_at > now + online_for) return;
    Person& person = heard(announcement, now);
    person.user = announcement.user;
    verify(person, now);
    (void)pin(person.name, person, now);
}

void People::claim(const std::string& name, const Pin& pin) {
    constexpr auto used_at = [](const auto& entry) { return entry->second.used_at; };
    std::vector<Pins::iterator> own;
    for (auto claim = claims_.begin(); claim != claims_.end(); ++claim) {
        if (claim->second.key == pin.key) own.push_back(claim);
    }
    if (own.size() >= max_claims) {
        claims_.erase(*std::ranges::min_element(own, {}, used_at));
    } else if (claims_.size() >= max_people) {
        base::erase_lowest(claims_, [](const Pin& other) { return other.used_at; });
    }
    claims_.emplace(name, pin);
}

void People::keep(const std::string& name, const Pin& pin) {
    claims_.erase(name);
    if (!pins_.contains(name) && pins_.size() >= max_people)
        base::erase_lowest(pins_, [](const Pin& other) { return other.used_at; });
    pins_.insert_or_assign(name, pin);
}

Pinning People::pin(const std::string& name, const Person& person, base::Time now) {
    const bool verified = is_verified(person, now) && person.verified_name == name;
    Pin wanted{
        .key = person.key, .standing = verified ? Standing::verified : Standing::unknown, .used_at = now};
    if (verified) wanted.owner = owner_of(person);
    const auto kept = pins_.find(name);
    const auto claimed = claims_.find(name);
    if (kept == pins_.end() && claimed == claims_.end()) {
        verified ? keep(name, wanted) : claim(name, wanted);
        return Pinning::same;
    }
    Pin& pin = kept != pins_.end() ? kept->second : claimed->second;
    if (pin.standing == Standing::verified && pin.has(person.key)) {
        pin.used_at = now;
        // The owner of a name can change, and a JWT that did not say it can be followed by one that does.
        if (!wanted.owner.empty() && wanted.owner != pin.owner) pin = wanted;
        return Pinning::same;
    }
    if (pin.standing == Standing::verified && verified && !pin.owner.empty() && pin.owner == wanted.owner) {
        rekey(name, pin, person.key, now);
        return Pinning::same;
    }
    const bool same = pin.key == person.key;
    // Whoever merely said so first gives way to the one who can show it.
    if (!same && (!verified || pin.standing == Standing::verified)) return Pinning::changed;
    pin.used_at = now;
    if (verified) keep(name, wanted);
    return Pinning::same;
}

void People::rekey(const std::string& name, Pin& pin, const nkeys::PublicKey& key, base::Time now) {
    pin.used_at = now;
    pin.others.push_back(key);
    if (pin.others.size() >= max_keys_of_owner) pin.others.erase(pin.others.begin());
    if (rekeyed_.size() < max_people) rekeyed_.push_back(name);
}

Author People::author_of(const Message& message, base::Time now) {
    const Person& person = heard(message, now);
    (void)pin(person.name, person, now);
    return author_of(person, now);
}

Author People::author_of(const Person& person, base::Time now) const {
    Author author{.name = person.name, .verified_as = {}};
    author.pinning = pinning_of(person, now);
    if (!is_verified(person, now)) return author;
    author.standing = Standing::verified;
    if (person.verified_name != person.name) author.verified_as = person.verified_name;
    return author;
}

Author People::author_then(const Message& message, base::Time then, base::Time now) const {
    Person speaker{.key = message.sender, .name = harmless_name(message.name), .user = message.user};
    const Person* const known = find(message.sender);
    if (known != nullptr && is_verified(*known, now)) {
        speaker.verified_name = known->verified_name;
        speaker.verified_until = known->verified_until;
        speaker.user = known->user;
        return author_of(speaker, now);
    }
    if (!message.user || !believed(*message.user, issuers_, then)) return author_of(speaker, now);
    speaker.verified_name = message.user->content.name;
    speaker.verified_until = now;
    Author author = author_of(speaker, now);
    author.then = message.user->expired(now);
    return author;
}

/// What pin() says, where nothing is to change by being looked at.
Pinning People::pinning_of(const Person& person, base::Time now) const {
    const auto kept = pins_.find(person.name);
    const auto claimed = claims_.find(person.name);
    if (kept == pins_.end() && claimed == claims_.end()) return Pinning::same;
    const Pin& pin = kept != pins_.end() ? kept->second : claimed->second;
    if (pin.has(person.key)) return Pinning::same;
    const bool verified = is_verified(person, now) && person.verified_name == person.name;
    const bool of_owner = verified && !pin.owner.empty() && pin.owner == owner_of(person);
    const bool takes_over = verified && pin.standing != Standing::verified;
    return of_owner || takes_over ? Pinning::same : Pinning::changed;
}

void People::acknowledge(const Person& person, base::Time now) {
    const bool verified = is_verified(person, now) && person.verified_name == person.name;
    Pin accepted{
        .key = person.key, .standing = verified ? Standing::verified : Standing::unknown, .used_at = now};
    if (verified) accepted.owner = owner_of(person);
    keep(person.name, accepted);
}

bool People::online(const nkeys::PublicKey& key, base::Time now) const {
    const Person* const person = find(key);
    return person != nullptr && person->online_until >= now;
}

const Person* People::find(const nkeys::PublicKey& key) const {
    const auto found = people_.find(key);
    return found != people_.end() ? &found->second : nullptr;
}

std::vector<const Person*> People::named(std::string_view name, base::Time now) const {
    std::vector<const Person*> found;
    for (const auto& [key, person] : people_) {
        const bool verified_name = is_verified(person, now) && person.verified_name == name;
        const bool begins_key = name.size() >= 8 && key.text().starts_with(name);
        if (person.name == name || verified_name || begins_key) found.push_back(&person);
    }
    const auto rank = [&](const Person* person) {
        const bool verified = is_verified(*person, now) && person->verified_name == name;
        return (verified ? 0 : 2) + (person->online_until >= now ? 0 : 1);
    };
    std::ranges::stable_sort(found, {}, rank);
    return found;
}

std::vector<const Person*> People::all_online(base::Time now) const {
    std::vector<const Person*> found;
    for (const auto& [key, person] : people_) {
        if (person.online_until >= now) found.push_back(&person);
    }
    std::ranges::stable_sort(found, {},
                             [](const Person* person) -> const std::string& { return person->name; });
    return found;
}

}  // namespace natscreds::chat
