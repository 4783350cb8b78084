#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/accounts/no_token.h>
#include <natscreds/accounts/servers/preload.h>
#include <natscreds/accounts/servers/push.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "servers/live_connection.h"
#include "servers/push_accounts.h"
#include "servers/push_report.h"
#include "servers/removal.h"

namespace natscreds::nsctl {
namespace {

using accounts::LiveSystem;
using Account = jwt::Decoded<jwt::AccountClaims>;
using Outcome = LiveSystem::Answer::Outcome;

struct PushOptions {
    std::string account;
    std::vector<accounts::Name> named;  ///< or these, where another command pushes
    bool all = false;
    bool force = false;
    bool compare = false;
    bool prune = false;
    std::string removal;
    std::string config_file;
    LiveOptions live;
};

base::Result<std::vector<accounts::Name>> chosen_accounts(const Session& session,
                                                          const accounts::Store& store,
                                                          const PushOptions& options) {
    if (options.all) return store.accounts();
    if (!options.named.empty()) return options.named;
    const auto name = session.account(options.account);
    if (!name) return name.error();
    return std::vector{*name};
}

bool is_sent(const std::vector<Account>& live, const jwt::Token& token) {
    return std::ranges::all_of(live, [&](const Account& one) { return one.token == token; });
}

/// One command's way through its accounts.
class Push {
  public:
    Push(const Session& session, const PushOptions& options, const jwt::Decoded<jwt::OperatorClaims>& owner,
         LiveSystem& live)
        : session_(session), options_(options), owner_(owner), live_(live) {}

    base::Result<PushedAccount> push(const accounts::Name& name, const Account& account) {
        PushedAccount pushed;
        pushed.name = name.text();
        pushed.key = account.content.subject;
        auto before = live_.read(pushed.key);
        if (!before) return before.error();
        pushed.live = !before->empty();
        for (const Account& one : *before) {
            pushed.differences = accounts::differences(one.token, account.token);
            if (!pushed.differences.empty()) break;
        }
        pushed.compared_only = options_.compare;
        if (options_.compare) return pushed;
        if (base::Status known = add_preloaded(*before, pushed.key); !known) return known.error();
        const base::Status safe =
            accounts::check_push({owner_, account, *before}, session_.world().clock.now());
        if (!safe && !options_.force) {
            pushed.refused = safe.error().message();
            return pushed;
        }
        return send(std::move(pushed), name, account);
    }

  private:
    /// Where servers keep accounts in memory, what they will use next is what they were configured with.
    base::Status add_preloaded(std::vector<Account>& known, const std::string& key) {
        if (options_.config_file.empty()) return {};
        auto preloaded = accounts::read_preloaded(options_.config_file, key);
        if (!preloaded) return preloaded.error();
        if (*preloaded) known.push_back(**std::move(preloaded));
        return {};
    }

    /// The configuration first: were this interrupted, a restart would bring the new token, not undo it.
    base::Result<PushedAccount> send(PushedAccount pushed, const accounts::Name& name,
                                     const Account& account) {
        if (!options_.config_file.empty()) {
            const base::Status written =
                accounts::rewrite_preload(options_.config_file, {name, pushed.key, account.token});
            if (!written) return written.error();
        }
        auto answers = live_.update(pushed.key, account.token);
        if (!answers) return answers.error();
        pushed.answers = *std::move(answers);
        const auto after = live_.read(pushed.key);
        if (!after) return after.error();
        pushed.read_back = is_sent(*after, account.token);
        return pushed;
    }

