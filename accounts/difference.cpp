#include <natscreds/accounts/difference.h>

#include <map>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

namespace natscreds::accounts {
namespace {

using Leaves = std::map<std::string, std::string>;

void add_leaves(Leaves& leaves, const std::string& path, const nlohmann::json& json) {
    if (!json.is_structured() || json.empty()) {
        leaves.emplace(path, json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
        return;
    }
    const std::string before = path.empty() ? "" : path + ".";
    std::size_t index = 0;
    for (const auto& [name, value] : json.items()) {
        add_leaves(leaves, before + (json.is_array() ? std::to_string(index) : name), value);
        ++index;
    }
}

Leaves leaves_of(const jwt::Token& token) {
    nlohmann::json json = nlohmann::json::parse(jwt::pretty_payload(token), nullptr, false);
    json.erase("iat");
    json.erase("jti");
    Leaves leaves;
    add_leaves(leaves, "", json);
    return leaves;
}

}  // namespace

std::vector<Difference> differences(const jwt::Token& before, const jwt::Token& after) {
    const Leaves old_leaves = leaves_of(before);
    const Leaves new_leaves = leaves_of(after);
    std::set<std::string> paths;
    for (const Leaves* leaves : {&old_leaves, &new_leaves}) {
        for (const auto& [path, value] : *leaves)
            paths.insert(path);
    }
    const auto value_at = [](const Leaves& leaves, const std::string& path) {
        const auto found = leaves.find(path);
        return found == leaves.end() ? std::string() : found->second;
    };
    std::vector<Difference> found;
    for (const std::string& path : paths) {
        Difference one{path, value_at(old_leaves, path), value_at(new_leaves, path)};
        if (one.before != one.after) found.push_back(std::move(one));
    }
    return found;
}

}  // namespace natscreds::accounts
