#include <optional>
#include <ostream>

#include <natscreds/base/match.h>

#include "desk_commands.h"
#include "json_output.h"
#include "shown_names.h"
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

/// Takes each page that is not empty.
template <class Take>
base::Status each_page(Ledger& ledger, NameQuery query, Take take) {
    for (;;) {
        const auto page = ledger.list(query);
        if (!page) return page.error();
        // One that is not full need not be the last: what cannot be read is left out.
        if (page->empty()) return {};
        take(*page);
        query.after = page->back().name;
    }
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
