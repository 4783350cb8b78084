#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include <natscreds/base/date.h>
#include <natscreds/cli/console/table.h>

#include "desk_commands.h"
#include "json_output.h"
#include "who.h"

namespace natscreds::provisioner {
namespace {

using Json = nlohmann::ordered_json;

/// Of a key nobody can tell: keys are made anew all the time.
base::Result<bool> is_known(Ledger& ledger, const Denial& whom) {
    if (whom.kind == Denial::Kind::key) return true;
    if (whom.kind == Denial::Kind::name) {
        const auto entry = ledger.find(whom.value);
        if (!entry) return entry.error();
        return entry->has_value();
    }
    const auto requester = nkeys::PublicKey::parse(whom.value, nkeys::Kind::user);
    if (!requester) return requester.error();
    const auto names = ledger.list({.most = 1, .requester = *requester});
    if (!names) return names.error();
    return !names->empty();
}

Json json_of(const DenialRecord& denial) {
    Json json{{"kind", word(denial.whom.kind)}, {"value", denial.whom.value}};
    if (denial.until) json["until"] = seconds_of(*denial.until);
    if (!denial.by.empty()) json["by"] = denial.by;
    if (denial.at) json["at"] = seconds_of(*denial.at);
    return json;
}

console::Table table_of(const std::vector<DenialRecord>& denials) {
    console::Table table("Denials");
    table.add_row({"Kind", "Value", "Until", "By", "Since"});
    table.add_separator();
    for (const DenialRecord& denial : denials) {
        table.add_row({std::string(word(denial.whom.kind)), denial.whom.value,
                       denial.until ? base::date_of(*denial.until) : "", denial.by,
                       denial.at ? base::date_of(*denial.at) : ""});
    }
    return table;
}

}  // namespace

base::Status deny(const DenialRecord& denial, const Desk& desk) {
    const base::Result<bool> known = is_known(desk.ledger, denial.whom);
    if (!known) return known.error();
    if (base::Status denied = desk.ledger.deny(denial); !denied) return denied;
    const std::string end = denial.until ? ", until " + base::date_of(*denial.until) : "";
    desk.reporter.message("denied: " + shown(denial.whom) + end);
    const bool name = denial.whom.kind == Denial::Kind::name;
    if (!*known)
        desk.reporter.message("warning: the ledger knows no " +
                              (name ? shown(denial.whom) : "name of " + shown(denial.whom)) +
                              ": check that it is the one you mean");
    if (denial.whom.kind == Denial::Kind::key)
        desk.reporter.hint("whoever has this key can make another: deny the name or the requester as well");
    return {};
}

base::Status perform(const Deny& wanted, const Desk& desk) {
    return deny({.whom = wanted.whom, .until = wanted.until, .by = desk.by, .at = desk.now}, desk);
}

base::Status perform(const Allow& wanted, const Desk& desk) {
    const base::Result<bool> denied = desk.ledger.denied(wanted.whom, desk.now);
    if (!denied) return denied.error();
    if (base::Status allowed = desk.ledger.allow(wanted.whom); !allowed) return allowed;
    desk.reporter.message(*denied ? "allowed: " + shown(wanted.whom)
                                  : "warning: " + shown(wanted.whom) + " was not denied");
    return {};
}

base::Status perform(const ListDenials& wanted, const Desk& desk) {
    const auto denials = desk.ledger.denials(desk.now);
    if (!denials) return denials.error();
    if (!wanted.json) {
        desk.out << table_of(*denials).text();
        return {};
    }
    JsonArray array(desk.out);
    for (const DenialRecord& denial : *denials)
        array.add(text_of(json_of(denial)));
    return {};
}

}  // namespace natscreds::provisioner
