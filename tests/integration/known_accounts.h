#pragma once

#include <optional>
#include <string>
#include <vector>

#include <natscreds/jwt/admission.h>

namespace natscreds {

/// The accounts that a server with a memory resolver knows.
using KnownAccounts = std::vector<jwt::Decoded<jwt::AccountClaims>>;

/// The server's configuration of its resolver.
inline std::string memory_resolver(const KnownAccounts& accounts) {
    std::string text = "resolver: MEMORY\nresolver_preload: {\n";
    for (const auto& each : accounts)
        text += each.content.subject + ": " + each.token.text() + "\n";
    return text + "}\n";
}

/// Finds what the server finds. `accounts` has to outlive it.
inline jwt::ServerKnowledge::FindAccount finder_of(const KnownAccounts& accounts) {
    return [&accounts](const std::string& key) {
        std::optional<jwt::Decoded<jwt::AccountClaims>> found;
        for (const auto& each : accounts) {
            if (each.content.subject == key) found = each;
        }
        return base::Result(std::move(found));
    };
}

}  // namespace natscreds
