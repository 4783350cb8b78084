#include <natscreds/accounts/provisioning/deployment_files.h>

#include <utility>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/provisioning/provisioning_steps.h>
#include <natscreds/base/bytes.h>

#include "configuration_text.h"
#include "kubernetes_text.h"

namespace natscreds::accounts {
namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;
using Files = std::vector<DeploymentFile>;

base::Secret plain(const std::string& text) {
    return base::Secret::copy_of(base::as_bytes(text));
}

std::string jwt_file(const Name& account) {
    return account.text() + ".jwt";
}

base::Status add_accounts(const Tree& tree, const Provisioning& wanted, ConfigurationParts& parts,
                          Files& files) {
    std::vector<Name> accounts = wanted.clients;
    accounts.push_back(wanted.service);
    for (const Name& name : accounts) {
        const base::Result<Account> account = tree.store.read_account(name);
        if (!account) return account.error();
        files.push_back({.name = jwt_file(name), .content = plain(account->token.text() + "\n")});
        if (name != wanted.service) parts.client_keys.push_back(account->content.subject);
    }
    return {};
}

base::Status add_role(const Tree& tree, const Provisioning& wanted, const ProvisionedRole& role,
                      ConfigurationParts& parts, Files& files) {
    const base::Result<Account> account = tree.store.read_account(role.account);
    if (!account) return account.error();
    const std::string key = signing_key_of(account->claims(), role.name);
    const auto parsed = nkeys::PublicKey::parse(key, nkeys::Kind::account);
    if (!parsed) return parsed.error().within("role " + role.name);
    const auto seed = tree.keys.load(*parsed);
    if (!seed) return seed.error();
    const std::string file = role.name + ".nk";
    files.push_back({.name = file, .content = seed->seed_text()});
    parts.roles.push_back(
        {.name = role.name,
         .account_file = role.account == wanted.clients.front() ? "" : jwt_file(role.account),
         .signing_key_file = file,
         .permissions = account->claims().signing_keys.at(key)->permissions});
    return {};
}

base::Status add_creds(const Tree& tree, const Provisioning& wanted, Files& files) {
    const auto creds = user_credentials(tree.store, tree.keys, {wanted.service, wanted.user});
    if (!creds) return creds.error();
    files.push_back({.name = "provisioner.creds", .content = creds->text()});
    return {};
}

std::string first_configuration(const DeploymentOptions& options) {
    return (options.folder / configuration_name(1, options.copies)).string();
}

/// The service then reads the files as the user whose they are, and keeps names and audit beside them.
std::string drop_in(const DeploymentOptions& options) {
    const std::string folder = options.folder.string();
    return "# For /etc/systemd/system/nats-provisioner.service.d/, on the machine that has this folder.\n"
           "[Service]\nExecStart=\nExecStart=/usr/bin/nats-provisioner --config " +
           first_configuration(options) + "\nLoadCredential=\nUser=" + options.run_as +
           "\nProtectHome=read-only\nReadWritePaths=" + folder + "\n";
}

/// What is said is kept from then on.
std::string history_text(const Provisioning& wanted, const std::string& age) {
    std::string text;
    for (const Name& account : wanted.keep_history)
        text += (text.empty() ? "5. Keep what is said in the chat:     "
                              : "\n                                      ") +
                std::string("nsctl provisioning history -a ") + account.text() + " --age " + age;
    return text + "   (once servers have the accounts)\n";
}

std::string next_text(const Provisioning& wanted, const DeploymentOptions& options) {
    const std::string account = wanted.clients.front().text();
    const std::string server =
        options.server_configuration.empty()
            ? "Servers have to know the accounts: nsctl push -A   (or nsctl generate config "
              "--mem-resolver, and a reload)"
            : "Start a server with the accounts:     nats-server -c " +
                  (options.folder / server_configuration_name).string();
    return "1. " + server +
           "\n"
           "2. Start each copy:                   nats-provisioner --config " +
           first_configuration(options) +
           (options.kubernetes_namespace.empty()
                ? ""
                : "\n   In Kubernetes:                      kubectl apply -f " +
                      (options.folder / "kubernetes.yaml").string()) +
           "\n3. Add somebody:                      nsctl provisioning add-requester ann -a " + account +
           " --key U...   (whose nats-req --enrol -o me.creds prints it)\n"
           "4. Ask:                               nats-req --creds me.creds --access ann -o ann.creds\n" +
           (options.history.empty() ? "" : history_text(wanted, options.history));
}

}  // namespace

base::Result<Files> deployment_files(const Tree& tree, const Provisioning& wanted,
                                     const DeploymentOptions& options) {
    Files files;
    ConfigurationParts parts{.wanted = wanted,
                             .options = options,
                             .account_file = jwt_file(wanted.clients.front()),
                             .service_account_file = jwt_file(wanted.service),
                             .client_keys = {},
                             .roles = {}};
    if (const base::Status added = add_accounts(tree, wanted, parts, files); !added) return added.error();
    for (const ProvisionedRole& role : wanted.roles) {
        if (const base::Status added = add_role(tree, wanted, role, parts, files); !added)
            return added.error();
    }
    if (const base::Status added = add_creds(tree, wanted, files); !added) return added.error();
    for (std::size_t copy = 1; copy <= options.copies; ++copy) {
        files.push_back({.name = configuration_name(copy, options.copies),
                         .content = plain(configuration_text(parts, place_of_copy(options, copy))),
                         .edited_by_hand = true});
    }
    files.push_back(
        {.name = "nats-provisioner.conf", .content = plain(drop_in(options)), .edited_by_hand = true});
    if (!options.server_configuration.empty())
        files.push_back({.name = server_configuration_name,
                         .content = plain(options.server_configuration),
                         .edited_by_hand = true});
    if (!options.kubernetes_namespace.empty())
        files.push_back(
            {.name = "kubernetes.yaml", .content = kubernetes_text(parts, files), .edited_by_hand = true});
    files.push_back({.name = "NEXT", .content = plain(next_text(wanted, options))});
    return files;
}

}  // namespace natscreds::accounts
