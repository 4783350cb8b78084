#pragma once

#include <filesystem>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::jwt {

/// What stands in a creds file, whether or not it is sound: Credentials is what it should be.
struct CredsParts {
    std::string token;
    nkeys::SigningKey key;

    /// Fails: Errc::bad_creds; what nkeys says of the seed; the system's errors. Details name the file.
    [[nodiscard]] static base::Result<CredsParts> load(const std::filesystem::path& path);
};

}  // namespace natscreds::jwt
