#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/moment.h>
#include <natscreds/cli/console/table.h>

#include "commands.h"
#include "options/options.h"
#include "shared/table_parts.h"

namespace natscreds::nsctl {
namespace {

struct ExpirationsOptions {
    std::string within = "1M";
    bool skip = false;
};

/// One token of the store, and its end.
struct Expiring {
    std::string kind;  ///< "operator", "account", "user", "activation"
    std::string name;
    std::optional<base::Time> expires;
};

template <class C>
void note_expiry(std::vector<Expiring>& all, const std::string& kind, const std::string& name,
                 const jwt::Decoded<C>& token) {
    all.push_back({.kind = kind, .name = name, .expires = token.content.expires});
}

/// The account, what it imports with an activation, and its users. A file from which no token can be read is for
/// `nsctl validate`.
base::Status note_account(std::vector<Expiring>& all, const accounts::Store& store,
                          const accounts::Name& name) {
    if (const auto account = store.read_account(name)) {
        note_expiry(all, "account", name.text(), *account);
        for (const jwt::Import& imported : account->claims().imports) {
            const auto activation = jwt::decode<jwt::ActivationClaims>(imported.token);
            if (activation) note_expiry(all, "activation", name.text() + "/" + imported.subject, *activation);
        }
    }
    const auto users = store.users(name);
    if (!users) return users.error();
    for (const accounts::Name& user_name : *users) {
        const auto user = store.read_user(name, user_name);
        if (user) note_expiry(all, "user", name.text() + "/" + user_name.text(), *user);
    }
    return {};
}

base::Result<std::vector<Expiring>> all_tokens(const accounts::Store& store) {
    std::vector<Expiring> all;
    if (const auto owner = store.read_operator()) note_expiry(all, "operator", store.name().text(), *owner);
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const accounts::Name& name : *names) {
        if (const base::Status noted = note_account(all, store, name); !noted) return noted.error();
    }
    // The first to end first; those that do not end last.
    std::ranges::stable_sort(all, [](const Expiring& left, const Expiring& right) {
        return left.expires && (!right.expires || *left.expires < *right.expires);
    });
    return all;
}

std::string state_of(const Expiring& one, base::Time now, base::Time soon) {
    if (!one.expires) return "never";
    if (*one.expires <= now) return "expired";
    return *one.expires <= soon ? "soon" : "later";
}

base::Status list_expirations(const Session& session, const ExpirationsOptions& options) {
    const base::Time now = session.world().clock.now();
    const auto soon = accounts::parse_moment(options.within, now);
    if (!soon) return soon.error().within("--within");
    const auto store = session.store();
    if (!store) return store.error();
    const auto all = all_tokens(*store);
    if (!all) return all.error();
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    TokenTable table("Expirations");
    table.add_row({"State", "Kind", "Name", "Expires"});
    table.add_separator();
    for (const Expiring& one : *all) {
        if (options.skip && !one.expires) continue;
        const std::string state = state_of(one, now, soon->value_or(now));
        table.add_row({state, one.kind, one.name, expiry_text(one.expires, now)});
        json.push_back({{"state", state},
                        {"kind", one.kind},
                        {"name", one.name},
                        {"expires", moment_text(one.expires)}});
    }
    session.world().out << (session.json()
                                ? json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"
                                : table.text());
    return {};
}

}  // namespace

Command expirations() {
    const auto options = std::make_shared<ExpirationsOptions>();
    return {
        .options = {{"-e,--within", &options->within, "what counts as soon (default 1M, a month)"},
                    {"--skip", &options->skip, "leave out what never expires"}},
        .examples = {"nsctl expirations --within 2w --skip"},
        .run = [options](const Session& session) { return list_expirations(session, *options); },
    };
}

}  // namespace natscreds::nsctl