    const Session& session_;
    const PushOptions& options_;
    const jwt::Decoded<jwt::OperatorClaims>& owner_;
    LiveSystem& live_;
};

bool not_in_use_somewhere(const PushedAccount& pushed) {
    return std::ranges::any_of(
        pushed.answers, [](const auto& answer) { return answer.second.outcome == Outcome::not_in_use; });
}

/// What servers with a memory resolver forget, or have not been told.
void warn_of_memory(const Session& session, const PushOptions& options,
                    const std::vector<PushedAccount>& pushed) {
    const bool unused = std::ranges::any_of(pushed, not_in_use_somewhere);
    if (options.config_file.empty()) {
        session.warn(
            "these servers keep accounts in memory: the next reload (SIGHUP) or restart brings back what "
            "their configuration preloads, and undoes this push, revocations included");
        if (unused) session.warn("a server that does not use an account yet will take it from its preload");
        session.hint("--config-file FILE rewrites the preload of a server's configuration");
        return;
    }
    session.warn("rewrote the resolver_preload of `" + session.shown(options.config_file) +
                 "`; servers with another configuration file go back to theirs when they restart");
    if (unused)
        session.hint(
            "reload the servers that do not use the account yet: kill -HUP, or nats-server --signal reload");
}

/// Accounts that only the servers have.
void report_strangers(const Session& session, const std::vector<PushedAccount>& known,
                      const LiveSystem& live) {
    for (const std::string& key : live.stored_accounts()) {
        const bool ours =
            std::ranges::any_of(known, [&](const PushedAccount& one) { return one.key == key; });
        if (!ours) session.warn("servers have account " + key + ", which is not in this store");
    }
}

struct StoredAccount {
    accounts::Name name;
    Account token;
};

/// Of all, those whose files hold a token, with a word of the others; one that is named has to hold one.
base::Result<std::vector<StoredAccount>> read_accounts(const Session& session, const accounts::Store& store,
                                                       const PushOptions& options) {
    const auto names = chosen_accounts(session, store, options);
    if (!names) return names.error();
    std::vector<StoredAccount> stored;
    for (const accounts::Name& name : *names) {
        auto token = store.read_account(name);
        if (!token && options.all && accounts::is_no_token(token.error())) {
            session.warn("not sent: " + token.error().message());
            continue;
        }
        if (!token) return token.error();
        stored.push_back({name, *std::move(token)});
    }
    return stored;
}

base::Result<std::vector<PushedAccount>> push_each(const std::vector<StoredAccount>& stored, Push& push) {
    std::vector<PushedAccount> pushed;
    for (const StoredAccount& account : stored) {
        auto one = push.push(account.name, account.token);
        if (!one) return one.error().within(in_quotes(account.name.text()));
        pushed.push_back(*std::move(one));
    }
    return pushed;
}

std::size_t names_in(const accounts::Store& store) {
    const auto names = store.accounts();
    return names ? names->size() : 0;
}

struct PushScene {
    const Session& session;
    const accounts::Store& store;
    const PushOptions& options;
    LiveSystem& live;
};

base::Status push_accounts(const PushScene& scene, const std::vector<StoredAccount>& stored) {
    const auto& [session, store, options, live] = scene;
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    Push each(session, options, *owner, live);
    const auto pushed = push_each(stored, each);
    if (!pushed) return pushed.error();
    print(session, live.servers(), *pushed);
    const bool in_memory = live.resolver() == accounts::Resolver::memory;
    if (in_memory && !options.compare) warn_of_memory(session, options, *pushed);
    if (options.compare && options.all) report_strangers(session, *pushed, live);
    const bool rewritten = in_memory && !options.config_file.empty();
    const Preload preload = rewritten ? Preload::rewritten : Preload::old;
    const bool everywhere =
        (!options.all || pushed->size() == names_in(store)) &&
        std::ranges::all_of(*pushed, [&](const PushedAccount& account) { return arrived(account, preload); });
    return everywhere || options.compare ? base::Status() : base::Error{Errc::not_pushed, ""};
}

/// What is sent: nothing where accounts are only to be removed.
base::Result<std::vector<StoredAccount>> accounts_to_send(const Session& session,
                                                          const accounts::Store& store,
                                                          const PushOptions& options) {
    const bool prunes_only = options.prune && !options.all && options.account.empty();
    if (prunes_only || !options.removal.empty()) return std::vector<StoredAccount>();
    return read_accounts(session, store, options);
}

base::Status push(const Session& session, const PushOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto stored = accounts_to_send(session, *store, options);
    if (!stored) return stored.error();
    auto live = connect_live(session, *store, options.live);
    if (!live) return live.error();
    const RemovalScene removal{session, *store, *live, options.force ? Removal::forced : Removal::careful};
    if (!options.removal.empty()) return remove_from_servers(removal, options.removal);
    if (!options.prune) return push_accounts({session, *store, options, *live}, *stored);
    if (!stored->empty()) {
        const base::Status pushed = push_accounts({session, *store, options, *live}, *stored);
        if (!pushed) return pushed;
    }
    return prune_servers(removal);
}

}  // namespace

base::Status push_accounts(const Session& session, const std::vector<accounts::Name>& names,
                           const LiveOptions& live, const std::string& config_file) {
    if (names.empty()) return {};
    PushOptions options;
    options.config_file = config_file;
    options.named = names;
    options.live = live;
    return push(session, options);
}

Command push() {
    const auto options = std::make_shared<PushOptions>();
    return {
        .options =
            joined({{account_option(options->account),
                     {"-A,--all", &options->all, "all accounts"},
                     {"-D,--diff", &options->compare, "only show what differs"},
                     {"-F,--force", &options->force,
                      "even what is untrusted, expired or older than the servers'; remove what is in use"},
                     {.names = "-P,--prune",
                      .to = &options->prune,
                      .help = "have servers forget accounts of this operator that the store does not have",
                      .excludes = {"--diff", "--account-removal"}},
                     {.names = "-R,--account-removal",
                      .to = &options->removal,
                      .help = "have servers forget this account, by name or public key",
                      .excludes = {"--diff"}},
                     list_option("-u,--account-jwt-server-url", options->live.urls,
                                 "servers (default: the operator's, or else NATS_URL)"),
                     {"--config-file", &options->config_file,
                      "configuration whose resolver_preload is rewritten too", Takes::file}},
                    options->live.options()}),
        .examples = {"nsctl push -a KUBECON -u nats://localhost:4222 --config-file conf/resolver.conf",
                     "nsctl push --all --diff", "nsctl push --prune"},
        .run = [options](const Session& session) { return push(session, *options); },
    };
}

}  // namespace natscreds::nsctl
