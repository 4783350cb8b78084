#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// Configurations of a nats-server that trusts the operator, byte for byte as nsc writes them. The system
/// account is the one named, otherwise the operator's.
///
/// Fails:   Errc::no_system_account when it is not in the store; the errors of Store.
/// Source:  nsc cmd/memresolverconfigbuilder.go, natsresolverconfigbuilder.go.

/// With all accounts in it, in the order of their keys. There need not be a system account.
[[nodiscard]] base::Result<std::string> memory_resolver_config(const Store& store,
                                                               const std::optional<Name>& system_account);

/// With the system account in it, so that the others can be pushed. Fails: also without a system account.
[[nodiscard]] base::Result<std::string> full_resolver_config(const Store& store,
                                                             const std::optional<Name>& system_account);

/// As full_resolver_config(), for servers that fetch accounts from those with a full resolver, and keep them for an hour.
[[nodiscard]] base::Result<std::string> cache_resolver_config(const Store& store,
                                                              const std::optional<Name>& system_account);

struct ConfigurationFile {
    std::filesystem::path path;  ///< below the folder of them all
    std::string text;
};

/// memory_resolver_config() as files: `resolver.conf`, the last, includes the others, one for the operator and one for
/// each account.
[[nodiscard]] base::Result<std::vector<ConfigurationFile>> memory_resolver_files(
    const Store& store, const std::optional<Name>& system_account);

}  // namespace natscreds::accounts
