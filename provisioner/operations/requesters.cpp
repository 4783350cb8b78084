#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include <natscreds/base/joined.h>
#include <natscreds/cli/console/table.h>

#include "desk_commands.h"
#include "json_output.h"

namespace natscreds::provisioner {
namespace {

using Json = nlohmann::ordered_json;

/// A requester, and who says so.
struct Listed {
    NamedRequester requester;
    bool in_policy;
};

/// The ledger's behind the policy's, but for those that the policy has under the same key: they count for nothing.
base::Result<std::vector<Listed>> all_requesters(const Desk& desk) {
    const auto in_ledger = desk.ledger.requesters();
    if (!in_ledger) return in_ledger.error();
    std::vector<Listed> all;
    for (NamedRequester& requester : desk.rules.requesters.all())
        all.push_back({.requester = std::move(requester), .in_policy = true});
    for (const NamedRequester& requester : *in_ledger)
        all.push_back({.requester = requester, .in_policy = false});
    return all;
}

std::string roles_of(const NamedRequester& requester) {
    return base::joined(requester.roles, ", ");
}

void print_table(const std::vector<Listed>& all, std::ostream& out) {
    console::Table table("Requesters");
    table.add_row({"Name", "Key", "Roles", "In"});
    table.add_separator();
    for (const auto& [requester, in_policy] : all)
        table.add_row({requester.name, requester.key.text(), roles_of(requester),
                       in_policy ? "configuration" : "ledger"});
    out << table.text();
}

void print_json(const std::vector<Listed>& all, std::ostream& out) {
    JsonArray array(out);
    for (const auto& [requester, in_policy] : all)
        array.add(text_of(Json{{"name", requester.name},
                               {"key", requester.key.text()},
                               {"roles", requester.roles},
                               {"in", in_policy ? "configuration" : "ledger"}}));
}

base::Error in_policy(const std::string& whom) {
    return {OperationErrc::in_the_policy, "requester " + whom};
}

}  // namespace

base::Status perform(const AddRequester& wanted, const Desk& desk) {
    const auto key = nkeys::PublicKey::parse(wanted.key, nkeys::Kind::user);
    if (!key) return key.error();
    const bool listed =
        desk.rules.requesters.find(wanted.name) != nullptr || desk.rules.requesters.find(*key) != nullptr;
    if (listed) return in_policy(wanted.name + ", " + wanted.key);
    const base::Status added = desk.ledger.add_requester(
        {.name = wanted.name, .key = *key, .roles = {wanted.roles.begin(), wanted.roles.end()}});
    if (added) desk.reporter.message("added: requester " + wanted.name + ", " + wanted.key);
    return added;
}

base::Status perform(const RemoveRequester& wanted, const Desk& desk) {
    const auto in_ledger = desk.ledger.requesters();
    if (!in_ledger) return in_ledger.error();
    const bool known = std::ranges::find(*in_ledger, wanted.name, &NamedRequester::name) != in_ledger->end();
    if (!known && desk.rules.requesters.find(wanted.name) != nullptr) return in_policy(wanted.name);
    if (base::Status removed = desk.ledger.remove_requester(wanted.name); !removed) return removed;
    desk.reporter.message(known ? "removed: requester " + wanted.name
                                : "warning: no requester " + wanted.name + " was in the ledger");
    if (known) desk.reporter.hint("its key may still ask, without a name: deny the requester to end that");
    return {};
}

base::Status perform(const ListRequesters& wanted, const Desk& desk) {
    const auto all = all_requesters(desk);
    if (!all) return all.error();
    wanted.json ? print_json(*all, desk.out) : print_table(*all, desk.out);
    return {};
}

}  // namespace natscreds::provisioner
