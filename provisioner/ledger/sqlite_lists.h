#pragma once

#include <optional>
#include <string>
#include <vector>

#include <natscreds/provisioner/ledger/ledger.h>

#include "sqlite_database.h"

namespace natscreds::provisioner {

/// What a ledger's file lists: names in their order, denials, requesters, operations. All is read from the file each
/// time, so that what another process has written is known at once.
///
/// Fails:   std::errc::io_error; what cannot be read in a row leaves that row out.
/// Thread:  those that read (const here) one at a time, and those that write one at a time.
class SqliteLists {
  public:
    SqliteLists(SqliteDatabase& reader, SqliteDatabase& writer) : reader_(reader), writer_(writer) {}

    [[nodiscard]] base::Result<std::vector<ListedName>> names(const NameQuery& query) const;

    [[nodiscard]] base::Result<std::vector<DenialRecord>> denials() const;
    [[nodiscard]] base::Status deny(const DenialRecord& denial);
    [[nodiscard]] base::Status allow(const Denial& whom);
    void forget_denials(base::Time now);

    [[nodiscard]] base::Result<std::optional<NamedRequester>> find_requester(
        const nkeys::PublicKey& key) const;
    [[nodiscard]] base::Result<std::vector<NamedRequester>> requesters() const;
    /// Whether neither name nor key was there.
    [[nodiscard]] base::Result<bool> add_requester(const NamedRequester& requester);
    [[nodiscard]] base::Status remove_requester(const std::string& name);

    [[nodiscard]] base::Status note(const Operation& operation);
    [[nodiscard]] base::Result<std::vector<Operation>> operations() const;
    [[nodiscard]] base::Result<bool> has_operation(const std::string& id) const;
    [[nodiscard]] base::Status forget_operation(const std::string& id);

  private:
    [[nodiscard]] base::Status write(const char* sql, const std::vector<SqliteValue>& values);

    SqliteDatabase& reader_;
    SqliteDatabase& writer_;
    mutable SqliteStatement select_denials_ =
        reader_.prepare("SELECT kind, value, until, made_by, made_at FROM denials");
    mutable SqliteStatement select_requester_ =
        reader_.prepare("SELECT name, key, roles FROM requesters WHERE key=?");
    mutable SqliteStatement select_operations_ =
        reader_.prepare("SELECT id, record FROM operations ORDER BY id");
};

}  // namespace natscreds::provisioner
