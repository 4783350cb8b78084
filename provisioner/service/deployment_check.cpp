#include <natscreds/provisioner/service/deployment_check.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <natscreds/access/client.h>
#include <natscreds/base/error_category.h>
#include <natscreds/bus/errc.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/jwt/template.h>
#include <natscreds/provisioner/policy/reach.h>
#include <natscreds/provisioner/service/startup.h>

namespace natscreds::provisioner {
namespace {

using access::Endpoint;
using Account = jwt::Decoded<jwt::AccountClaims>;
using Doing = Requirement::Doing;
using Findings = std::vector<Finding>;

const char* describe(DeploymentErrc code) {
    switch (code) {
        case DeploymentErrc::not_exported:
            return "requests of other accounts do not arrive";
        case DeploymentErrc::not_imported:
            return "requests of this account's users do not arrive";
        case DeploymentErrc::forgeable:
            return "somebody could ask in another's name";
        case DeploymentErrc::other_account:
            return "this is not the account of the service's own credentials";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<DeploymentErrc> deployment_category("deployment", describe);

// ---- what has to be allowed

void require_stream(std::vector<Requirement>& all, const std::string& bucket, const std::string& inbox) {
    const std::string no_ledger = "the ledger cannot be used";
    const auto publish = [&](const std::string& subject) {
        all.push_back({Doing::publish, subject, Weight::refusal, no_ledger});
    };
    const std::string stream = "KV_" + bucket;
    for (const char* verb : {"STREAM.CREATE", "STREAM.INFO", "STREAM.MSG.GET", "CONSUMER.CREATE"})
        publish("$JS.API." + std::string(verb) + "." + stream);
    publish("$JS.API.STREAM.NAMES");
    publish("$JS.API.CONSUMER.DELETE." + stream + ".*");
    publish("$KV." + bucket + ".name.*");
    publish("$KV." + bucket + ".deny.*.*");
    all.push_back({Doing::publish, "$KV." + bucket + ".operation.*", Weight::warning,
                   "what operators change by commands is refused, or not audited"});
    all.push_back({Doing::publish, "$KV." + bucket + ".requester.*", Weight::warning,
                   "`requesters add` and `remove` change nothing"});
    all.push_back({Doing::publish, "$JS.API.STREAM.PURGE." + stream, Weight::warning,
                   "names that are over stay in the bucket"});
    all.push_back({Doing::subscribe, inbox + ".>", Weight::refusal, no_ledger});
}

// ---- what is allowed

std::string_view subject_of_entry(const std::string& entry) {
    return std::string_view(entry).substr(0, entry.find(' '));
}

/// An entry may be for one queue group alone.
bool for_queue(const std::string& entry, const std::string& queue) {
    const std::size_t blank = entry.find(' ');
    return blank == std::string::npos || jwt::subject_covers(entry.substr(blank + 1), queue);
}

/// Whether everything below the subject is allowed.
bool allows(const jwt::Permission& permission, const std::string& subject, const std::string& queue) {
    const auto covers = [&](const std::string& entry) {
        return for_queue(entry, queue) && jwt::subject_covers(subject_of_entry(entry), subject);
    };
    const auto meets = [&](const std::string& entry) {
        return covers(entry) || jwt::subject_covers(subject, subject_of_entry(entry));
    };
    const bool allowed = permission.allow.empty() || std::ranges::any_of(permission.allow, covers);
    return allowed && std::ranges::none_of(permission.deny, meets);
}

const Account* find_account(const Deployment& deployment, const std::string& subject) {
    const auto found = std::ranges::find_if(
        deployment.accounts, [&](const Account& account) { return account.content.subject == subject; });
    return found != deployment.accounts.end() ? &*found : nullptr;
}

std::string own_account(const Deployment& deployment) {
    const auto account = access::account_of(deployment.own);
    return account ? account->text() : "";
}

/// What the service's user may do, as a server would work it out; nothing when that cannot be seen.
std::optional<jwt::Permissions> permissions_of(const Deployment& deployment) {
    const jwt::UserClaims& user = deployment.own.claims();
    const bool says_itself = !user.pub.empty() || !user.sub.empty() || user.resp;
    if (says_itself) return static_cast<const jwt::Permissions&>(user);
    const Account* const account = find_account(deployment, own_account(deployment));
    if (account == nullptr) return std::nullopt;
    const auto& keys = account->claims().signing_keys;
    const auto key = keys.find(deployment.own.issuer.text());
    if (key == keys.end() || !key->second) return account->claims().default_permissions;
    const auto filled =
        jwt::fill_template(key->second->permissions, {.name = deployment.own.content.name,
                                                      .subject = deployment.own.content.subject,
                                                      .tags = user.tags,
                                                      .account_name = account->content.name,
                                                      .account_subject = account->content.subject,
                                                      .account_tags = account->claims().tags});
    if (!filled) return std::nullopt;
    return static_cast<const jwt::Permissions&>(*filled);
}

bool is_reply(const Requirement& requirement, const Configuration& configuration) {
    return requirement.doing == Doing::publish &&
           std::ranges::any_of(configuration.reply_prefixes, [&](const std::string& prefix) {
               return requirement.subject.starts_with(prefix + ".");
           });
}

void check_requirements(const Deployment& deployment, Findings& findings) {
    const auto permissions = permissions_of(deployment);
    if (!permissions) return;
    const Configuration& configuration = deployment.configuration;
    for (const Requirement& requirement : requirements(configuration, deployment.inbox_prefix)) {
        const bool publish = requirement.doing == Doing::publish;
        const bool answers = permissions->resp && is_reply(requirement, configuration);
        const jwt::Permission& permission = publish ? permissions->pub : permissions->sub;
        if (answers || allows(permission, requirement.subject, configuration.queue)) continue;
        const std::string doing = publish ? "publishing to " : "subscribing to ";
        findings.push_back({requirement.weight,
                            {bus::Errc::permission_denied,
                             doing + requirement.subject + ", without which " + requirement.otherwise}});
    }
}

// ---- the accounts of a vouched deployment

access::Subjects subjects_of(const Deployment& deployment) {
    return access::Subjects::create(deployment.configuration.prefix).value();
}

/// The servers then see to it that this token is the account that asks.
std::int64_t account_position(const std::string& exported) {
    return std::ranges::count(exported, '.');
}

void check_exports(const Deployment& deployment, const Account& service, Findings& findings) {
    for (const Endpoint endpoint : {Endpoint::access, Endpoint::renew}) {
        const std::string subject = subjects_of(deployment).exported(endpoint);
        const auto& exports = service.claims().exports;
        const auto found = std::ranges::find_if(exports, [&](const jwt::Export& exported) {
            return exported.type == "service" && exported.subject == subject;
        });
        const std::string place = "account " + service.content.name + ", service export " + subject;
        if (found == exports.end()) {
            findings.push_back({Weight::warning, {DeploymentErrc::not_exported, place + " is not there"}});
        } else if (found->account_token_position != account_position(subject)) {
            const std::string position = std::to_string(account_position(subject));
            findings.push_back(
                {Weight::refusal,
                 {DeploymentErrc::forgeable, place + " has not account token position " + position}});
        }
    }
}

void check_imports(const Deployment& deployment, const Account& client, Findings& findings) {
    const std::string service = own_account(deployment);
    for (const Endpoint endpoint : {Endpoint::access, Endpoint::renew}) {
        const std::string local = subjects_of(deployment).direct(endpoint);
        const std::string remote = local + "." + client.content.subject + ".*";
        const bool there = std::ranges::any_of(client.claims().imports, [&](const jwt::Import& imported) {
            return imported.type == "service" && imported.account == service && imported.subject == remote &&
                   imported.local_subject == local + ".$1";
        });
        if (there) continue;
        findings.push_back(
            {Weight::warning,
             {DeploymentErrc::not_imported, "account " + client.content.name + ", service import " + remote +
                                                " as " + local + ".$1 is not there"}});
    }
}

/// Who is in the service's own account is vouched for by nobody, and can say that it is anybody.
void check_neighbours(const Deployment& deployment, const Account& service, Findings& findings) {
    const std::string request = subjects_of(deployment).direct(Endpoint::access) + ".account.user";
    const auto check = [&](const jwt::Permission& publish, const std::string& users) {
        if (!allows(publish, request, "")) return;
        findings.push_back(
            {Weight::warning,
             {DeploymentErrc::forgeable, "account " + service.content.name + ", users " + users +
                                             " may publish " + deployment.configuration.prefix + ".>"}});
    };
    check(service.claims().default_permissions.pub, "without permissions of their own");
    for (const auto& [key, scope] : service.claims().signing_keys) {
        if (scope && key != deployment.own.issuer.text())
            check(scope->permissions.pub, "with the role " + scope->role);
    }
}

/// In a client account the servers put in the account, and the user's own permissions alone vouch for the user.
void check_clients_users(const Deployment& deployment, const Account& client, Findings& findings) {
    const auto check = [&](const jwt::Permission& publish, const std::string& users) {
        const auto entry = forging(publish, deployment.configuration.prefix);
        if (!entry) return;
        findings.push_back({Weight::warning,
                            {DeploymentErrc::forgeable, "account " + client.content.name + ", users " +
                                                            users + " may publish " + *entry}});
    };
    check(client.claims().default_permissions.pub, "without permissions of their own");
    for (const auto& [key, scope] : client.claims().signing_keys) {
        if (scope) check(scope->permissions.pub, "with the role " + scope->role);
    }
}

bool is_client(const Configuration& configuration, const Account& account) {
    return std::ranges::any_of(configuration.rules.client_accounts, [&](const nkeys::PublicKey& key) {
        return key.text() == account.content.subject;
    });
}

/// Users who are issued in an account renew from there.
void check_renewals(const Deployment& deployment, const Account& account, Findings& findings) {
    const auto& roles = deployment.configuration.roles;
    const bool renewed = std::ranges::any_of(roles, [](const RoleConfiguration& configured) {
        return configured.role.renewable == Renewable::yes && !configured.account.empty();
    });
    if (!renewed || account.content.subject == own_account(deployment)) return;
    findings.push_back({Weight::warning,
                        {DeploymentErrc::not_imported, "account " + account.content.name +
                                                           " is not one of client_accounts, so credentials "
                                                           "that are issued in it are not renewed"}});
}

void check_accounts(const Deployment& deployment, Findings& findings) {
    const Configuration& configuration = deployment.configuration;
    for (const Account& account : deployment.accounts) {
        if (!is_client(configuration, account)) {
            check_renewals(deployment, account, findings);
            continue;
        }
        check_imports(deployment, account, findings);
        check_clients_users(deployment, account, findings);
    }
    const Account* const service = find_account(deployment, own_account(deployment));
    if (service != nullptr) {
        check_exports(deployment, *service, findings);
        check_neighbours(deployment, *service, findings);
    } else if (!configuration.service_account.empty()) {
        findings.push_back(
            {Weight::refusal, {DeploymentErrc::other_account, configuration.service_account.string()}});
    }
}

}  // namespace

std::error_code make_error_code(DeploymentErrc code) noexcept {
    return {static_cast<int>(code), deployment_category};
}

std::vector<Requirement> requirements(const Configuration& configuration, const std::string& inbox_prefix) {
    const access::Subjects subjects = access::Subjects::create(configuration.prefix).value();
    const bool vouched = configuration.requests == Requests::vouched;
    const auto listened = [&](Endpoint endpoint) {
        return vouched ? subjects.exported(endpoint) : subjects.direct(endpoint);
    };
    const std::string unheard = "no reply would arrive";
    std::vector<Requirement> all{
        {Doing::subscribe, listened(Endpoint::access), Weight::refusal, "no request would arrive"},
        {Doing::subscribe, listened(Endpoint::renew), Weight::warning, "renewals are not served"},
        {Doing::subscribe, "$SRV.>", Weight::warning, "nats micro does not see the service"}};
    // Across accounts the servers put a subject of their own in the place of the requester's inbox.
    if (vouched) {
        all.push_back({Doing::publish, "_R_.*.*", Weight::refusal, unheard});
    } else {
        all.push_back(
            {Doing::publish, "_INBOX.>", Weight::warning, unheard + " at requesters' usual inboxes"});
        all.push_back({Doing::publish, "_INBOX_.>", Weight::warning, unheard + " at private inboxes"});
    }
    if (configuration.ledger.kind == LedgerConfiguration::Kind::jetstream)
        require_stream(all, configuration.ledger.bucket, inbox_prefix);
    return all;
}

std::vector<Finding> check_deployment(const Deployment& deployment) {
    Findings findings;
    check_requirements(deployment, findings);
    if (deployment.configuration.requests == Requests::vouched) check_accounts(deployment, findings);
    return findings;
}

base::Result<std::vector<Finding>> look_at_deployment(const Configuration& configuration,
                                                      const bus::ConnectionOptions& connection) {
    if (configuration.requests == Requests::none || !connection.credentials) return Findings{};
    Deployment deployment{.configuration = configuration,
                          .own = connection.credentials->user(),
                          .inbox_prefix = connection.inbox_prefix.empty()
                                              ? bus::private_inbox_prefix(connection)
                                              : connection.inbox_prefix,
                          .accounts = {}};
    std::vector<std::filesystem::path> files = configuration.account_files();
    if (!configuration.service_account.empty()) files.push_back(configuration.service_account);
    for (const std::filesystem::path& file : files) {
        base::Result<Account> account = load_account(file);
        if (!account) return account.error();
        deployment.accounts.push_back(std::move(*account));
    }
    return check_deployment(deployment);
}

base::Result<std::vector<Finding>> unless_refused(base::Result<std::vector<Finding>> found) {
    if (!found) return found;
    const auto refusal = std::ranges::find(*found, Weight::refusal, &Finding::weight);
    if (refusal != found->end()) return refusal->error;
    return found;
}

}  // namespace natscreds::provisioner
