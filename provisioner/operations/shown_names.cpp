#include "shown_names.h"

#include <nlohmann/json.hpp>

#include <natscreds/base/date.h>
#include <natscreds/cli/console/table.h>

#include "json_output.h"

namespace natscreds::provisioner {
namespace {

using Json = nlohmann::ordered_json;

/// Looked up anew for each page at most.
constexpr std::size_t max_known = 4096;

std::optional<nkeys::PublicKey> requester_of(const NameRecord& record) {
    const auto owner = record.owner.requester();
    return owner ? owner : record.requester;
}

std::string shown(const NameKey& holder) {
    return holder.key.text() + ", generation " + std::to_string(holder.generation) + ", until " +
           base::date_of(holder.expires);
}

Json json_of(const std::vector<NameKey>& keys) {
    Json all = Json::array();
    for (const NameKey& holder : keys)
        all.push_back({{"key", holder.key.text()},
                       {"generation", holder.generation},
                       {"expires", seconds_of(holder.expires)}});
    return all;
}

}  // namespace

std::string ShownNames::known_as(const NameRecord& record) {
    const auto requester = requester_of(record);
    if (!requester) return {};
    const auto looked_up = known_.find(*requester);
    if (looked_up != known_.end()) return looked_up->second;
    const auto found = known_requester(desk_.rules.requesters, desk_.ledger, *requester);
    if (known_.size() >= max_known) known_.clear();
    return known_[*requester] = found && *found ? (*found)->name : std::string();
}

base::Time ShownNames::kept_until(const NameRecord& record) const {
    return record.outlives_expiry() ? record.expires + desk_.rules.name_grace : record.expires;
}

std::string ShownNames::state(const NameRecord& record) const {
    const bool over = desk_.rules.name_rule().is_over(record, desk_.now);
    if (over || record.owner.nobody()) return "free";
    return !record.holders.empty() && record.expires >= desk_.now ? "held" : "kept";
}

std::string ShownNames::table(const std::vector<ListedName>& names) {
    console::Table table("Names");
    table.add_row({"Name", "State", "Expires", "Role", "Keys", "Owner"});
    table.add_separator();
    for (const auto& [name, entry] : names) {
        const NameRecord& record = entry.record;
        const std::string known = known_as(record);
        table.add_row({name, state(record), base::date_of(record.expires), record.role,
                       std::to_string(record.holders.size()), known.empty() ? record.owner.text() : known});
    }
    return table.text();
}

std::string ShownNames::table(const ListedName& name) {
    const NameRecord& record = name.entry.record;
    console::Table table("Name " + name.name);
    const auto add = [&](const char* what, const std::string& value) {
        if (!value.empty()) table.add_row({what, value});
    };
    add("State", state(record));
    add("Owner", record.owner.text());
    add("Known as", known_as(record));
    add("Asked for by", record.requester ? record.requester->text() : "");
    add("Role", record.role);
    add("Expires", base::date_of(record.expires));
    if (!record.owner.nobody()) add("Its owner's until", base::date_of(kept_until(record)));
    for (const NameKey& holder : record.holders)
        add("Key", shown(holder));
    for (const NameKey& former : record.former)
        add("Former key", shown(former));
    return table.text();
}

std::string ShownNames::json(const ListedName& name) {
    const NameRecord& record = name.entry.record;
    Json json{{"name", name.name}, {"state", state(record)}, {"owner", record.owner.text()}};
    if (const std::string known = known_as(record); !known.empty()) json["known_as"] = known;
    if (record.requester) json["requester"] = record.requester->text();
    json["role"] = record.role;
    json["expires"] = seconds_of(record.expires);
    if (!record.owner.nobody()) json["kept_until"] = seconds_of(kept_until(record));
    json["holders"] = json_of(record.holders);
    json["former"] = json_of(record.former);
    return text_of(json);
}

}  // namespace natscreds::provisioner
