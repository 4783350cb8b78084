#include "context_file.h"

#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

#include <natscreds/base/file.h>
#include <natscreds/bus/errc.h>

namespace natscreds::bus {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;

/// To pass these over would mean to connect as somebody else, or not at all.
constexpr std::array<std::string_view, 4> not_supported{"nsc", "user_jwt", "user_seed", "socks_proxy"};

}  // namespace

base::Result<std::map<std::string, std::string>> read_context(const std::filesystem::path& file) {
    const base::Result<std::string> text = base::read_file(file, most_bytes);
    if (!text) return text.error();
    const nlohmann::json object = nlohmann::json::parse(*text, nullptr, false);
    if (!object.is_object()) return base::Error{Errc::bad_option, file.string() + ": not a JSON object"};
    std::map<std::string, std::string> fields;
    for (const auto& [name, value] : object.items()) {
        const auto* const content = value.get_ptr<const std::string*>();
        if (content != nullptr && !content->empty()) fields.emplace(name, *content);
    }
    for (const std::string_view name : not_supported) {
        if (fields.count(std::string(name)) != 0)
            return base::Error{Errc::bad_option, file.string() + ": its \"" + std::string(name) + "\""};
    }
    return fields;
}

}  // namespace natscreds::bus
