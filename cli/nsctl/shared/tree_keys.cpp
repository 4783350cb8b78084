#include "shared/tree_keys.h"

#include <utility>

namespace natscreds::nsctl {
namespace {

class TreeWalk {
  public:
    TreeWalk(const Session& session, const accounts::Store& store) : session_(session), store_(store) {}

    void add_operator() {
        const auto owner = store_.read_operator();
        if (!owner) {
            add_problem({KeyLevel::owner, store_.name().text()}, owner.error());
            return;
        }
        add_subject({KeyLevel::owner, store_.name().text(), owner->content.subject}, owner->token);
        for (const std::string& key : owner->claims().signing_keys)
            add({KeyLevel::owner, store_.name().text(), key, true});
    }

    base::Status add_account(const accounts::Name& name) {
        const auto account = store_.read_account(name);
        if (account) {
            add_subject({KeyLevel::account, name.text(), account->content.subject}, account->token);
            for (const auto& [key, scope] : account->claims().signing_keys)
                add({KeyLevel::account, name.text(), key, true});
            add_curve(name, account->claims().authorization.xkey);
        } else if (account.error().code == accounts::Errc::no_such_account) {
            return account.error();
        } else {
            add_problem({KeyLevel::account, name.text()}, account.error());
        }
        const auto users = store_.users(name);
        if (!users) return users.error();
        for (const accounts::Name& user_name : *users) {
            const auto user = store_.read_user(name, user_name);
            if (user) {
                add_subject({KeyLevel::user, user_name.text(), user->content.subject}, user->token);
            } else {
                add_problem({KeyLevel::user, user_name.text()}, user.error());
            }
        }
        return {};
    }

    [[nodiscard]] std::vector<TreeKey> take() { return std::move(rows_); }

  private:
    /// A file from which no token can be read hides no other.
    void add_problem(TreeKey row, const base::Error& error) {
        row.problem = error.code.message();
        rows_.push_back(std::move(row));
    }

    void add_subject(TreeKey row, const jwt::Token& token) {
        row.token = token.text();
        add(std::move(row));
    }

    void add_curve(const accounts::Name& name, const std::string& key) {
        TreeKey row{KeyLevel::account, name.text(), key};
        row.curve = true;
        if (!key.empty()) add(std::move(row));
    }

    void add(TreeKey row) {
        const auto key = nkeys::PublicKey::parse(row.key);
        row.stored = key && session_.keys().holds(*key);
        rows_.push_back(std::move(row));
    }

    const Session& session_;
    const accounts::Store& store_;
    std::vector<TreeKey> rows_;
};

}  // namespace

base::Result<std::vector<TreeKey>> tree_keys(const Session& session, const accounts::Store& store,
                                             const std::string& account) {
    TreeWalk walk(session, store);
    walk.add_operator();
    auto names = store.accounts();
    if (!names) return names.error();
    if (!account.empty()) {
        const auto name = accounts::Name::parse(account);
        if (!name) return name.error();
        names = std::vector{*name};
    }
    for (const accounts::Name& name : *names) {
        if (const base::Status added = walk.add_account(name); !added) return added.error();
    }
    return walk.take();
}

}  // namespace natscreds::nsctl
