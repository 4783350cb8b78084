#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/accounts/bulk.h>

#include "commands.h"
#include "errors.h"
#include "options/new_user_options.h"
#include "options/options.h"
#include "shared/name_list.h"
#include "shared/surprises.h"

namespace natscreds::nsctl {
namespace {

constexpr std::int64_t max_new_users = 1'000'000;

struct AddUsersOptions {
    std::string from;
    std::optional<std::int64_t> count;
    std::string pattern;
    std::string account;
    bool skip_existing = false;
    NewUserOptions user;
};

/// "dev-{}" becomes dev-1, dev-2 and so on.
base::Result<std::vector<accounts::ListedUser>> numbered_users(const AddUsersOptions& options) {
    const std::size_t place = options.pattern.find("{}");
    if (place == std::string::npos) return base::Error{Errc::no_number_in_name, in_quotes(options.pattern)};
    std::vector<accounts::ListedUser> users;
    for (std::int64_t number = 1; number <= *options.count; ++number) {
        auto name =
            accounts::Name::parse(std::string(options.pattern).replace(place, 2, std::to_string(number)));
        if (!name) return name.error();
        users.push_back({*std::move(name), "--name"});
    }
    return users;
}

base::Status add_all(const Session& session, const AddUsersOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto users = options.count ? numbered_users(options) : read_users(session, options.from);
    if (!users) return users.error();
    const auto validity = options.user.time.validity(session.world().clock.now());
    if (!validity) return validity.error();
    const auto claims = options.user.claims();
    if (!claims) return claims.error();
    const auto added = accounts::create_users(
        session.tree(*store),
        {.account = *account,
         .users = *users,
         .signer = session.signer(),
         .validity = *validity,
         .claims = *claims,
         .there = options.skip_existing ? accounts::AlreadyDone::skip : accounts::AlreadyDone::refuse});
    if (!added) return added.error();
    for (const std::string& line : options.user.permissions.report())
        session.done(line);
    if (added->skipped > 0)
        session.done("left " + std::to_string(added->skipped) +
                     " users as they were, who were there already");
    const std::filesystem::path creds =
        session.keys().creds_path({store->name(), *account, users->front().name}).parent_path();
    session.made("added", std::to_string(added->done));
    session.made("creds", creds.string());
    session.done("added " + std::to_string(added->done) + " users to account " + in_quotes(account->text()) +
                 ", with creds files in `" + session.shown(creds) + "`");
    // They differ in their names only: what can be said of one is said of the one whose JWT is the longest.
    const auto longest = std::ranges::max_element(
        *users, {}, [](const accounts::ListedUser& user) { return user.name.text().size(); });
    warn_about_user(session, *store, {*account, longest->name});
    return {};
}

}  // namespace

Command add_users() {
    const auto options = std::make_shared<AddUsersOptions>();
    console::Option from = from_option(options->from, "a name");
    from.group = "Who";
    from.excludes = {"--name"};
    return {
        .options = joined(
            {{from,
              {.names = "--count",
               .to = &options->count,
               .help = "so many users, named by --name",
               .range = console::Range{1, max_new_users},
               .group = "Who"},
              {"-n,--name", &options->pattern, "with --count: a name with {} for the number, as dev-{}"},
              account_option(options->account),
              {"--skip-existing", &options->skip_existing, "leave users that are there already as they are"}},
             options->user.options()}),
        .one_of = "Who",
        .notes =
            "Nothing is made where a name is wrong or there already. What was interrupted is finished by the "
            "same "
            "command with --skip-existing.",
        .examples = {"nsctl add users --from names.txt -a A --expiry 30d",
                     "nsctl add users --count 100 --name 'dev-{}' -K SIGNING_KEY.nk"},
        .run = [options](const Session& session) { return add_all(session, *options); },
    };
}

}  // namespace natscreds::nsctl
