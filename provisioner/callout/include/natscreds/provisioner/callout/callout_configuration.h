#pragma once

#include <filesystem>
#include <string>

#include <natscreds/bus/settings.h>

namespace natscreds::provisioner {

/// Servers' questions who may connect, as whom they are answered.
struct CalloutConfiguration {
    /// Whether the servers' accounts are an operator's JWTs, or stand in their configuration.
    enum class Mode { operator_, configuration };
    Mode mode = Mode::operator_;
    std::string account;                ///< configuration mode: the name of the one that users are put in
    std::filesystem::path account_key;  ///< the seed that signs answers: the callout account's
    std::filesystem::path xkey;  ///< the seed of the curve key that questions are sealed for; empty: none
    std::filesystem::path service_account;  ///< the callout account's JWT, to be looked at; empty: unseen
    std::string role;              ///< one of the roles: its key signs the users, for as long as it says
    bus::GivenOptions connection;  ///< as a user of the callout's account
    bus::GivenOptions system;      ///< as a user of the system account; empty: without

    bool operator==(const CalloutConfiguration&) const = default;
};

}  // namespace natscreds::provisioner
