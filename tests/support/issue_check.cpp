#include <support/issue_check.h>

#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/service/audit_log.h>

namespace natscreds::support {
namespace {

using Json = nlohmann::json;

/// The fingerprints of all JWTs that an audit file tells of.
std::set<std::string> audited(const std::filesystem::path& file) {
    std::set<std::string> found;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        const Json record = Json::parse(line, nullptr, false);
        if (record.is_object() && record.contains("jwt")) found.insert(record["jwt"].get<std::string>());
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

/// Every JWT lives from its iat to its exp, and longer than any of these tests.
void IssueCheck::check_names(std::vector<std::string>& findings) const {
    std::map<std::string, std::string> owners;
    for (const Issue& issue : issues_) {
        const auto user = jwt::decode<jwt::UserClaims>(issue.jwt);
        if (!user) {
            findings.push_back("a JWT for " + issue.name + " does not decode");
            continue;
        }
        const auto [owner, is_new] = owners.emplace(user->content.name, user->content.subject);
        if (!is_new && owner->second != user->content.subject)
            findings.push_back("the name " + issue.name + " has two live keys");
    }
}

std::vector<std::string> IssueCheck::findings(const std::vector<std::filesystem::path>& audits,
                                              const std::map<std::string, std::string>& ledger) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> findings;
    for (const auto& [request, count] : replies_) {
        if (count > 1) findings.push_back("request " + std::to_string(request) + " has two replies");
    }
    std::set<std::string> written;
    for (const std::filesystem::path& file : audits) {
        const auto verified = provisioner::verify_audit(file, std::nullopt);
        if (!verified) findings.push_back(verified.error().message());
        written.merge(audited(file));
    }
    for (const Issue& issue : issues_) {
        if (!written.contains(provisioner::fingerprint(issue.jwt)))
            findings.push_back("a JWT for " + issue.name + " has no audit line");
        const auto owner = ledger.find(issue.name);
        if (!ledger.empty() && (owner == ledger.end() || owner->second != issue.key))
            findings.push_back("the ledger gives " + issue.name + " to another key");
    }
    check_names(findings);
    return findings;
}

}  // namespace natscreds::support
