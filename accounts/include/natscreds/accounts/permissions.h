#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/permissions.h>

namespace natscreds::accounts {

/// What the --allow-..., --deny-... and --rm... options say. What is removed goes last.
struct PermissionChanges {
    std::vector<std::string> allow_pub;
    std::vector<std::string> allow_sub;
    std::vector<std::string> allow_pubsub;
    std::vector<std::string> deny_pub;
    std::vector<std::string> deny_sub;
    std::vector<std::string> deny_pubsub;
    std::optional<std::int64_t> max_responses;
    std::optional<std::chrono::nanoseconds> response_ttl;
    std::vector<std::string> remove;  ///< from all lists
    bool remove_responses = false;
};

/// The permissions with the changes made, each list sorted and without doubles.
/// Fails with Errc::bad_subject, naming the first that is none.
[[nodiscard]] base::Result<jwt::Permissions> changed(jwt::Permissions permissions,
                                                     const PermissionChanges& changes);

struct TagChanges {
    std::vector<std::string> add;
    std::vector<std::string> remove;
};

/// The tags with the changes made: lower case, sorted, without doubles.
[[nodiscard]] std::vector<std::string> changed(std::vector<std::string> tags, const TagChanges& changes);

}  // namespace natscreds::accounts
