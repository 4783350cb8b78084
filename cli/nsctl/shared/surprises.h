#pragma once

#include <natscreds/accounts/name.h>
#include <natscreds/accounts/store.h>
#include <natscreds/jwt/token.h>

#include "session.h"

/// Warnings about what was just written, where servers make something else of it (accounts/surprises.h).
namespace natscreds::nsctl {

void warn_about_user(const Session& session, const accounts::Store& store,
                     const accounts::Store::UserFile& user);

void warn_about_scope(const Session& session, const jwt::UserScope& scope);

void warn_about_import(const Session& session, const accounts::Store& store, const accounts::Name& importer,
                       const jwt::Import& imported);

/// Imports of other accounts in the store that servers leave out after a change of what they import.
void warn_about_importers(const Session& session, const accounts::Store& store,
                          const accounts::Name& exporter, const jwt::Export& changed);

}  // namespace natscreds::nsctl
