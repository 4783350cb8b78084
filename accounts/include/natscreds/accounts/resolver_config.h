#pragma once

#include <optional>
#include <string>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// A nats-server configuration with the operator and all its accounts in it, byte for byte as nsc writes it;
/// accounts in the order of their keys. The system account is the one named, otherwise the operator's, if
/// any. Fails: Errc::no_system_account; the errors of Store. Source: nsc cmd/memresolverconfigbuilder.go.
[[nodiscard]] base::Result<std::string> memory_resolver_config(const Store& store,
                                                               const std::optional<Name>& system_account);

}  // namespace natscreds::accounts
