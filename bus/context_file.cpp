#include "context_file.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include <nlohmann/json.hpp>

#include <natscreds/base/file.h>
#include <natscreds/base/letters.h>
#include <natscreds/bus/errc.h>

namespace natscreds::bus {
namespace {

using nlohmann::json;

constexpr std::size_t max_context_bytes = 64 * 1024;

constexpr std::array<std::string_view, 13> texts{"url",      "creds",     "nkey", "user", "password",
                                                 "token",    "cert",      "key",  "ca",   "inbox_prefix",
                                                 "user_jwt", "user_seed", "nsc"};
constexpr std::string_view flag = "tls_first";

/// They change nothing about a connection.
constexpr std::array<std::string_view, 3> for_people{"name", "description", "color_scheme"};

bool is_one_of(const std::string& name, std::span<const std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

bool is_empty(const json& value) {
    return value.is_null() || value == false || value == "" || value == json::array();
}

base::Error refused_field(const std::string& name, std::string_view why) {
    return {Errc::bad_option, "its \"" + name + "\" " + std::string(why)};
}

/// To pass a field over would mean to connect as somebody else, elsewhere, or in the clear.
base::Result<std::string> text_of(const std::string& name, const json& value) {
    if (name == flag) {
        if (value == true) return std::string("true");
        return refused_field(name, "is neither true nor false");
    }
    if (!is_one_of(name, texts)) return refused_field(name, "is not something that can be done here");
    const auto* const text = value.get_ptr<const std::string*>();
    if (text == nullptr) return refused_field(name, "is not a text");
    return *text;
}

}  // namespace

base::Result<std::map<std::string, std::string>> read_context(const std::filesystem::path& file) {
    const base::Result<std::string> text = base::read_file(file, max_context_bytes);
    if (!text) return text.error();
    const json object = json::parse(*text, nullptr, false);
    if (!object.is_object()) return base::Error{Errc::bad_option, file.string() + ": not a JSON object"};
    std::map<std::string, std::string> fields;
    for (const auto& [written, value] : object.items()) {
        const std::string name = base::lower(written);
        if (is_empty(value) || is_one_of(name, for_people)) continue;
        base::Result<std::string> content = text_of(name, value);
        if (!content) return content.error().within(file.string());
        fields[name] = *std::move(content);
    }
    return fields;
}

}  // namespace natscreds::bus
