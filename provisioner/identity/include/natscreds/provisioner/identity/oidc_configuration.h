#pragma once

#include <chrono>
#include <filesystem>

#include <natscreds/provisioner/identity/oidc_identity.h>

namespace natscreds::provisioner::identity {

/// An OpenID Connect issuer whose tokens prove who asks: `[[identity.oidc]]`.
///
/// Holds:   name, issuer, audiences and rules are there.
struct OidcConfiguration {
    OidcExpected expected;
    std::filesystem::path jwks = {};  ///< a file of its keys; empty: discovery
    std::filesystem::path ca = {};    ///< empty: whom the system trusts
    std::chrono::seconds keys_refused_after{3600};

    bool operator==(const OidcConfiguration&) const = default;
};

}  // namespace natscreds::provisioner::identity
