#include "time_zones.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include <natscreds/base/letters.h>

namespace natscreds::jwt {
namespace {

/// Every database has it.
constexpr const char* always_there = "UTC";

using base::is_letter_or_digit;

/// "Europe/Berlin", "America/Port-au-Prince", "Etc/GMT+5", "EST5EDT".
bool could_be_one(std::string_view name) {
    constexpr std::size_t longest = 64;
    const bool letters = std::ranges::all_of(name, [](char c) {
        return is_letter_or_digit(c) || std::string_view("/_+-").find(c) != std::string_view::npos;
    });
    return letters && name.size() <= longest && is_letter_or_digit(name.front()) &&
           is_letter_or_digit(name.back()) && name.find("//") == std::string_view::npos;
}

}  // namespace

bool is_time_zone(const std::string& name, const std::filesystem::path& database) {
    if (name == "UTC" || name == "Local") return true;
    if (name.empty() || name.starts_with('/') || name.find("..") != std::string::npos ||
        name.find('\\') != std::string::npos) {
        return false;
    }
    std::error_code none;
    if (!std::filesystem::exists(database / always_there, none)) return could_be_one(name);
    std::ifstream file(database / name, std::ios::binary);
    std::array<char, 4> beginning{};
    return file.read(beginning.data(), beginning.size()) &&
           std::string_view(beginning.data(), beginning.size()) == "TZif";
}

}  // namespace natscreds::jwt
