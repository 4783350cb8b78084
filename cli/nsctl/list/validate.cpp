#include <algorithm>
#include <memory>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/check.h>
#include <natscreds/accounts/surprises.h>
#include <natscreds/base/file.h>
#include <natscreds/cli/console/table.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/table_parts.h"

namespace natscreds::nsctl {
namespace {

constexpr std::size_t max_validated_bytes = 256 * 1024 * 1024;

struct ValidateOptions {
    std::string account;
    bool all = false;
    std::string file;
};

/// What is wrong with one token and those below it.
struct Verdict {
    std::string kind;  ///< "Operator", "Account"
    std::string name;
    std::vector<jwt::Issue> issues;
};

using Verdicts = std::vector<Verdict>;

/// What all accounts are looked at with.
struct Known {
    base::Time now;
    const accounts::AccountsByKey& exporters;
};

std::string word(jwt::Severity severity) {
    switch (severity) {
        case jwt::Severity::error:
            return "error";
        case jwt::Severity::time:
            return "time";
        case jwt::Severity::warning:
            return "warning";
    }
    return "";
}

bool is_refused(const jwt::Issue& issue) {
    return issue.severity != jwt::Severity::warning;
}

/// What cannot be read is the worst that can be wrong with it, and no reason not to look at the others.
std::vector<jwt::Issue> issues_or_error(base::Result<std::vector<jwt::Issue>> found) {
    if (found) return *std::move(found);
    return {{jwt::Severity::error, found.error().message()}};
}

base::Result<std::vector<accounts::Name>> chosen_accounts(const Session& session,
                                                          const accounts::Store& store,
                                                          const ValidateOptions& options) {
    if (options.all) return store.accounts();
    if (options.account.empty() && !session.context().current_account()) return std::vector<accounts::Name>();
    const auto name = session.account(options.account);
    if (!name) return name.error();
    if (!store.holds_account(*name))
        return base::Error{accounts::Errc::no_such_account, in_quotes(name->text())};
    return std::vector{*name};
}

/// The account, and of its imports those that servers leave out, as far as this store has what is exported.
std::vector<jwt::Issue> check_account(const accounts::Store& store, const accounts::Name& name,
                                      const Known& known) {
    std::vector<jwt::Issue> issues = issues_or_error(accounts::check_account(store, name, known.now));
    const auto account = store.read_account(name);
    if (!account) return issues;
    for (jwt::Issue& dropped : accounts::dropped_imports(*account, known.exporters))
        issues.push_back(std::move(dropped));
    return issues;
}

base::Result<accounts::AccountsByKey> exporters_to(const accounts::Store& store,
                                                   const std::vector<accounts::Name>& names) {
    std::set<std::string> wanted;
    for (const accounts::Name& name : names) {
        const auto account = store.read_account(name);
        if (!account) continue;
        for (const jwt::Import& imported : account->claims().imports)
            wanted.insert(imported.account);
    }
    return accounts::accounts_by_key(store, std::move(wanted));
}

base::Result<Verdicts> check_store(const Session& session, const ValidateOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto names = chosen_accounts(session, *store, options);
    if (!names) return names.error();
    const auto exporters = exporters_to(*store, *names);
    if (!exporters) return exporters.error();
    const Known known{session.world().clock.now(), *exporters};
    Verdicts verdicts{
        {"Operator", store->name().text(), issues_or_error(accounts::check_operator(*store, known.now))}};
    for (const accounts::Name& name : *names)
        verdicts.push_back({"Account", name.text(), check_account(*store, name, known)});
    return verdicts;
}

/// Of operators and activations there are none.
template <class C>
std::vector<jwt::Issue> surprises_of(const jwt::Decoded<C>& token) {
    if constexpr (std::is_same_v<C, jwt::AccountClaims> || std::is_same_v<C, jwt::UserClaims>)
        return accounts::surprises_in(token);
    return {};
}

Verdict check_line(const std::string& line, base::Time now) {
    // Servers write packs of tokens with the account's key and a bar before each.
    const auto token = jwt::decode_any(line.substr(line.find('|') + 1));
    if (!token)
        return {"Token", line.substr(0, 20) + "...", {{jwt::Severity::error, token.error().message()}}};
    return std::visit(
        [&](const auto& one) {
            Verdict verdict{"Token", one.content.subject, jwt::validate(one, {.now = now})};
            for (jwt::Issue& surprise : surprises_of(one))
                verdict.issues.push_back(std::move(surprise));
            return verdict;
        },
        *token);
}

base::Result<Verdicts> check_file(const Session& session, const ValidateOptions& options) {
    const auto text = base::read_file(options.file, max_validated_bytes);
    if (!text) return text.error();
    Verdicts verdicts;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        line.erase(line.find_last_not_of(" \t\r") + 1);
        if (!line.empty()) verdicts.push_back(check_line(line, session.world().clock.now()));
    }
    if (verdicts.empty()) return base::Error{Errc::no_token, options.file};
    return verdicts;
}

void print_tables(std::ostream& out, const Verdicts& verdicts) {
    for (const Verdict& verdict : verdicts) {
        TokenTable table(verdict.kind + " " + in_quotes(verdict.name));
        if (verdict.issues.empty()) {
            table.add_row({"No issues found"});
        } else {
            table.add_row({"#", " ", "Severity", "Description"});
            table.add_separator();
        }
        for (std::size_t i = 0; i < verdict.issues.size(); ++i) {
            const jwt::Issue& issue = verdict.issues[i];
            table.add_row(
                {std::to_string(i + 1), is_refused(issue) ? "!" : "", word(issue.severity), issue.text});
        }
        out << table.text() << '\n';
    }
}

void print_json(std::ostream& out, const Verdicts& verdicts) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const Verdict& verdict : verdicts) {
        nlohmann::ordered_json issues = nlohmann::ordered_json::array();
        for (const jwt::Issue& issue : verdict.issues)
            issues.push_back({{"severity", word(issue.severity)}, {"description", issue.text}});
        json.push_back({{"kind", verdict.kind}, {"name", verdict.name}, {"issues", std::move(issues)}});
    }
    out << json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

base::Status validate(const Session& session, const ValidateOptions& options) {
    const auto verdicts = options.file.empty() ? check_store(session, options) : check_file(session, options);
    if (!verdicts) return verdicts.error();
    session.json() ? print_json(session.world().out, *verdicts)
                   : print_tables(session.world().out, *verdicts);
    const bool bad = std::ranges::any_of(
        *verdicts, [](const Verdict& verdict) { return std::ranges::any_of(verdict.issues, is_refused); });
    return bad ? base::Error{Errc::found_errors, ""} : base::Status();
}

}  // namespace

Command validate() {
    const auto options = std::make_shared<ValidateOptions>();
    return {
        .options =
            {
                {"-a,--account", &options->account, "this account and its users (default: the current one)"},
                {.names = "-A,--all-accounts",
                 .to = &options->all,
                 .help = "all accounts and users",
                 .excludes = {"--account"}},
                {.names = "-f,--file",
                 .to = &options->file,
                 .help = "the JWTs in a file instead, one a line",
                 .takes = Takes::file,
                 .excludes = {"--account", "--all-accounts"}},
            },
        .examples = {"nsctl validate -A", "nsctl validate -f accounts.pack"},
        .run = [options](const Session& session) { return validate(session, *options); },
    };
}

}  // namespace natscreds::nsctl
