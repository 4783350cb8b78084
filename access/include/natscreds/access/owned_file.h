#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::access {

/// Whose credentials a creds file is to hold. What is empty is not looked at.
struct FileOwner {
    std::string name;
    std::optional<nkeys::PublicKey> account = {};
    std::string role = {};  ///< of credentials that say theirs
};

enum class Freshness {
    missing,  ///< there is no file
    good,
    aged,    ///< good until now, but two thirds of their life are over
    lapsed,  ///< expired, or not valid yet
};

/// What lies there: without credentials where it is missing.
struct OwnedFile {
    Freshness freshness = Freshness::missing;
    std::optional<jwt::Credentials> credentials = {};
};

/// Looks at a file that this owner's credentials lie in, or are to be put into.
/// Fails: Errc::of_others when something else lies there, which is not to be overwritten: the detail says what; as
///        jwt::Credentials::load where it cannot be read.
[[nodiscard]] base::Result<OwnedFile> look_at_file(const std::filesystem::path& path, const FileOwner& owner,
                                                   base::Time now);

}  // namespace natscreds::access
