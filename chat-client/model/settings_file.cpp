#include <algorithm>
#include <cstdint>

#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

#include <natscreds/chat-client/model/errc.h>
#include <natscreds/chat-client/model/settings.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

/// A value of the file, under its dotted name.
struct Found {
    std::uint32_t line;
    std::string name;
    std::optional<std::string> text;  ///< nothing: the value is none
};

void gather(const toml::table& table, const std::string& prefix, std::vector<Found>& all) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        // No setting lies deeper than in a table of the file.
        const toml::table* const inner = prefix.empty() ? node.as_table() : nullptr;
        if (inner != nullptr) {
            gather(*inner, name + ".", all);
        } else {
            all.push_back({node.source().begin.line, name, node.value_exact<std::string>()});
        }
    }
}

std::vector<Found> in_order(const toml::table& table) {
    std::vector<Found> all;
    gather(table, "", all);
    std::ranges::stable_sort(all, {}, &Found::line);
    return all;
}

base::Error at(const std::filesystem::path& file, std::uint32_t line, const base::Error& error) {
    return {error.code, file.string() + ":" + std::to_string(line) + ": " + error.detail};
}

}  // namespace

base::Result<Settings> Settings::parse(std::string_view text, const std::filesystem::path& file) {
    try {
        const std::vector<Found> all = in_order(toml::parse(text, file.string()));
        Settings settings;
        for (const Found& found : all) {
            const base::Status assigned = settings.assign(found.name, found.text.value_or(""));
            const bool known = assigned || assigned.error().code != Errc::unknown_setting;
            if (known && !found.text)
                return at(file, found.line, {Errc::wrong_type, found.name + ": expected a text"});
            if (!assigned) return at(file, found.line, assigned.error());
        }
        // Two keys may have been exchanged: only now it can be told whether one is bound twice.
        for (const Found& found : all) {
            if (const base::Status bound = settings.check_key(found.name); !bound)
                return at(file, found.line, bound.error());
        }
        return settings;
    } catch (const toml::parse_error& error) {
        return at(file, error.source().begin.line,
                  {Errc::not_toml, harmless(std::string(error.description()))});
    }
}

}  // namespace natscreds::chat
