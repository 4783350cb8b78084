#include <support/issue_check.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/audit/audit_log.h>

namespace natscreds::support {
namespace {

using Json = nlohmann::json;

/// A JWT, by what it is about: whose name, and from when until when.
struct Life {
    std::string account;  ///< empty: the service's default one
    std::string name;
    std::string key;
    std::string owner;
    std::int64_t begins;
    std::int64_t ends;
};

/// A key that its owner has replaced by another one, and when.
struct Superseded {
    std::string name;
    std::string key;
    std::string owner;
    std::int64_t at;
};

/// What audit files tell of.
struct Audited {
    std::map<std::string, Life> lives = {};  ///< of JWTs, by their fingerprints
    std::vector<Superseded> superseded = {};

    [[nodiscard]] bool replaced(const std::string& name, const std::string& key) const {
        return std::ranges::any_of(superseded,
                                   [&](const Superseded& one) { return one.name == name && one.key == key; });
    }
};

void add(const std::filesystem::path& file, Audited& all) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        const Json record = Json::parse(line, nullptr, false);
        if (!record.is_object() || !record.contains("jwt")) continue;
        const std::string owner = record.value("owner", "");
        all.lives[record["jwt"]] = {.account = record.value("issuer_account", ""),
                                    .name = record["name"],
                                    .key = record["key"],
                                    .owner = owner,
                                    .begins = record["time"],
                                    .ends = record["expires"]};
        for (const Json& key : record.value("superseded", Json::array()))
            all.superseded.push_back(
                {.name = record["name"], .key = key, .owner = owner, .at = record["time"]});
    }
}

/// Whether the JWT is what was written down about it.
bool agrees(const Life& life, const std::string& jwt) {
    const auto user = jwt::decode<jwt::UserClaims>(jwt);
    return user && user->content.name == life.name && user->content.subject == life.key &&
           user->content.expires && user->content.expires->time_since_epoch().count() == life.ends;
}

/// As long as it could be renewed: a key that its owner has replaced cannot from then on.
Life renewable(Life life, const std::vector<Superseded>& superseded) {
    for (const Superseded& one : superseded) {
        const bool same = one.name == life.name && one.key == life.key && one.owner == life.owner;
        if (same && life.begins <= one.at) life.ends = std::min(life.ends, one.at - 1);
    }
    return life;
}

/// The names that two keys could renew at the same time, be it for a second.
std::set<std::string> with_two_keys(const Audited& all) {
    std::vector<Life> lives;
    for (const auto& [jwt, life] : all.lives)
        lives.push_back(renewable(life, all.superseded));
    std::erase_if(lives, [](const Life& life) { return life.ends < life.begins; });
    std::ranges::sort(lives, {}, [](const Life& life) {
        return std::tie(life.account, life.name, life.begins, life.ends);
    });
    std::set<std::string> found;
    const Life* last = nullptr;  // to end, of those of this name
    for (const Life& life : lives) {
        const bool same_name = last != nullptr && last->account == life.account && last->name == life.name;
        if (same_name && last->key != life.key && life.begins <= last->ends) found.insert(life.name);
        if (!same_name || life.ends > last->ends) last = &life;
    }
    return found;
}

}  // namespace

void IssueCheck::reply(int request, const std::string& body) {
    const std::lock_guard lock(mutex_);
    ++replies_[request];
    const Json json = Json::parse(body, nullptr, false);
    if (json.is_object() && json.contains("jwt")) {
        issues_.push_back({.jwt = json["jwt"], .name = json["name"], .key = json["subject"]});
    } else if (json.is_object() && json.contains("error")) {
        ++refusals_[json["error"]["reason"].get<std::string>()];
    }
}

std::size_t IssueCheck::granted() const {
    const std::lock_guard lock(mutex_);
    return issues_.size();
}

std::size_t IssueCheck::refused(const std::string& reason) const {
    const std::lock_guard lock(mutex_);
    const auto found = refusals_.find(reason);
    return found != refusals_.end() ? found->second : 0;
}

std::vector<std::string> IssueCheck::findings(const std::vector<std::filesystem::path>& audits,
                                              const std::map<std::string, std::string>& ledger) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> findings;
    for (const auto& [request, count] : replies_) {
        if (count > 1) findings.push_back("request " + std::to_string(request) + " has two replies");
    }
    Audited written;
    for (const std::filesystem::path& file : audits) {
        const auto verified = provisioner::verify_audit(file, std::nullopt);
        if (!verified) findings.push_back(verified.error().message());
        add(file, written);
    }
    for (const Issue& issue : issues_) {
        const auto line = written.lives.find(provisioner::fingerprint(issue.jwt));
        if (line == written.lives.end())
            findings.push_back("a JWT for " + issue.name + " has no audit line");
        else if (!agrees(line->second, issue.jwt))
            findings.push_back("the audit says something else about a JWT for " + issue.name);
        if (ledger.empty() || written.replaced(issue.name, issue.key)) continue;
        const auto owner = ledger.find(issue.name);
        if (owner == ledger.end() || owner->second != issue.key)
            findings.push_back("the ledger gives " + issue.name + " to another key");
    }
    for (const std::string& name : with_two_keys(written))
        findings.push_back("the name " + name + " has two live keys");
    return findings;
}

}  // namespace natscreds::support
