#include <natscreds/accounts/provisioning/provisioning_steps.h>

#include <algorithm>
#include <utility>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/provisioning/chat_history.h>
#include <natscreds/accounts/remove.h>

#include "service_subjects.h"

namespace natscreds::accounts {
namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;
using Draft = jwt::Draft<jwt::AccountClaims>;
using Steps = std::vector<Step>;

constexpr const char* all_requests = "chat.req.>";
constexpr const char* requester_role = "requester";
std::string of_account(const std::string& what, const Name& account) {
    return what + " of account " + account.text();
}

/// Nothing where there is no such account yet.
base::Result<std::optional<Account>> find_account(const Tree& tree, const Name& account) {
    if (!tree.store.holds_account(account)) return std::optional<Account>();
    base::Result<Account> found = tree.store.read_account(account);
    if (!found) return found.error();
    return std::optional(std::move(*found));
}

Step edit_step(std::string what, const Name& account, std::function<void(Draft&)> change) {
    return {std::move(what), [account, change = std::move(change)](const Tree& tree) {
                return edit_account(tree, {.account = account, .signer = "", .change = [&](Draft& draft) {
                                               change(draft);
                                               return base::Status();
                                           }});
            }};
}

bool denies_requests(const jwt::AccountClaims& account) {
    return std::ranges::count(account.default_permissions.pub.deny, all_requests) != 0;
}

Step deny_requests(const Name& account) {
    return edit_step(
        of_account("denial of chat.req.>, lest users ask in another's name, in the default permissions",
                   account),
        account, [](Draft& draft) { draft.claims.default_permissions.pub.deny.emplace_back(all_requests); });
}

// ---- the service's account

void add_export(Draft& draft, const std::string& endpoint) {
    std::erase_if(draft.claims.exports,
                  [&](const jwt::Export& one) { return one.subject == exported(endpoint); });
    jwt::Export made;
    made.name = made.subject = exported(endpoint);
    made.type = "service";
    made.account_token_position = account_position;
    draft.claims.exports.push_back(std::move(made));
}

void enable_jetstream(Draft& draft) {
    jwt::JetStreamLimits& limits = draft.claims.limits.jetstream;
    limits.mem_storage = limits.disk_storage = limits.streams = limits.consumer = jwt::no_limit;
}

/// The chat's streams, on disk; how much goes in are the streams' own limits.
void enable_history(Draft& draft) {
    jwt::JetStreamLimits& limits = draft.claims.limits.jetstream;
    if (limits.disk_storage == 0) limits.disk_storage = limits.consumer = jwt::no_limit;
    limits.streams = std::max<std::int64_t>(limits.streams, chat_streams);
}

void want_service_account(const std::optional<Account>& found, const Provisioning& wanted, Steps& steps) {
    const Name& service = wanted.service;
    if (!found) {
        steps.push_back(
            {"account " + service.text(), [service](const Tree& tree) {
                 const auto made = create_account(
                     tree,
                     {.name = service, .key = {}, .signer = "", .validity = {}, .default_permissions = {}});
                 return made ? base::Status() : made.error();
             }});
    }
    const jwt::AccountClaims claims = found ? found->claims() : jwt::AccountClaims{};
    if (!denies_requests(claims)) steps.push_back(deny_requests(service));
    if (!wanted.bucket.empty() && !has_jetstream(claims))
        steps.push_back(edit_step(of_account("JetStream", service), service, enable_jetstream));
    for (const std::string endpoint : endpoints) {
        if (exports(claims, endpoint)) continue;
        steps.push_back(edit_step(of_account("export " + exported(endpoint), service), service,
                                  [endpoint](Draft& draft) { add_export(draft, endpoint); }));
    }
}

// ---- the service's user

base::Status make_service_user(const Tree& tree, const Provisioning& wanted) {
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, tree.random);
    if (!key) return key.error();
    if (const auto stored = tree.keys.store(*key); !stored) return stored.error();
    jwt::UserClaims claims;
    static_cast<jwt::Permissions&>(claims) = service_permissions(wanted, key->public_key().text());
    const auto made = create_user(tree, {.account = wanted.service,
                                         .name = wanted.user,
                                         .key = key->public_key(),
                                         .signer = "",
                                         .validity = {},
                                         .claims = std::move(claims)});
    return made ? base::Status() : made.error();
}

