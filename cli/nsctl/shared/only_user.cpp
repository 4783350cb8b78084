#include "shared/only_user.h"

#include <vector>

#include "errors.h"
#include "session.h"

namespace natscreds::nsctl {

base::Result<accounts::Name> named_or_only_user(const accounts::Store& store, const accounts::Name& account,
                                                const std::string& named) {
    if (!named.empty()) return accounts::Name::parse(named);
    const auto users = store.users(account);
    if (!users) return users.error();
    if (users->size() != 1) return base::Error{Errc::no_user_named, "account " + in_quotes(account.text())};
    return users->front();
}

}  // namespace natscreds::nsctl
