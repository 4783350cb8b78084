#pragma once

#include <filesystem>
#include <string>

#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

#include "session.h"

namespace natscreds::nsctl {

/// The user that is named, or else the only one that the account has.
/// Fails: Errc::no_user_named; accounts::Errc::bad_name.
[[nodiscard]] base::Result<accounts::Name> named_or_only_user(const accounts::Store& store,
                                                              const accounts::Name& account,
                                                              const std::string& named);

/// A user in the current operator's store.
struct ChosenUser {
    accounts::Store store;
    accounts::Name account;
    accounts::Name user;
};

/// The account that is named, or else the current one; and of it the user, as above. Nobody looks whether it is there.
[[nodiscard]] base::Result<ChosenUser> chosen_user(const Session& session, const std::string& account,
                                                   const std::string& user);

/// The creds file that the keystore has of this user. Fails: Errc::no_creds.
[[nodiscard]] base::Result<std::filesystem::path> stored_creds(const Session& session,
                                                               const ChosenUser& chosen);

}  // namespace natscreds::nsctl
