#include <algorithm>
#include <map>

#include "desk_commands.h"
#include "name_pages.h"
#include "still_living.h"
#include "who.h"

namespace natscreds::provisioner {
namespace {

/// Keys, and the last credentials that each got.
using Keys = std::map<nkeys::PublicKey, NameKey>;

bool lives(const NameKey& holder, base::Time now) {
    return holder.expires >= now;
}

/// Those of a name that were to be renewed, and those that live on though they are not renewed any more.
void add(Keys& keys, const NameRecord& record, const std::optional<nkeys::PublicKey>& only, base::Time now) {
    for (const auto* const some : {&record.holders, &record.former}) {
        for (const NameKey& holder : *some) {
            if (!lives(holder, now) || (only && holder.key != *only)) continue;
            const auto [known, added] = keys.emplace(holder.key, holder);
            if (!added) known->second.expires = std::max(known->second.expires, holder.expires);
        }
    }
}

/// Whose names are meant by a revocation, and which of their keys.
struct Meant {
    std::vector<std::string> names;
    std::optional<nkeys::PublicKey> key = {};  ///< none: all
};

base::Result<Meant> meant_by(const Denial& whom, const Desk& desk) {
    if (whom.kind == Denial::Kind::name) return Meant{.names = {whom.value}};
    const auto key = nkeys::PublicKey::parse(whom.value, nkeys::Kind::user);
    if (!key) return key.error();
    const bool of_key = whom.kind == Denial::Kind::key;
    Meant meant{.names = {}, .key = of_key ? std::optional(*key) : std::nullopt};
    NameQuery query;
    (of_key ? query.key : query.requester) = *key;
    const base::Status listed = each_page(desk.ledger, query, [&](const std::vector<ListedName>& page) {
        for (const ListedName& name : page)
            meant.names.push_back(name.name);
    });
    return listed ? base::Result<Meant>(std::move(meant)) : base::Result<Meant>(listed.error());
}

/// The keys that were superseded, or before.
base::Result<Keys> supersede(const Meant& meant, const Desk& desk) {
    const NameRule rule = desk.rules.name_rule();
    Keys keys;
    for (const std::string& name : meant.names) {
        const auto before = change_name(
            desk.ledger, name,
            [&](const NameRecord& known) { return rule.supersede(known, meant.key, desk.now); }, desk.now);
        if (!before) return before.error();
        if (*before) add(keys, **before, meant.key, desk.now);
    }
    return keys;
}

void tell(const EndedConnections& ended, const Desk& desk) {
    desk.reporter.message("connections ended: " + std::to_string(ended.ended));
    if (ended.going_on > 0)
        desk.reporter.message("warning: connections that go on: " + std::to_string(ended.going_on));
    for (const std::string& server : ended.unable)
        desk.reporter.message("warning: server " + server +
                              " cannot end connections: that needs 2.10, and those there go on");
}

void end_all(const std::set<std::string>& users, const Desk& desk) {
    if (desk.servers == nullptr)
        return desk.reporter.hint("with [system] in the configuration, connections are ended, too");
    const auto ended = end_connections(*desk.servers, users);
    ended ? tell(*ended, desk)
          : desk.reporter.message("warning: connections go on: " + ended.error().message());
}

}  // namespace

base::Status perform(const Revoke& wanted, const Desk& desk) {
    const Denial& whom = wanted.whom;
    if (base::Status denied = deny({.whom = whom, .by = desk.by, .at = desk.now}, desk); !denied)
        return denied;
    const auto meant = meant_by(whom, desk);
    if (!meant) return meant.error();
    const auto keys = supersede(*meant, desk);
    if (!keys) return keys.error();
    std::set<std::string> users;
    std::vector<NameKey> living;
    for (const auto& [key, holder] : *keys) {
        users.insert(key.text());
        living.push_back(holder);
    }
    // Also one that the ledger does not know, and the requester itself, who asks with credentials of its own.
    if (whom.kind != Denial::Kind::name) users.insert(whom.value);
    if (!users.empty()) end_all(users, desk);
    tell_what_lives(living, desk);
    const bool issued_here =
        std::ranges::any_of(living, [&](const NameKey& holder) { return holder.key.text() == whom.value; });
    if (whom.kind != Denial::Kind::name && !issued_here)
        desk.reporter.hint("credentials of " + whom.value + " that are not the ledger's may live: " +
                           "nsctl revocations add-user in their account ends them");
    return {};
}

}  // namespace natscreds::provisioner
