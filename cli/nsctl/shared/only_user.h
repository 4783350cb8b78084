#pragma once

#include <string>

#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

namespace natscreds::nsctl {

/// The user that is named, or else the only one that the account has.
/// Fails: Errc::no_user_named; accounts::Errc::bad_name.
[[nodiscard]] base::Result<accounts::Name> named_or_only_user(const accounts::Store& store,
                                                              const accounts::Name& account,
                                                              const std::string& named);

}  // namespace natscreds::nsctl
