#include <algorithm>
#include <optional>
#include <ostream>

#include <natscreds/base/date.h>
#include <natscreds/base/match.h>

#include "desk_commands.h"
#include "json_output.h"
#include "name_pages.h"
#include "shown_names.h"
#include "still_living.h"
#include "who.h"

namespace natscreds::provisioner {
namespace {

base::Result<NameQuery> query_of(const ListNames& wanted, const Desk& desk) {
    NameQuery query{.role = wanted.role};
    if (wanted.expiring_before) {
        query.expires_from = desk.now;
        query.expires_before = *wanted.expiring_before;
    }
    if (wanted.owner.empty()) return query;
    const auto meant = who(wanted.owner, desk);
    if (!meant) return meant.error();
    std::visit(base::Match{[&](const Owner& owner) { query.owner = owner; },
                           [&](const nkeys::PublicKey& requester) { query.requester = requester; }},
               *meant);
    return query;
}

}  // namespace

base::Status perform(const ListNames& wanted, const Desk& desk) {
    const auto query = query_of(wanted, desk);
    if (!query) return query.error();
    ShownNames shown(desk);
    if (wanted.json) {
        JsonArray array(desk.out);
        return each_page(desk.ledger, *query, [&](const std::vector<ListedName>& page) {
            for (const ListedName& name : page)
                array.add(shown.json(name));
        });
    }
    bool any = false;
    const base::Status listed = each_page(desk.ledger, *query, [&](const std::vector<ListedName>& page) {
        desk.out << shown.table(page);
        any = true;
    });
    if (listed && !any) desk.reporter.message("no such names");
    return listed;
}

base::Status perform(const ReleaseName& wanted, const Desk& desk) {
    const NameRule rule = desk.rules.name_rule();
    const auto before = change_name(
        desk.ledger, wanted.name, [&](const NameRecord& known) { return rule.release(known, desk.now); },
        desk.now);
    if (!before) return before.error();
    if (!*before) return base::Error{OperationErrc::no_such_name, wanted.name};
    const Owner& owner = (*before)->owner;
    desk.reporter.message(owner.nobody()
                              ? "warning: the name " + wanted.name + " was nobody's"
                              : "released: name " + wanted.name + ", which was " + owner.text() + "'s");
    tell_what_lives((*before)->holders, desk);
    return {};
}

base::Status perform(const TransferName& wanted, const Desk& desk) {
    const auto meant = who(wanted.to, desk);
    if (!meant) return meant.error();
    const Owner to = std::visit(
        base::Match{[](const Owner& owner) { return owner; },
                    [](const nkeys::PublicKey& requester) { return Owner::of_requester(requester); }},
        *meant);
    const NameRule rule = desk.rules.name_rule();
    const auto before = change_name(
        desk.ledger, wanted.name, [&](const NameRecord& known) { return rule.transfer(known, to, desk.now); },
        desk.now);
    if (!before) return before.error();
    if (!*before) return base::Error{OperationErrc::no_such_name, wanted.name};
    desk.reporter.message("transferred: name " + wanted.name + " to " + to.text() +
                          ", who may ask for it until " +
                          base::date_of(std::max((*before)->expires, desk.now) + desk.rules.name_grace));
    tell_what_lives((*before)->holders, desk);
    return {};
}

base::Status perform(const ShowName& wanted, const Desk& desk) {
    const auto entry = desk.ledger.find(wanted.name);
    if (!entry) return entry.error();
    if (!*entry) return base::Error{OperationErrc::no_such_name, wanted.name};
    ShownNames shown(desk);
    const ListedName name{.name = wanted.name, .entry = **entry};
    desk.out << (wanted.json ? shown.json(name) + "\n" : shown.table(name));
    return {};
}

}  // namespace natscreds::provisioner
