#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <pwd.h>
#include <unistd.h>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/moment.h>
#include <natscreds/accounts/provisioning/chat_history.h>
#include <natscreds/accounts/provisioning/deployment_files.h>
#include <natscreds/accounts/provisioning/provisioning_steps.h>
#include <natscreds/accounts/servers/resolver_config.h>
#include <natscreds/base/file.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "provisioning/history_age.h"

namespace natscreds::nsctl {
namespace {

using accounts::DeploymentFile;

struct ProvisioningOptions {
    Strings accounts;
    std::string service = "PROVISION";
    Strings roles;
    std::string ledger = "sqlite";
    std::string history;
    std::uint64_t copies = 1;
    std::string folder;
    std::string new_operator;
    PermissionOptions permissions;
    std::string kubernetes_namespace;
    bool diff = false;
    bool remove = false;
};

base::Error wrong_setup(const std::string& what) {
    return {std::make_error_code(std::errc::invalid_argument), what};
}

/// "chat", "chat=PRESET", "orders=service@ORDERS".
struct RoleOption {
    std::string name;
    std::string preset;
    std::string account;  ///< empty: the first
};

RoleOption parse_role(const std::string& text) {
    RoleOption role;
    const std::size_t at = text.find('@');
    if (at != std::string::npos) role.account = text.substr(at + 1);
    const std::string named = text.substr(0, at);
    const std::size_t equals = named.find('=');
    role.name = named.substr(0, equals);
    if (equals != std::string::npos) role.preset = named.substr(equals + 1);
    return role;
}

base::Result<jwt::UserPermissionLimits> permissions_of(const ProvisioningOptions& options,
                                                       const RoleOption& role,
                                                       const accounts::Name& account) {
    if (!role.preset.empty()) return accounts::preset_permissions(role.preset, account);
    if (!options.permissions.given()) return accounts::preset_permissions(role.name, account);
    jwt::UserPermissionLimits own;
    auto permissions = options.permissions.applied_to(own);
    if (!permissions) return permissions.error();
    static_cast<jwt::Permissions&>(own) = *std::move(permissions);
    return accounts::with_own_inbox(std::move(own));
}

base::Status want_role_of(const ProvisioningOptions& options, const std::string& text,
                          accounts::Provisioning& wanted) {
    const RoleOption role = parse_role(text);
    const auto account = role.account.empty() ? base::Result<accounts::Name>(wanted.clients.front())
                                              : accounts::Name::parse(role.account);
    if (!account) return account.error();
    if (std::ranges::count(wanted.clients, *account) == 0)
        return wrong_setup("--role " + text + ": " + account->text() + " is none of --account");
    // What stands in a policy as a table's name, and beside it as a file's.
    const auto name = accounts::Name::parse(role.name);
    if (!name) return name.error().within("--role " + text);
    auto permissions = permissions_of(options, role, *account);
    if (!permissions) return permissions.error().within("--role " + text);
    const bool chats = role.preset == "chat" || (role.preset.empty() && role.name == "chat");
    if (chats && !options.history.empty()) {
        (void)accounts::add_permissions(*permissions, accounts::history_permissions(*account));
        if (std::ranges::count(wanted.keep_history, *account) == 0) wanted.keep_history.push_back(*account);
    }
    wanted.roles.push_back({.name = role.name, .account = *account, .permissions = *std::move(permissions)});
    return {};
}

/// What of the ledger stands behind the colon: the cluster that its bucket lies in.
base::Result<std::string> home_of(const ProvisioningOptions& options) {
    if (options.ledger == "sqlite") {
        if (options.copies == 1) return std::string();
        return wrong_setup("--copies " + std::to_string(options.copies) +
                           " with --ledger sqlite: several copies share --ledger jetstream");
    }
    const std::size_t colon = options.ledger.find(':');
    if (options.ledger.substr(0, colon) != "jetstream")
        return wrong_setup("--ledger " + options.ledger + ": sqlite, jetstream or jetstream:CLUSTER");
    return colon == std::string::npos ? std::string() : options.ledger.substr(colon + 1);
}

base::Result<accounts::Provisioning> wanted_of(const ProvisioningOptions& options) {
    auto service = accounts::Name::parse(options.service);
    if (!service) return service.error().within("--service-account");
    accounts::Provisioning wanted{.service = *std::move(service),
                                  .user = *accounts::Name::parse("provisioner"),
                                  .clients = {},
                                  .roles = {}};
    for (const std::string& text : options.accounts) {
        auto name = accounts::Name::parse(text);
        if (!name) return name.error().within("--account");
        if (*name == wanted.service)
            return wrong_setup("--account " + text + ": the service has an account of its own");
        wanted.clients.push_back(*std::move(name));
    }
    if (options.ledger != "sqlite") wanted.bucket = "provisioner";
    const Strings roles = options.roles.empty() ? Strings{"chat"} : options.roles;
    for (const std::string& role : roles) {
        if (const base::Status added = want_role_of(options, role, wanted); !added) return added.error();
    }
    if (!options.history.empty() && wanted.keep_history.empty())
        return wrong_setup("--history " + options.history + ": none of the roles is a chat's");
    return wanted;
}

// ---- the store

/// On no store: an operator with its system account, and the accounts, each as `add` makes it.
base::Status make_operator(Session& session, const ProvisioningOptions& options,
                           const accounts::Provisioning& wanted) {
    const auto name = accounts::Name::parse(options.new_operator);
    if (!name) return name.error();
    const auto store = accounts::Store::create(session.context().stores(), *name, accounts::Management::here);
    if (!store) return store.error();
    if (!store->holds_operator()) {
        accounts::NewOperator made;
        made.extras = accounts::Extras::signing_key | accounts::Extras::system_account;
        const auto created = accounts::create_operator(session.tree(*store), std::move(made));
        if (!created) return created.error();
        session.done("added operator " + in_quotes(name->text()));
    }
    for (const accounts::Name& client : wanted.clients) {
        if (store->holds_account(client)) continue;
        const auto created = accounts::create_account(
            session.tree(*store),
            {.name = client, .key = {}, .signer = "", .validity = {}, .default_permissions = {}});
        if (!created) return created.error();
        session.done("added account " + client.text());
    }
    session.context().choose_operator(*name);
    session.context().choose_account(wanted.clients.front());
    return session.remember();
}

base::Status take_steps(const Session& session, const accounts::Tree& tree,
                        const std::vector<accounts::Step>& steps, const std::string& verb) {
    for (const accounts::Step& step : steps) {
        if (const base::Status taken = step.take(tree); !taken) return taken.error().within(step.what);
        session.done(verb + " " + step.what);
    }
    return {};
}

// ---- the folder

std::string current_user() {
    const passwd* const user = ::getpwuid(::geteuid());
    // Root's own files are handed to the package's user, as NEXT says.
    return user == nullptr || ::geteuid() == 0 ? "nats-provisioner" : user->pw_name;
}

enum class Difference { none, missing, other };

Difference difference(const std::filesystem::path& file, const DeploymentFile& wanted) {
    constexpr std::size_t max_bytes = 1024 * 1024;
    const auto found = base::read_secret_file(file, max_bytes);
    if (!found) return Difference::missing;
    return base::as_text(found->expose()) == base::as_text(wanted.content.expose()) ? Difference::none
                                                                                    : Difference::other;
}

base::Status write_deployment(const Session& session, const std::filesystem::path& folder,
                              const std::vector<DeploymentFile>& files) {
    if (const base::Status made = base::make_private_folder(folder); !made) return made;
    for (const DeploymentFile& file : files) {
        std::filesystem::path path = folder / file.name;
        const Difference found = difference(path, file);
        if (found == Difference::none) continue;
        const bool changed = found == Difference::other && file.edited_by_hand;
        if (changed) path += ".new";
        if (changed && difference(path, file) == Difference::none) continue;
        const base::Status written =
            base::write_file(path, file.content.expose(), {.existing = base::Existing::replace});
        if (!written) return written;
        session.done("wrote `" + session.shown(path) + "`");
        if (changed)
            session.warn("`" + session.shown(folder / file.name) +
                         "` was changed, and stays: compare it with `" + session.shown(path) + "`");
    }
    return {};
}

base::Status remove_files(const Session& session, const std::filesystem::path& folder,
                          const std::vector<DeploymentFile>& files) {
    for (const DeploymentFile& file : files) {
        const std::filesystem::path path = folder / file.name;
        const Difference found = difference(path, file);
        if (found == Difference::other) session.warn("`" + session.shown(path) + "` was changed, and stays");
        if (found != Difference::none) continue;
        std::error_code failed;
        std::filesystem::remove(path, failed);
        if (failed) return base::Error{failed, path.string()};
        session.done("removed `" + session.shown(path) + "`");
    }
    return {};
}

/// For whoever has no servers yet; once it is there it goes with the store.
std::string server_configuration(const accounts::Store& store, const ProvisioningOptions& options,
                                 const std::filesystem::path& folder) {
    std::error_code failed;
    const bool wanted = !options.new_operator.empty() ||
                        std::filesystem::exists(folder / accounts::server_configuration_name, failed);
    if (!wanted) return {};
    const auto config = accounts::memory_resolver_config(store, {});
    if (!config) return {};
    // Relative, as the server takes it: beside where it is started.
    return *config + (options.ledger == "sqlite" && options.history.empty()
                          ? ""
                          : "\njetstream { store_dir: jetstream }\n");
}

accounts::DeploymentOptions deployment_of(const Session& session, const ProvisioningOptions& options,
                                          const std::filesystem::path& folder, std::string home) {
    accounts::DeploymentOptions deployment{.folder = folder,
                                           .run_as = current_user(),
                                           .copies = static_cast<std::size_t>(options.copies),
                                           .home = std::move(home),
                                           .servers = {},
                                           .server_configuration = {},
                                           .kubernetes_namespace = options.kubernetes_namespace,
                                           .history = options.history};
    const auto store = session.store();
    const auto owner =
        store ? store->read_operator() : base::Result<jwt::Decoded<jwt::OperatorClaims>>(store.error());
    if (owner) deployment.servers = owner->claims().operator_service_urls;
    if (store) deployment.server_configuration = server_configuration(*store, options, folder);
    return deployment;
}

void show_difference(const Session& session, const std::vector<accounts::Step>& steps,
                     const std::filesystem::path& folder,
                     const base::Result<std::vector<DeploymentFile>>& files, const char* sign) {
    std::ostream& out = session.world().out;
    for (const accounts::Step& step : steps)
        out << sign << ' ' << step.what << '\n';
    if (!files) return;
    for (const DeploymentFile& file : *files) {
        const Difference found = difference(folder / file.name, file);
        if (*sign == '-' ? found == Difference::none : found == Difference::missing)
            out << sign << " file " << session.shown(folder / file.name) << '\n';
        if (*sign == '+' && found == Difference::other)
            out << "~ file " << session.shown(folder / file.name) << '\n';
    }
}

base::Status set_up(Session& session, const ProvisioningOptions& options) {
    if (options.accounts.empty()) return wrong_setup("--account is needed: whose users may ask");
    const auto home = home_of(options);
    if (!home) return home.error();
    if (!options.history.empty()) {
        const auto age = history_age(options.history, session.world().clock.now());
        if (!age) return age.error().within("--history");
    }
    const auto wanted = wanted_of(options);
    if (!wanted) return wanted.error();
    if (!options.new_operator.empty() && !options.diff && !options.remove) {
        if (const base::Status made = make_operator(session, options, *wanted); !made) return made;
    }
    const auto store = session.store();
    if (!store) return store.error();
    const accounts::Tree tree = session.tree(*store);
    const auto steps =
        options.remove ? accounts::removal_steps(tree, *wanted) : accounts::missing_steps(tree, *wanted);
    if (!steps) return steps.error();
    const std::filesystem::path folder =
        (session.world().surroundings.current_folder / options.folder).lexically_normal();
    const accounts::DeploymentOptions deployment = deployment_of(session, options, folder, *home);
    if (options.diff || options.remove) {
        // Of a store that lacks something they cannot all be made.
        const auto files = accounts::deployment_files(tree, *wanted, deployment);
        if (options.diff) {
            show_difference(session, *steps, folder, files, options.remove ? "-" : "+");
            return {};
        }
        if (const base::Status taken = take_steps(session, tree, *steps, "removed"); !taken) return taken;
        return files ? remove_files(session, folder, *files) : base::Status();
    }
    if (const base::Status taken = take_steps(session, tree, *steps, "added"); !taken) return taken;
    const auto files =
        accounts::deployment_files(tree, *wanted, deployment_of(session, options, folder, *home));
    if (!files) return files.error();
    if (const base::Status written = write_deployment(session, folder, *files); !written) return written;
    if (!steps->empty()) session.hint("what is next stands in " + session.shown(folder / "NEXT"));
    return {};
}

}  // namespace

Command provisioning_init() {
    const auto options = std::make_shared<ProvisioningOptions>();
    return {
        .options = joined(
            {{list_option("-a,--account", options->accounts,
                          "an account whose users may ask; the first is the default one"),
              {"--service-account", &options->service, "the service's own account (default: PROVISION)"},
              list_option(
                  "--role", options->roles,
                  "a role to give out, as NAME[=PRESET][@ACCOUNT]; presets: chat, service, readonly, leaf "
                  "(default: chat)"),
              {"--ledger", &options->ledger, "where names are kept: sqlite, jetstream or jetstream:CLUSTER"},
              {"--history", &options->history,
               "keep the chat's messages for so long (30d): who has a role of the chat may read them"},
              {.names = "--copies",
               .to = &options->copies,
               .help = "copies of the service",
               .value = "N",
               .range = console::Range{}},
              {.names = "-o,--output",
               .to = written_to(options->folder),
               .help = "a folder for what the service runs with",
               .takes = Takes::folder,
               .required = true},
              {.names = "--kubernetes",
               .to = &options->kubernetes_namespace,
               .help = "write kubernetes.yaml, too, for this namespace",
               .value = "NAMESPACE"},
              {"--new-operator", &options->new_operator, "make this operator first, and the accounts"},
              {"--diff", &options->diff, "say what would be done, and do nothing"},
              {"--remove", &options->remove, "take away what was made for these accounts and roles"}},
             options->permissions.options()}),
        .examples =
            {"nsctl provisioning init -a KUBECON -o service",
             "nsctl provisioning init --new-operator KO -a KUBECON --ledger jetstream:sfo2 --copies "
             "3 -o service",
             "nsctl provisioning init -a KUBECON --role chat --history 30d -o service",
             "nsctl provisioning init -a KUBECON -a ORDERS --role chat --role orders=service@ORDERS "
             "-o service",
             "nsctl provisioning init -a KUBECON --ledger jetstream --copies 3 --kubernetes nats -o service",
             "nsctl provisioning init -a A --role tasks --allow-pub 'tasks.>' --allow-sub 'tasks.>' "
             "-o service"},
        .run = [options](Session& session) { return set_up(session, *options); },
    };
}

}  // namespace natscreds::nsctl
