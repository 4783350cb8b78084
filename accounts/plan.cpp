#include <natscreds/accounts/plan.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/remove.h>
#include <natscreds/accounts/signer.h>
#include <natscreds/jwt/payload.h>

#include "under_scope.h"

namespace natscreds::accounts {
namespace {

using PlanJson = nlohmann::json;
using Owner = jwt::Draft<jwt::OperatorClaims>;
using Account = jwt::Draft<jwt::AccountClaims>;
using User = jwt::Draft<jwt::UserClaims>;

/// Makes a key of an account and says its public half.
using KeyMaker = std::function<base::Result<std::string>()>;

std::string text_in(const PlanJson& json, const char* field) {
    const auto found = json.find(field);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Objects field by field, everything else as a whole.
void merge(PlanJson& base, const PlanJson& wanted) {
    for (const auto& [name, value] : wanted.items()) {
        if (value.is_object() && base.contains(name) && base[name].is_object())
            merge(base[name], value);
        else
            base[name] = value;
    }
}

/// A scope without a key has that of the scope with the same role, or a new one.
base::Status complete_scopes(PlanJson& wanted, const jwt::AccountClaims& current, const KeyMaker& new_key) {
    PlanJson& nats = wanted["nats"];
    const auto listed = nats.find("signing_keys");
    if (listed == nats.end() || !listed->is_array()) return {};
    for (PlanJson& scope : *listed) {
        if (!scope.is_object()) continue;
        if (!scope.contains("kind")) scope["kind"] = "user_scope";
        if (!text_in(scope, "key").empty()) continue;
        const std::string role = text_in(scope, "role");
        const auto known = std::ranges::find_if(current.signing_keys, [&](const auto& key) {
            return !role.empty() && key.second && key.second->role == role;
        });
        if (known != current.signing_keys.end()) {
            scope["key"] = known->first;
            continue;
        }
        const base::Result<std::string> made = new_key();
        if (!made) return made.error();
        scope["key"] = *made;
    }
    return {};
}

base::Status complete_scopes(PlanJson&, const jwt::OperatorClaims&, const KeyMaker&) {
    return {};
}

base::Status complete_scopes(PlanJson&, const jwt::UserClaims&, const KeyMaker&) {
    return {};
}

/// What the file says of one token, and what that makes of the token.
struct Merging {
    const std::string& payload;
    Unnamed unnamed;
};

template <class C>
base::Result<jwt::Draft<C>> merged(const jwt::Draft<C>& current, const Merging& file,
                                   const KeyMaker& new_key) {
    PlanJson wanted = PlanJson::parse(file.payload);
    wanted.erase("iss");  // who signs is no claim
    if (base::Status complete = complete_scopes(wanted, current.claims, new_key); !complete)
        return complete.error();
    jwt::Draft<C> start;
    start.subject = current.subject;
    start.name = current.name;
    const auto text = jwt::draft_payload(file.unnamed == Unnamed::keep ? current : start);
    if (!text) return text.error();
    PlanJson json = PlanJson::parse(*text);
    merge(json, wanted);
    return jwt::read_draft<C>(json.dump());
}

/// The key that the file gives, where it gives one.
base::Result<std::optional<nkeys::PublicKey>> given_subject(const std::string& payload, nkeys::Kind kind) {
    const std::string text = text_in(PlanJson::parse(payload), "sub");
    if (text.empty()) return std::optional<nkeys::PublicKey>();
    const auto key = nkeys::PublicKey::parse(text, kind);
    if (!key) return key.error().within("sub");
    return std::optional(*key);
}

std::string quoted(const Name& name) {
    return '"' + name.text() + '"';
}

/// A file that means somebody else by the same name.
base::Status check_same(const std::optional<nkeys::PublicKey>& given, const std::string& there,
                        const std::string& what) {
    if (!given || given->text() == there) return {};
    return base::Error{Errc::bad_tree_file,
                       "the file says sub " + given->text() + " of " + what + ", whose key is " + there};
}

class Planner {
  public:
    Planner(const Tree& tree, const TreeFile& file, const PlanOptions& options,
            nkeys::SigningKey operator_key, nkeys::SigningKey account_key)
        : tree_(tree),
          file_(std::make_shared<const TreeFile>(file)),
          options_(options),
          operator_key_(std::move(operator_key)),
          account_key_(std::move(account_key)) {}

    base::Status run() {
        const auto owner = tree_.store.read_operator();
        if (!owner) return owner.error();
        system_account_ = owner->claims().system_account;
        if (base::Status added = add_operator_step(*owner); !added) return added;
        for (const auto& [name, payload] : file_->accounts) {
            if (base::Status added = add_account_step(name, payload); !added)
                return added.error().within("accounts." + name.text());
        }
        for (const auto& [account, users] : file_->users) {
            if (base::Status added = add_user_steps(account, users); !added) return added;
        }
        if (last_step_) steps_.push_back(*std::move(last_step_));
        return options_.unnamed == Unnamed::remove ? add_removals() : base::Status();
    }

    std::vector<PlannedStep> take() { return std::move(steps_); }

  private:
    /// A key that stands for one that apply makes.
    KeyMaker placeholder() {
        return [this]() -> base::Result<std::string> {
            const auto key = nkeys::SigningKey::generate(nkeys::Kind::account, tree_.random);
            if (!key) return key.error();
            new_keys_.insert(key->public_key().text());
            return key->public_key().text();
        };
    }

    static KeyMaker stored_key(const Tree& tree) {
        return [&tree]() -> base::Result<std::string> {
            const auto key = nkeys::SigningKey::generate(nkeys::Kind::account, tree.random);
            if (!key) return key.error();
            const auto stored = tree.keys.store(*key);
            if (!stored) return stored.error();
            return key->public_key().text();
        };
    }

    /// Both as tokens of the same signer, so that nothing but claims can differ.
    template <class C>
    base::Result<std::vector<Difference>> compare(const jwt::Draft<C>& before,
                                                  const jwt::Draft<C>& after) const {
        const nkeys::SigningKey& key = std::is_same_v<C, jwt::UserClaims> ? account_key_ : operator_key_;
        const auto old_token = jwt::sign(before, key, base::Time());
        if (!old_token) return old_token.error();
        const auto new_token = jwt::sign(after, key, base::Time());
        if (!new_token) return new_token.error();
        std::vector<Difference> found = differences(*old_token, *new_token);
        for (Difference& one : found) {
            for (std::string* text : {&one.path, &one.after})
                name_new_keys(*text);
        }
        return found;
    }

    void name_new_keys(std::string& text) const {
        for (const std::string& key : new_keys_) {
            const std::size_t at = text.find(key);
            if (at != std::string::npos) text.replace(at, key.size(), "(new key)");
        }
    }

    template <class C>
    static jwt::Draft<C> fresh(const std::string& subject, const Name& name) {
        jwt::Draft<C> draft;
        draft.subject = subject;
        draft.name = name.text();
        return draft;
    }

    // ---- the operator, in two steps

    /// What needs accounts to be there, or signed as they then have to be, waits for them.
    static void postpone(Owner& wanted, const jwt::OperatorClaims& before) {
        wanted.claims.system_account = before.system_account;
        if (!before.strict_signing_key_usage) wanted.claims.strict_signing_key_usage = false;
    }

    base::Status add_operator_step(const jwt::Decoded<jwt::OperatorClaims>& owner) {
        if (!file_->operator_payload) return {};
        const auto given = given_subject(*file_->operator_payload, nkeys::Kind::operator_);
        if (!given) return given.error().within("operator");
        const std::string what = "operator " + quoted(tree_.store.name());
        if (base::Status same = check_same(*given, owner.content.subject, what); !same) return same;
        const base::Result<Owner> wanted =
            merged(owner.content, {*file_->operator_payload, options_.unnamed}, {});
        if (!wanted) return wanted.error().within("operator");
        system_account_ = wanted->claims.system_account;
        Owner first = *wanted;
        postpone(first, owner.claims());
        auto now = compare(owner.content, first);
        if (!now) return now.error();
        auto later = compare(first, *wanted);
        if (!later) return later.error();
        const auto edit = [&tree = tree_, file = file_, unnamed = options_.unnamed](bool whole) {
            return edit_operator(tree, "", [&](Owner& draft) -> base::Status {
                base::Result<Owner> made = merged(draft, {*file->operator_payload, unnamed}, {});
                if (!made) return made.error();
                if (!whole) postpone(*made, draft.claims);
                draft = *std::move(made);
                return {};
            });
        };
        if (!now->empty()) {
            steps_.push_back(
                {PlannedStep::Kind::change, what, *std::move(now), {}, [edit] { return edit(false); }});
        }
        if (!later->empty()) {
            last_step_ = PlannedStep{
                PlannedStep::Kind::change, what, *std::move(later), {}, [edit] { return edit(true); }};
        }
        return {};
    }

    // ---- accounts

    std::function<base::Status()> account_edit(const Name& name) const {
        return [&tree = tree_, file = file_, options = options_, name] {
            return edit_account(
                tree,
                {.account = name, .signer = options.signer, .change = [&](Account& draft) -> base::Status {
                     auto made = merged(draft, {file->accounts.at(name), options.unnamed}, stored_key(tree));
                     if (!made) return made.error();
                     draft = *std::move(made);
                     return {};
                 }});
        };
    }

    base::Status add_account_step(const Name& name, const std::string& payload) {
        const auto given = given_subject(payload, nkeys::Kind::account);
        if (!given) return given.error();
        const bool there = tree_.store.holds_account(name);
        if (!there) return add_new_account(name, payload, *given);
        const auto current = tree_.store.read_account(name);
        if (!current) return current.error();
        const std::string what = "account " + quoted(name);
        if (base::Status same = check_same(*given, current->content.subject, what); !same) return same;
        auto wanted = merged(current->content, {payload, options_.unnamed}, placeholder());
        if (!wanted) return wanted.error();
        auto found = compare(current->content, *wanted);
        if (!found) return found.error();
        planned_.emplace(name, *std::move(wanted));
        if (!found->empty()) {
            steps_.push_back({PlannedStep::Kind::change, what, *std::move(found), name, account_edit(name)});
        }
        return {};
    }

    base::Status add_new_account(const Name& name, const std::string& payload,
                                 const std::optional<nkeys::PublicKey>& key) {
        const Account start =
            fresh<jwt::AccountClaims>(key ? key->text() : account_key_.public_key().text(), name);
        auto wanted = merged(start, {payload, Unnamed::keep}, placeholder());
        if (!wanted) return wanted.error();
        auto found = compare(start, *wanted);
        if (!found) return found.error();
        planned_.emplace(name, *std::move(wanted));
        const auto make = [&tree = tree_, signer = options_.signer, name, key,
                           edit = account_edit(name)]() -> base::Status {
            const auto made = create_account(
                tree,
                {.name = name, .key = key, .signer = signer, .validity = {}, .default_permissions = {}});
            return made ? edit() : base::Status(made.error());
        };
        steps_.push_back({PlannedStep::Kind::add, "account " + quoted(name), *std::move(found), name, make});
        return {};
    }

    /// The account as it is once its own step was made.
    base::Result<Account> planned_account(const Name& name) {
        const auto found = planned_.find(name);
        if (found != planned_.end()) return found->second;
        const auto stored = tree_.store.read_account(name);
        if (!stored) return stored.error();
        return stored->content;
    }

    // ---- users

    base::Status add_user_steps(const Name& account, const std::map<Name, std::string>& users) {
        const base::Result<Account> planned = planned_account(account);
        if (!planned) return planned.error().within("users." + account.text());
        for (const auto& [name, payload] : users) {
            if (base::Status added = add_user_step(*planned, {account, name}, payload); !added)
                return added.error().within("users." + account.text() + "." + name.text());
        }
        return {};
    }

    /// The key that is meant by `iss`: a role or the key itself.
    static std::string key_of(const Account& account, const std::string& iss) {
        for (const auto& [key, scope] : account.claims.signing_keys) {
            if (scope && !iss.empty() && scope->role == iss) return key;
        }
        return iss;
    }

    /// Claims as they are under this signer; as they stand where it may not sign.
    static base::Result<User> under(User user, const Account& account, const std::string& signer) {
        user.claims.issuer_account.clear();
        const auto key = nkeys::PublicKey::parse(signer, nkeys::Kind::account);
        if (!key || !may_sign(account, signer)) return user;
        auto claims = claims_under(std::move(user.claims), account, *key);
        if (!claims) return claims.error();
        user.claims = *std::move(claims);
        user.claims.issuer_account.clear();
        return user;
    }

    /// Whose account it is says the signer.
    base::Result<std::vector<Difference>> compare_users(User before, User after) const {
        before.claims.issuer_account.clear();
        after.claims.issuer_account.clear();
        return compare(before, after);
    }

    static bool may_sign(const Account& account, const std::string& key) {
        return key == account.subject || account.claims.signing_keys.contains(key);
    }

    base::Status add_user_step(const Account& account, const Store::UserFile& place,
                               const std::string& payload) {
        const auto given = given_subject(payload, nkeys::Kind::user);
        if (!given) return given.error();
        const std::string iss = text_in(PlanJson::parse(payload), "iss");
        if (!tree_.store.holds_user(place.account, place.user))
            return add_new_user(account, place, {payload, iss, *given});
        const auto current = tree_.store.read_user(place.account, place.user);
        if (!current) return current.error();
        const std::string what = user_text(place);
        if (base::Status same = check_same(*given, current->content.subject, what); !same) return same;
        auto wanted = merged(current->content, {payload, options_.unnamed}, {});
        if (!wanted) return wanted.error();
        const std::string before = current->issuer.text();
        const std::string after = iss.empty() ? before : key_of(account, iss);
        const bool other_signer = after != before || !may_sign(account, before);
        auto found = compare_users(current->content, *wanted);
        if (!found) return found.error();
        if (found->empty() && !other_signer) return {};
        auto sound = under(*std::move(wanted), account, after);
        if (!sound) return sound.error();
        found = compare_users(current->content, *sound);
        if (!found) return found.error();
        if (other_signer)
            found->push_back({"iss", in_json(before), in_json(after == before ? "(another key)" : after)});
        if (found->empty()) return {};
        const auto make = [&tree = tree_, file = file_, unnamed = options_.unnamed,
                           account_name = place.account, user = place.user, iss]() -> base::Status {
            return edit_user_as(tree, *file, unnamed, {account_name, user}, iss);
        };
        steps_.push_back({PlannedStep::Kind::change, what, *std::move(found), {}, make});
        return {};
    }

    static std::string in_json(const std::string& text) { return PlanJson(text).dump(); }

    static std::string user_text(const Store::UserFile& place) {
        return "user " + quoted(place.user) + " of account " + quoted(place.account);
    }

    static base::Status edit_user_as(const Tree& tree, const TreeFile& file, Unnamed unnamed,
                                     const Store::UserFile& place, const std::string& iss) {
        const auto edited = edit_user(
            tree, {.account = place.account,
                   .user = place.user,
                   .signer = iss,
                   .change = [&](User& draft) -> base::Status {
                       auto made = merged(draft, {file.users.at(place.account).at(place.user), unnamed}, {});
                       if (!made) return made.error();
                       draft = *std::move(made);
                       return {};
                   }});
        return edited ? base::Status() : base::Status(edited.error());
    }

    struct NewUserText {
        const std::string& payload;
        const std::string& iss;
        const std::optional<nkeys::PublicKey>& key;
    };

    base::Status add_new_user(const Account& account, const Store::UserFile& place, const NewUserText& text) {
        const User start =
            fresh<jwt::UserClaims>(text.key ? text.key->text() : operator_user_key(), place.user);
        auto merged_user = merged(start, {text.payload, Unnamed::keep}, {});
        if (!merged_user) return merged_user.error();
        auto wanted = under(*std::move(merged_user), account, key_of(account, text.iss));
        if (!wanted) return wanted.error();
        auto found = compare(start, *wanted);
        if (!found) return found.error();
        const auto make = [&tree = tree_, file = file_, account_name = place.account, user = place.user,
                           iss = text.iss, key = text.key, draft = *wanted]() -> base::Status {
            const auto made = create_user(tree, {.account = account_name,
                                                 .name = user,
                                                 .key = key,
                                                 .signer = iss,
                                                 .validity = {draft.not_before, draft.expires},
                                                 .claims = draft.claims});
            if (!made) return made.error();
            const bool more = !draft.audience.empty() || !draft.extra.empty() || draft.name != user.text();
            return more ? edit_user_as(tree, *file, Unnamed::keep, {account_name, user}, iss)
                        : base::Status();
        };
        steps_.push_back({PlannedStep::Kind::add, user_text(place), *std::move(found), {}, make});
        return {};
    }

    std::string operator_user_key() const {
        const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, tree_.random);
        return key ? key->public_key().text() : std::string();
    }

    // ---- what the file does not name

    base::Status add_removals() {
        for (const auto& [account, named] : file_->users) {
            const auto users = tree_.store.users(account);
            if (!users) return users.error();
            for (const Name& user : *users) {
                if (!named.contains(user)) add_user_removal(account, user);
            }
        }
        if (!file_->operator_payload) return {};
        const auto accounts = tree_.store.accounts();
        if (!accounts) return accounts.error();
        for (const Name& name : *accounts) {
            if (file_->accounts.contains(name)) continue;
            const auto account = tree_.store.read_account(name);
            if (!account) return account.error();
            if (account->content.subject != system_account_) add_account_removal(name);
        }
        return {};
    }

    void add_user_removal(const Name& account, const Name& user) {
        const auto make = [&tree = tree_, account, user]() -> base::Status {
            const auto removed = remove_user(
                tree, {.account = account, .user = user, .signer = "", .revoke = Revoke::yes, .with = {}});
            return removed ? base::Status() : base::Status(removed.error());
        };
        steps_.push_back({PlannedStep::Kind::remove, user_text({account, user}), {}, account, make});
    }

    void add_account_removal(const Name& name) {
        const auto make = [&tree = tree_, name]() -> base::Status {
            const auto removed = remove_account(tree, name, {});
            return removed ? base::Status() : base::Status(removed.error());
        };
        steps_.push_back({PlannedStep::Kind::remove, "account " + quoted(name), {}, {}, make});
    }

    const Tree& tree_;
    std::shared_ptr<const TreeFile> file_;  // steps go on using it
    PlanOptions options_;
    nkeys::SigningKey operator_key_;  // these two sign what is compared and never written
    nkeys::SigningKey account_key_;
    std::string system_account_;
    std::set<std::string> new_keys_;
    std::map<Name, Account> planned_;
    std::vector<PlannedStep> steps_;
    std::optional<PlannedStep> last_step_;
};

}  // namespace

base::Result<std::vector<PlannedStep>> plan(const Tree& tree, const TreeFile& file,
                                            const PlanOptions& options) {
    base::Result<nkeys::SigningKey> operator_key =
        nkeys::SigningKey::generate(nkeys::Kind::operator_, tree.random);
    if (!operator_key) return operator_key.error();
    base::Result<nkeys::SigningKey> account_key =
        nkeys::SigningKey::generate(nkeys::Kind::account, tree.random);
    if (!account_key) return account_key.error();
    Planner planner(tree, file, options, *std::move(operator_key), *std::move(account_key));
    if (base::Status planned = planner.run(); !planned) return planned.error();
    return planner.take();
}

}  // namespace natscreds::accounts
