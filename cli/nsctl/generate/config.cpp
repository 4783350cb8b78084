#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <natscreds/accounts/servers/resolver_config.h>
#include <natscreds/accounts/surprises.h>
#include <natscreds/base/file.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {
namespace {

struct GenerateConfigOptions {
    bool memory_resolver = false;
    bool full_resolver = false;
    bool cache_resolver = false;
    std::string folder;
    std::string system_account;
    std::string sentinel;
    std::string file;
    bool force = false;
};

/// The JWT of a user, ACCOUNT/USER of the store, or of a file.
base::Result<std::string> user_token(const Session& session, const accounts::Store& store,
                                     const std::string& named) {
    const std::size_t slash = named.find('/');
    const auto account = accounts::Name::parse(named.substr(0, slash));
    const auto user = accounts::Name::parse(slash == std::string::npos ? "" : named.substr(slash + 1));
    if (!account || !user || !store.holds_user(*account, *user)) return token_text(session, named);
    const auto token = store.read_user(*account, *user);
    if (!token) return token.error();
    return token->token.text();
}

/// By its own token, or by its scope, where this store has the account.
bool is_bearer(const accounts::Store& store, const jwt::Decoded<jwt::UserClaims>& user) {
    if (user.claims().bearer_token) return true;
    const auto found = accounts::accounts_by_key(store, {user.claims().issuer_account});
    return found && !found->empty() && accounts::is_bearer(user, found->begin()->second);
}

/// The line that lets clients without a JWT come to an auth callout; servers from 2.11 on know it.
base::Result<std::string> sentinel_line(const Session& session, const accounts::Store& store,
                                        const std::string& named) {
    if (named.empty()) return std::string();
    const auto text = user_token(session, store, named);
    if (!text) return text.error();
    const auto user = jwt::decode<jwt::UserClaims>(*text);
    if (!user) return user.error().within(named);
    if (!is_bearer(store, *user)) return base::Error{Errc::not_a_bearer, in_quotes(named)};
    return "\ndefault_sentinel: " + user->token.text() + "\n";
}

base::Status write(const Session& session, const GenerateConfigOptions& options, const std::string& config) {
    if (options.file.empty() || options.file == "--") {
        session.world().out << config
                            << '\n';  // nsc prints an empty line behind it; diff should find no difference
        return {};
    }
    const auto existing = options.force ? base::Existing::replace : base::Existing::refuse;
    base::Status written = base::write_file(options.file, base::as_bytes(config), {.existing = existing});
    if (!written) return written;
    session.done("wrote server configuration to `" + session.shown(options.file) + "`");
    return {};
}

/// The file that includes the others comes last, so that none is missing when it is there.
base::Status write_folder(const Session& session, const GenerateConfigOptions& options,
                          const std::vector<accounts::ConfigurationFile>& files) {
    const std::filesystem::path folder = options.folder;
    const std::filesystem::path main_file = folder / files.back().path;
    std::error_code ignored;
    if (!options.force && std::filesystem::exists(main_file, ignored))
        return base::Error{std::make_error_code(std::errc::file_exists), main_file.string()};
    for (const accounts::ConfigurationFile& file : files) {
        const std::filesystem::path path = folder / file.path;
        if (base::Status made = base::make_private_folder(path.parent_path()); !made) return made;
        const base::Status written =
            base::write_file(path, base::as_bytes(file.text), {.existing = base::Existing::replace});
        if (!written) return written;
    }
    session.done("wrote server configuration to `" + session.shown(main_file) + "`");
    return {};
}

base::Result<std::string> config_text(const accounts::Store& store, const GenerateConfigOptions& options,
                                      const std::optional<accounts::Name>& system_account) {
    if (options.full_resolver) return accounts::full_resolver_config(store, system_account);
    if (options.cache_resolver) return accounts::cache_resolver_config(store, system_account);
    return accounts::memory_resolver_config(store, system_account);
}

base::Status generate_config_files(const Session& session, const accounts::Store& store,
                                   const GenerateConfigOptions& options,
                                   const std::optional<accounts::Name>& system_account) {
    if (!options.memory_resolver) return base::Error{Errc::folder_of_memory, options.folder};
    auto files = accounts::memory_resolver_files(store, system_account);
    if (!files) return files.error();
    const auto sentinel = sentinel_line(session, store, options.sentinel);
    if (!sentinel) return sentinel.error();
    files->back().text += *sentinel;
    return write_folder(session, options, *files);
}

base::Status generate(const Session& session, const GenerateConfigOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    std::optional<accounts::Name> system_account;
    if (!options.system_account.empty()) {
        const auto name = accounts::Name::parse(options.system_account);
        if (!name) return name.error();
        system_account = *name;
    }
    if (!options.folder.empty()) return generate_config_files(session, *store, options, system_account);
    const auto config = config_text(*store, options, system_account);
    if (!config) return config.error();
    const auto sentinel = sentinel_line(session, *store, options.sentinel);
    if (!sentinel) return sentinel.error();
    return write(session, options, *config + *sentinel);
}

}  // namespace

Command generate_config() {
    const auto options = std::make_shared<GenerateConfigOptions>();
    return {
        .options =
            {
                {.names = "--mem-resolver",
                 .to = &options->memory_resolver,
                 .help = "operator and accounts in the configuration itself",
                 .group = "Resolver"},
                {.names = "--nats-resolver",
                 .to = &options->full_resolver,
                 .help = "accounts in a folder of the servers, where push puts them",
                 .group = "Resolver"},
                {.names = "--nats-resolver-cache",
                 .to = &options->cache_resolver,
                 .help = "accounts fetched from servers of the kind before",
                 .group = "Resolver"},
                {"--sys-account", &options->system_account, "system account (default: the operator's)"},
                {"--default-sentinel", &options->sentinel,
                 "bearer for clients without a JWT: ACCOUNT/USER or a file (servers from 2.11)"},
                {"--config-file", written_to(options->file), "file to write (default: standard output)",
                 Takes::file},
                {.names = "--dir",
                 .to = written_to(options->folder),
                 .help = "folder to write, a file for each account (--mem-resolver)",
                 .takes = Takes::folder,
                 .excludes = {"--config-file"}},
                {"-F,--force", &options->force, "replace the file"},
            },
        .one_of = "Resolver",
        .examples = {"nsctl generate config --mem-resolver --sys-account SYS > resolver.conf",
                     "nsctl generate config --nats-resolver --config-file resolver.conf",
                     "nats-server -c resolver.conf"},
        .run = [options](const Session& session) { return generate(session, *options); },
    };
}

}  // namespace natscreds::nsctl
