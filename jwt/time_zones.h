#pragma once

#include <filesystem>
#include <string>

namespace natscreds::jwt {

/// Whether there is such a time zone, by the database in a folder.
///
/// Holds:   a name is never a path out of the database. Where there is no database, as in images without tzdata, each
///          name that could be one is taken: servers have their own, and decide.
/// Source:  Go's time.LoadLocation; the theory file of tzdata on names.
[[nodiscard]] bool is_time_zone(const std::string& name, const std::filesystem::path& database);

}  // namespace natscreds::jwt
