#include "servers/push_report.h"

#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include "shared/table_parts.h"

namespace natscreds::nsctl {
namespace {

using Outcome = accounts::LiveSystem::Answer::Outcome;

std::string word(Outcome outcome) {
    switch (outcome) {
        case Outcome::updated:
            return "updated";
        case Outcome::removed:
            return "removed";
        case Outcome::not_in_use:
            return "not in use";
        case Outcome::refused:
            return "refused";
        case Outcome::silent:
            return "no answer";
    }
    return "";
}

/// What a whole account comes to.
std::string summary(const PushedAccount& account) {
    if (!account.refused.empty()) return "not sent: " + account.refused;
    if (account.compared_only) {
        if (!account.live) return "no server has it in use";
        return account.differences.empty() ? "the same" : "differs";
    }
    return account.read_back ? "" : "servers have another token afterwards";
}

void print_differences(std::ostream& out, const std::vector<PushedAccount>& accounts) {
    const bool any =
        std::ranges::any_of(accounts, [](const PushedAccount& one) { return !one.differences.empty(); });
    if (!any) return;
    TokenTable table("Differences");
    table.add_row({"Account", "Claim", "Servers", "Store"});
    table.add_separator();
    for (const PushedAccount& account : accounts) {
        for (const accounts::Difference& one : account.differences)
            table.add_row({account.name, one.path, one.before, one.after});
    }
    out << table.text();
}

void print_results(std::ostream& out, const accounts::LiveSystem::Names& servers,
                   const std::vector<PushedAccount>& accounts) {
    TokenTable table("Accounts");
    table.add_row({"Account", "Server", "Result"});
    table.add_separator();
    for (const PushedAccount& account : accounts) {
        for (const auto& [id, answer] : account.answers) {
            const auto name = servers.find(id);
            const std::string words = answer.outcome == Outcome::refused ? ": " + answer.words : "";
            table.add_row(
                {account.name, name == servers.end() ? id : name->second, word(answer.outcome) + words});
        }
        const std::string whole = summary(account);
        if (!whole.empty()) table.add_row({account.name, "", whole});
    }
    out << table.text();
}

nlohmann::ordered_json as_json(const PushedAccount& account) {
    nlohmann::ordered_json differences = nlohmann::ordered_json::array();
    for (const accounts::Difference& one : account.differences)
        differences.push_back({{"claim", one.path}, {"servers", one.before}, {"store", one.after}});
    nlohmann::ordered_json answers = nlohmann::ordered_json::array();
    for (const auto& [id, answer] : account.answers)
        answers.push_back({{"server", id}, {"result", word(answer.outcome)}, {"message", answer.words}});
    return {{"name", account.name},       {"public_key", account.key},
            {"live", account.live},       {"differences", std::move(differences)},
            {"refused", account.refused}, {"servers", std::move(answers)}};
}

}  // namespace

bool arrived(const PushedAccount& account, Preload preload) {
    if (!account.refused.empty() || !account.read_back) return false;
    return std::ranges::all_of(account.answers, [&](const auto& answer) {
        const Outcome outcome = answer.second.outcome;
        const bool will_be = outcome == Outcome::not_in_use && preload == Preload::rewritten;
        return outcome == Outcome::updated || will_be;
    });
}

void print(const Session& session, const accounts::LiveSystem::Names& servers,
           const std::vector<PushedAccount>& accounts) {
    std::ostream& out = session.world().out;
    if (!session.json()) {
        print_differences(out, accounts);
        print_results(out, servers, accounts);
        return;
    }
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const PushedAccount& account : accounts)
        json.push_back(as_json(account));
    out << json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace natscreds::nsctl
