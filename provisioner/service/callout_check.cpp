#include <natscreds/provisioner/service/callout_check.h>

#include <algorithm>
#include <string>
#include <utility>

#include <natscreds/access/client.h>
#include <natscreds/base/error_category.h>

namespace natscreds::provisioner {
namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;
using Findings = std::vector<Finding>;

const char* describe(CalloutErrc code) {
    switch (code) {
        case CalloutErrc::other_account:
            return "this is not the account of the callout's own credentials";
        case CalloutErrc::asked_about_us:
            return "servers would ask the service about the service, and let in nobody";
        case CalloutErrc::other_xkey:
            return "every callout request would be refused";
        case CalloutErrc::key_not_listed:
            return "servers would take no answer";
        case CalloutErrc::account_not_allowed:
            return "servers would let nobody into the account";
        case CalloutErrc::unseen:
            return "whether servers and service fit together is not looked at";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<CalloutErrc> callout_category("callout", describe);

bool has(const std::vector<std::string>& list, const std::string& word) {
    return std::ranges::find(list, word) != list.end();
}

std::string own_xkey(const CalloutSetup& setup) {
    return setup.settings.xkey ? setup.settings.xkey->public_key().text() : std::string();
}

void check_xkey(const Account& account, const CalloutSetup& setup, Findings& findings) {
    const std::string& theirs = account.claims().authorization.xkey;
    const std::string ours = own_xkey(setup);
    if (theirs == ours) return;
    const std::string place = "account " + account.content.name;
    const std::string asks = theirs.empty() ? place + " has no xkey" : place + " has the xkey " + theirs;
    const std::string has = ours.empty() ? "[callout] xkey is not given" : "[callout] xkey is " + ours;
    findings.push_back({Weight::refusal, {CalloutErrc::other_xkey, asks + ", and " + has}});
}

void check_user(const Account& account, const CalloutSetup& setup, Findings& findings) {
    if (!setup.connection.credentials) return;
    const auto& user = setup.connection.credentials->user();
    const auto own = access::account_of(user);
    const std::string place = "account " + account.content.name;
    if (!own || own->text() != account.content.subject)
        findings.push_back({Weight::refusal, {CalloutErrc::other_account, place}});
    else if (!has(account.claims().authorization.auth_users, user.content.subject))
        findings.push_back(
            {Weight::refusal,
             {CalloutErrc::asked_about_us, place + ", auth_users without " + user.content.subject}});
}

void check_answers(const Account& account, const CalloutSetup& setup, Findings& findings) {
    const std::string key = setup.settings.key.public_key().text();
    if (key == account.content.subject || account.claims().signing_keys.contains(key)) return;
    findings.push_back(
        {Weight::refusal,
         {CalloutErrc::key_not_listed,
          "[callout] account_key is " + key + ", which is no key of account " + account.content.name}});
}

void check_target(const Account& account, const std::string& target, Findings& findings) {
    const auto& allowed = account.claims().authorization.allowed_accounts;
    if (target == account.content.subject || has(allowed, target) || has(allowed, "*")) return;
    findings.push_back({Weight::refusal,
                        {CalloutErrc::account_not_allowed,
                         "account " + account.content.name + ", allowed_accounts without " + target}});
}

}  // namespace

std::error_code make_error_code(CalloutErrc code) noexcept {
    return {static_cast<int>(code), callout_category};
}

base::Result<std::vector<Finding>> look_at_callout_account(const Configuration& configuration,
                                                           const CalloutSetup& setup) {
    const CalloutConfiguration& callout = *configuration.callout;
    if (callout.mode == CalloutConfiguration::Mode::configuration) return Findings{};
    if (callout.service_account.empty()) {
        return Findings{{Weight::warning,
                         {CalloutErrc::unseen,
                          "[callout] service_account names no JWT of the account that "
                          "has the callout"}}};
    }
    const base::Result<Account> account = load_account(callout.service_account);
    if (!account) return account.error();
    Findings findings;
    check_user(*account, setup, findings);
    check_xkey(*account, setup, findings);
    check_answers(*account, setup, findings);
    const base::Result<Account> target = load_account(configuration.account);
    if (!target) return target.error();
    check_target(*account, target->content.subject, findings);
    return findings;
}

}  // namespace natscreds::provisioner