base::Status want_service_user(const Tree& tree, const Provisioning& wanted, Steps& steps) {
    const std::string what = of_account("user " + wanted.user.text(), wanted.service);
    if (!tree.store.holds_user(wanted.service, wanted.user)) {
        steps.push_back({what, [wanted](const Tree& now) { return make_service_user(now, wanted); }});
        return {};
    }
    const auto user = tree.store.read_user(wanted.service, wanted.user);
    if (!user) return user.error();
    const jwt::Permissions right = service_permissions(wanted, user->content.subject);
    if (static_cast<const jwt::Permissions&>(user->claims()) == right) return {};
    steps.push_back({"permissions of " + what, [wanted, right](const Tree& now) {
                         const auto edited =
                             edit_user(now, {.account = wanted.service,
                                             .user = wanted.user,
                                             .signer = "",
                                             .change = [&](jwt::Draft<jwt::UserClaims>& draft) {
                                                 static_cast<jwt::Permissions&>(draft.claims) = right;
                                                 return base::Status();
                                             }});
                         return edited ? base::Status() : edited.error();
                     }});
    return {};
}

// ---- client accounts

base::Status add_import(const Tree& tree, const Name& client, const Name& service,
                        const std::string& endpoint) {
    const base::Result<Account> from = tree.store.read_account(service);
    if (!from) return from.error();
    return edit_account(
        tree, {.account = client, .signer = "", .change = [&](Draft& draft) {
                   draft.claims.imports.push_back(import_of(endpoint, from->content.subject, draft.subject));
                   return base::Status();
               }});
}

void want_imports(const std::optional<Account>& service, const Account& client, const Name& name,
                  const Provisioning& wanted, Steps& steps) {
    if (!denies_requests(client.claims())) steps.push_back(deny_requests(name));
    for (const std::string endpoint : endpoints) {
        if (service && imports(client, endpoint, service->content.subject)) continue;
        steps.push_back({of_account("import of the service's chat.req." + endpoint, name),
                         [name, endpoint, from = wanted.service](const Tree& tree) {
                             return add_import(tree, name, from, endpoint);
                         }});
    }
}

// ---- signing keys

base::Status add_signing_key(const Tree& tree, const ProvisionedRole& role) {
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::account, tree.random);
    if (!key) return key.error();
    if (const auto stored = tree.keys.store(*key); !stored) return stored.error();
    return edit_account(tree, {.account = role.account, .signer = "", .change = [&](Draft& draft) {
                                   jwt::UserScope scope;
                                   scope.role = role.name;
                                   scope.permissions = role.permissions;
                                   draft.claims.signing_keys[key->public_key().text()] = std::move(scope);
                                   return base::Status();
                               }});
}

void want_role(const Account& account, const ProvisionedRole& role, Steps& steps) {
    if (!signing_key_of(account.claims(), role.name).empty()) return;
    steps.push_back({of_account("scoped signing key for the role " + role.name, role.account),
                     [role](const Tree& tree) { return add_signing_key(tree, role); }});
}

/// A role that was there before may read nothing yet.
void want_history(const Account& account, const Provisioning& wanted, const Name& name, Steps& steps) {
    if (std::ranges::count(wanted.keep_history, name) == 0) return;
    if (!has_chat_streams(account.claims()))
        steps.push_back(edit_step(of_account("JetStream", name), name, enable_history));
    const jwt::Permissions needed = history_permissions(name);
    for (const ProvisionedRole& role : wanted.roles) {
        const std::string key = signing_key_of(account.claims(), role.name);
        jwt::Permissions wished = role.permissions;
        if (role.account != name || key.empty() || add_permissions(wished, needed)) continue;
        jwt::Permissions permissions = account.claims().signing_keys.at(key)->permissions;
        if (!add_permissions(permissions, needed)) continue;
        steps.push_back(edit_step(of_account("reading of the history by the role " + role.name, name), name,
                                  [key, needed](Draft& draft) {
                                      auto& scope = draft.claims.signing_keys.at(key);
                                      if (scope) (void)add_permissions(scope->permissions, needed);
                                  }));
    }
}

// ---- taking it back

void remove_import_step(const Account& service, const Account& client, const Name& name, Steps& steps) {
    const std::string from = service.content.subject;
    for (const std::string endpoint : endpoints) {
        if (!imports(client, endpoint, from)) continue;
        steps.push_back(edit_step(of_account("import of the service's chat.req." + endpoint, name), name,
                                  [from, endpoint](Draft& draft) {
                                      const jwt::Import ours = import_of(endpoint, from, draft.subject);
                                      std::erase_if(draft.claims.imports, [&](const jwt::Import& one) {
                                          return same_import(one, ours);
                                      });
                                  }));
    }
}

void remove_role_step(const Account& account, const std::string& role, const Name& name, Steps& steps) {
    const std::string key = signing_key_of(account.claims(), role);
    if (key.empty()) return;
    steps.push_back(edit_step(of_account("signing key of the role " + role, name), name,
                              [key](Draft& draft) { draft.claims.signing_keys.erase(key); }));
}

