#pragma once

#include <string>
#include <vector>

#include <natscreds/accounts/bulk.h>
#include <natscreds/base/result.h>
#include <natscreds/cli/console/command.h>

#include "session.h"

/// Files that name many users.
namespace natscreds::nsctl {

/// A line of such a file, without the blanks around it, and where it stands: "FILE:12".
struct ListedLine {
    std::string text;
    std::string where;
};

/// Shape: a name a line; empty lines and those that begin with # are passed over. "-" is standard input.
/// Fails: Errc::no_names; the system's errors; std::errc::file_too_large above 16 MiB.
[[nodiscard]] base::Result<std::vector<ListedLine>> read_lines(const Session& session,
                                                               const std::string& file);

/// The same, each of them a user's name. Fails also with accounts::Errc::bad_name.
[[nodiscard]] base::Result<std::vector<accounts::ListedUser>> read_users(const Session& session,
                                                                         const std::string& file);

/// --from. What is in the file is said behind "a file with ".
[[nodiscard]] console::Option from_option(std::string& file, const std::string& content);

}  // namespace natscreds::nsctl
