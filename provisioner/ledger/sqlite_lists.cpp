#include "sqlite_lists.h"

#include <natscreds/base/time_at.h>
#include <natscreds/provisioner/ledger/record_json.h>

#include "sqlite_tables.h"

namespace natscreds::provisioner {
namespace {

std::int64_t seconds_of(std::optional<base::Time> time) {
    return time ? std::int64_t{time->time_since_epoch().count()} : 0;
}

/// 0 stands for none.
std::optional<base::Time> time_of(std::int64_t seconds) {
    return seconds != 0 ? base::time_at(seconds) : std::nullopt;
}

/// A query as it grows, one condition after the other.
struct Conditions {
    std::string sql;
    std::vector<SqliteValue> values;

    void add(const char* condition, std::vector<SqliteValue> with) {
        sql.append(" AND ").append(condition);
        for (SqliteValue& value : with)
            values.push_back(std::move(value));
    }
};

/// As NameQuery::matches has it.
Conditions conditions_of(const NameQuery& query) {
    Conditions where{.sql = "name>?", .values = {query.after}};
    if (query.owner) {
        // Also where less was written down than is known now.
        const auto requester = query.owner->requester();
        const std::string by_key = requester ? Owner::of_requester(*requester).text() : query.owner->text();
        where.add("owner IN (?,?,?)",
                  {query.owner->text(), by_key, Owner::of_tag(query.owner->tag()).text()});
    }
    if (query.requester)
        where.add("(requester=? OR owner LIKE ?)",
                  {query.requester->text(), "requester:%/" + query.requester->text()});
    if (query.key)
        where.add("(instr(holders, ?) > 0 OR instr(former, ?) > 0)", {query.key->text(), query.key->text()});
    if (!query.role.empty()) where.add("role=?", {query.role});
    if (query.expires_from) where.add("expires>=?", {seconds_of(query.expires_from)});
    if (query.expires_before) where.add("expires<?", {seconds_of(query.expires_before)});
    return where;
}

std::optional<DenialRecord> denial_of(const SqliteRow& row) {
    const auto kind = denial_kind(text_in(row, 0));
    if (!kind) return std::nullopt;
    return DenialRecord{.whom = {.kind = *kind, .value = text_in(row, 1)},
                        .until = time_of(number_in(row, 2)),
                        .by = text_in(row, 3),
                        .at = time_of(number_in(row, 4))};
}

std::optional<NamedRequester> requester_of(const SqliteRow& row) {
    const auto key = nkeys::PublicKey::parse(text_in(row, 1), nkeys::Kind::user);
    const auto roles = decode_roles(text_in(row, 2));
    if (!key || !roles) return std::nullopt;
    return NamedRequester{.name = text_in(row, 0), .key = *key, .roles = *roles};
}

/// Of each row what `read` makes of it.
template <class Read>
auto all_of(const base::Result<std::vector<SqliteRow>>& rows, Read read)
    -> base::Result<std::vector<typename decltype(read(SqliteRow()))::value_type>> {
    if (!rows) return rows.error();
    std::vector<typename decltype(read(SqliteRow()))::value_type> all;
    for (const SqliteRow& row : *rows)
        if (auto one = read(row)) all.push_back(*std::move(one));
    return all;
}

}  // namespace

base::Result<std::vector<ListedName>> SqliteLists::names(const NameQuery& query) const {
    Conditions where = conditions_of(query);
    const std::string sql = std::string("SELECT ") + entry_columns + ", name FROM names WHERE " + where.sql +
                            " ORDER BY name LIMIT ?";
    where.values.emplace_back(static_cast<std::int64_t>(query.most));
    return all_of(reader_.prepare(sql.c_str()).run(where.values), [](const SqliteRow& row) {
        const auto entry = entry_of(row);
        return entry ? std::optional(ListedName{.name = text_in(row, 8), .entry = *entry}) : std::nullopt;
    });
}

base::Status SqliteLists::write(const char* sql, const std::vector<SqliteValue>& values) {
    const auto written = writer_.prepare(sql).run(values);
    return written ? base::Status() : base::Status(written.error());
}

// ---- denials

base::Result<std::vector<DenialRecord>> SqliteLists::denials() const {
    return all_of(select_denials_.run(), denial_of);
}

base::Status SqliteLists::deny(const DenialRecord& denial) {
    return write(
        "INSERT INTO denials (kind, value, until, made_by, made_at) VALUES (?,?,?,?,?)"
        " ON CONFLICT (kind, value) DO UPDATE SET until=excluded.until, made_by=excluded.made_by, "
        "made_at=excluded.made_at",
        {std::string(word(denial.whom.kind)), denial.whom.value, seconds_of(denial.until), denial.by,
         seconds_of(denial.at)});
}

base::Status SqliteLists::allow(const Denial& whom) {
    return write("DELETE FROM denials WHERE kind=? AND value=?", {std::string(word(whom.kind)), whom.value});
}

/// Where it fails it is tried again soon.
void SqliteLists::forget_denials(base::Time now) {
    (void)write("DELETE FROM denials WHERE until<>0 AND until<=?", {seconds_of(now)});
}

// ---- requesters

base::Result<std::optional<NamedRequester>> SqliteLists::find_requester(const nkeys::PublicKey& key) const {
    const auto rows = select_requester_.run({key.text()});
    if (!rows) return rows.error();
    return rows->empty() ? std::nullopt : requester_of(rows->front());
}

base::Result<std::vector<NamedRequester>> SqliteLists::requesters() const {
    return all_of(reader_.prepare("SELECT name, key, roles FROM requesters ORDER BY name").run(),
                  requester_of);
}

base::Result<bool> SqliteLists::add_requester(const NamedRequester& requester) {
    const base::Status added = write("INSERT OR IGNORE INTO requesters (name, key, roles) VALUES (?,?,?)",
                                     {requester.name, requester.key.text(), encode_roles(requester)});
    if (!added) return added.error();
    return writer_.changes() > 0;
}

base::Status SqliteLists::remove_requester(const std::string& name) {
    return write("DELETE FROM requesters WHERE name=?", {name});
}

// ---- operations

base::Status SqliteLists::note(const Operation& operation) {
    return write("INSERT OR REPLACE INTO operations (id, record) VALUES (?,?)",
                 {operation.id, encode_operation(operation)});
}

base::Result<std::vector<Operation>> SqliteLists::operations() const {
    return all_of(select_operations_.run(),
                  [](const SqliteRow& row) { return decode_operation(text_in(row, 0), text_in(row, 1)); });
}

base::Result<bool> SqliteLists::has_operation(const std::string& id) const {
    const auto rows = reader_.prepare("SELECT 1 FROM operations WHERE id=?").run({id});
    if (!rows) return rows.error();
    return !rows->empty();
}

base::Status SqliteLists::forget_operation(const std::string& id) {
    return write("DELETE FROM operations WHERE id=?", {id});
}

}  // namespace natscreds::provisioner
