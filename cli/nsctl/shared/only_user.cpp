#include "shared/only_user.h"

#include <utility>
#include <vector>

#include "errors.h"

namespace natscreds::nsctl {

base::Result<accounts::Name> named_or_only_user(const accounts::Store& store, const accounts::Name& account,
                                                const std::string& named) {
    if (!named.empty()) return accounts::Name::parse(named);
    const auto users = store.users(account);
    if (!users) return users.error();
    if (users->size() != 1) return base::Error{Errc::no_user_named, "account " + in_quotes(account.text())};
    return users->front();
}

base::Result<ChosenUser> chosen_user(const Session& session, const std::string& account,
                                     const std::string& user) {
    auto store = session.store();
    if (!store) return store.error();
    auto named = session.account(account);
    if (!named) return named.error();
    auto chosen = named_or_only_user(*store, *named, user);
    if (!chosen) return chosen.error();
    return ChosenUser{*std::move(store), *std::move(named), *std::move(chosen)};
}

base::Result<std::filesystem::path> stored_creds(const Session& session, const ChosenUser& chosen) {
    std::filesystem::path creds =
        session.keys().creds_path({chosen.store.name(), chosen.account, chosen.user});
    std::error_code ignored;
    if (!std::filesystem::exists(creds, ignored)) return base::Error{Errc::no_creds, creds.string()};
    return creds;
}

}  // namespace natscreds::nsctl
