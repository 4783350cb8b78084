#include "shared/surprises.h"

#include <string>
#include <vector>

#include <natscreds/accounts/surprises.h>
#include <natscreds/jwt/subject.h>

namespace natscreds::nsctl {
namespace {

void warn_of(const Session& session, const std::vector<jwt::Issue>& issues, const std::string& where = "") {
    for (const jwt::Issue& issue : issues)
        session.warn(where + issue.text);
}

}  // namespace

void warn_about_user(const Session& session, const accounts::Store& store,
                     const accounts::Store::UserFile& user) {
    const auto account = store.read_account(user.account);
    const auto token = store.read_user(user.account, user.user);
    if (!account || !token) return;
    warn_of(session, accounts::surprises_in(*token, *account));
}

void warn_about_scope(const Session& session, const jwt::UserScope& scope) {
    warn_of(session, accounts::surprises_in(scope));
}

void warn_about_import(const Session& session, const accounts::Store& store, const accounts::Name& importer,
                       const jwt::Import& imported) {
    auto account = store.read_account(importer);
    const auto exporters = accounts::accounts_by_key(store, {imported.account});
    if (!account || !exporters) return;
    account->content.claims.imports = {imported};
    warn_of(session, accounts::dropped_imports(*account, *exporters));
}

void warn_about_importers(const Session& session, const accounts::Store& store,
                          const accounts::Name& exporter, const jwt::Export& changed) {
    const auto account = store.read_account(exporter);
    const auto names = store.accounts();
    if (!account || !names) return;
    const accounts::AccountsByKey exporters{{account->content.subject, account->claims()}};
    for (const accounts::Name& name : *names) {
        auto importer = store.read_account(name);
        if (!importer) continue;
        std::erase_if(importer->content.claims.imports, [&](const jwt::Import& imported) {
            return imported.type != changed.type || !jwt::subject_covers(changed.subject, imported.subject);
        });
        warn_of(session, accounts::dropped_imports(*importer, exporters),
                "account " + in_quotes(name.text()) + ": ");
    }
}

}  // namespace natscreds::nsctl