base::Status remove_service_steps(const Tree& tree, const Provisioning& wanted, const Account& service,
                                  Steps& steps) {
    const auto users = tree.store.users(wanted.service);
    if (!users) return users.error();
    const bool alone = users->empty() || *users == std::vector{wanted.user};
    const bool exports_more = std::ranges::any_of(service.claims().exports, [](const jwt::Export& one) {
        return std::ranges::none_of(
            endpoints, [&](const std::string& endpoint) { return one.subject == exported(endpoint); });
    });
    const Leftovers all{.keys = true, .creds = true};
    if (alone && !exports_more && service.claims().imports.empty()) {
        steps.push_back(
            {"account " + wanted.service.text(), [account = wanted.service, all](const Tree& now) {
                 const auto removed = remove_account(now, account, all);
                 return removed ? base::Status() : removed.error();
             }});
        return {};
    }
    if (std::ranges::count(*users, wanted.user) != 0) {
        steps.push_back(
            {of_account("user " + wanted.user.text(), wanted.service), [wanted, all](const Tree& now) {
                 const auto removed = remove_user(
                     now, {.account = wanted.service, .user = wanted.user, .signer = "", .with = all});
                 return removed ? base::Status() : removed.error();
             }});
    }
    for (const std::string endpoint : endpoints) {
        if (!exports(service.claims(), endpoint)) continue;
        steps.push_back(edit_step(of_account("export " + exported(endpoint), wanted.service), wanted.service,
                                  [endpoint](Draft& draft) {
                                      std::erase_if(draft.claims.exports, [&](const jwt::Export& one) {
                                          return one.subject == exported(endpoint);
                                      });
                                  }));
    }
    return {};
}

}  // namespace

std::string signing_key_of(const jwt::AccountClaims& account, const std::string& role) {
    for (const auto& [key, scope] : account.signing_keys) {
        if (scope && scope->role == role) return key;
    }
    return {};
}

jwt::Permissions service_permissions(const Provisioning& wanted, const std::string& key) {
    jwt::Permissions permissions;
    permissions.sub.allow = {"$SRV.>", "_INBOX_." + key + ".>", "chat.req.access.*.*", "chat.req.renew.*.*"};
    permissions.pub.allow = {"_R_.*.*"};
    permissions.resp = jwt::ResponsePermission{.max = 1, .ttl = std::chrono::seconds(5), .extra = {}};
    if (wanted.bucket.empty()) return permissions;
    const std::string stream = "KV_" + wanted.bucket;
    for (const char* verb :
         {"STREAM.CREATE.", "STREAM.INFO.", "STREAM.MSG.GET.", "STREAM.PURGE.", "CONSUMER.CREATE."})
        permissions.pub.allow.push_back("$JS.API." + std::string(verb) + stream);
    permissions.pub.allow.push_back("$JS.API.CONSUMER.DELETE." + stream + ".*");
    permissions.pub.allow.emplace_back("$JS.API.STREAM.NAMES");
    for (const char* kind : {"name.*", "deny.*.*", "operation.*", "requester.*"})
        permissions.pub.allow.push_back("$KV." + wanted.bucket + "." + kind);
    std::ranges::sort(permissions.pub.allow);
    return permissions;
}

base::Result<Steps> missing_steps(const Tree& tree, const Provisioning& wanted) {
    Steps steps;
    const auto service = find_account(tree, wanted.service);
    if (!service) return service.error();
    want_service_account(*service, wanted, steps);
    if (const base::Status user = want_service_user(tree, wanted, steps); !user) return user.error();
    for (const Name& name : wanted.clients) {
        const base::Result<Account> client = tree.store.read_account(name);
        if (!client) return client.error();
        want_imports(*service, *client, name, wanted, steps);
        want_role(*client, {.name = requester_role, .account = name, .permissions = requester_permissions()},
                  steps);
        for (const ProvisionedRole& role : wanted.roles) {
            if (role.account == name) want_role(*client, role, steps);
        }
        want_history(*client, wanted, name, steps);
    }
    return steps;
}

base::Result<Steps> removal_steps(const Tree& tree, const Provisioning& wanted) {
    Steps steps;
    const auto service = find_account(tree, wanted.service);
    if (!service) return service.error();
    for (const Name& name : wanted.clients) {
        const base::Result<Account> client = tree.store.read_account(name);
        if (!client) return client.error();
        if (*service) remove_import_step(**service, *client, name, steps);
        remove_role_step(*client, requester_role, name, steps);
        for (const ProvisionedRole& role : wanted.roles) {
            if (role.account == name) remove_role_step(*client, role.name, name, steps);
        }
    }
    if (!*service) return steps;
    const base::Status removed = remove_service_steps(tree, wanted, **service, steps);
    return removed ? base::Result<Steps>(std::move(steps)) : removed.error();
}

}  // namespace natscreds::accounts
