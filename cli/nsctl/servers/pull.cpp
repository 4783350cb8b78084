#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/accounts/import.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "servers/live_connection.h"

namespace natscreds::nsctl {
namespace {

struct PullOptions {
    std::string account;
    bool all = false;
    bool overwrite = false;
    LiveOptions live;
};

using LiveAccount = jwt::Decoded<jwt::AccountClaims>;

/// The keys of the accounts that are asked for: of all, those that the store has, and those that servers store.
base::Result<std::vector<std::string>> wanted_keys(const Session& session, const accounts::Store& store,
                                                   const accounts::LiveSystem& live,
                                                   const PullOptions& options) {
    if (!options.all) {
        const auto name = session.account(options.account);
        if (!name) return name.error();
        const auto key = account_key(store, name->text());
        if (!key) return key.error();
        return std::vector{key->text()};
    }
    std::vector<std::string> keys = live.stored_accounts();
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const accounts::Name& name : *names) {
        const auto account = store.read_account(name);
        if (account) add_new(keys, {account->content.subject});
    }
    return keys;
}

/// Of the tokens that servers have of an account, the one that was issued last.
const LiveAccount* newest(const std::vector<LiveAccount>& tokens) {
    const auto found = std::ranges::max_element(tokens, {}, &LiveAccount::issued_at);
    return found == tokens.end() ? nullptr : &*found;
}

/// Whether the store has what servers have.
base::Result<bool> pull_account(const Session& session, const accounts::Store& store,
                                const LiveAccount& token, const PullOptions& options) {
    const auto imported = accounts::import_account(
        session.tree(store),
        {.token = token,
         .replace = options.overwrite ? accounts::Replace::anything : accounts::Replace::older,
         .soundness = accounts::Soundness::unknown});
    if (imported) {
        session.done((imported->changed ? "pulled account " : "the same already: account ") +
                     in_quotes(imported->name.text()));
        return true;
    }
    using accounts::Errc;
    const std::error_code& code = imported.error().code;
    const bool of_this_one = code == Errc::newer_in_store || code == Errc::not_a_signer ||
                             code == Errc::account_exists || code == Errc::bad_name;
    if (!of_this_one) return imported.error();
    session.warn("not pulled: " + imported.error().message());
    if (code == Errc::newer_in_store) session.hint("--overwrite-newer takes the servers' all the same");
    return false;
}

base::Status pull(const Session& session, const PullOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    auto live = connect_live(session, *store, options.live);
    if (!live) return live.error();
    const auto keys = wanted_keys(session, *store, *live, options);
    if (!keys) return keys.error();
    bool all_pulled = true;
    for (const std::string& key : *keys) {
        const auto tokens = live->read(key);
        if (!tokens) return tokens.error();
        const LiveAccount* const token = newest(*tokens);
        if (token == nullptr) {
            session.warn("no server has account " + key);
            all_pulled = all_pulled && options.all;
            continue;
        }
        const auto pulled = pull_account(session, *store, *token, options);
        if (!pulled) return pulled.error();
        all_pulled = all_pulled && *pulled;
    }
    return all_pulled ? base::Status() : base::Error{Errc::not_pulled, ""};
}

}  // namespace

Command pull() {
    const auto options = std::make_shared<PullOptions>();
    return {
        .options = joined({{account_option(options->account),
                            {"-A,--all", &options->all, "all accounts that the servers have"},
                            {"-F,--overwrite-newer", &options->overwrite, "even where the store's is newer"},
                            list_option("-u,--account-jwt-server-url", options->live.urls,
                                        "servers (default: the operator's, or else NATS_URL)")},
                           options->live.options()}),
        .notes =
            "What this operator has not signed is not taken. Servers with a memory resolver have only what "
            "is in use.",
        .examples = {"nsctl pull -a KUBECON", "nsctl pull --all -u nats://localhost:4222"},
        .run = [options](const Session& session) { return pull(session, *options); },
    };
}

}  // namespace natscreds::nsctl
