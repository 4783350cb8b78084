#include <natscreds/accounts/difference.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace natscreds::accounts {
namespace {

/// What stands where, and there in the list: the same word can be in a list twice.
using Leaves = std::map<std::pair<std::string, std::string>, std::string>;

std::string text_of(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What an export, an import, a mapping or a scope is found by among others; empty for other things.
std::string label(const nlohmann::json& json) {
    std::string words;
    for (const char* name : {"account", "type", "subject", "cluster", "key", "start"}) {
        const auto found = json.find(name);
        if (found == json.end() || !found->is_string()) continue;
        words += (words.empty() ? "" : " ") + found->get<std::string>();
    }
    return words;
}

void add_leaves(Leaves& leaves, const std::string& path, const nlohmann::json& json);

/// By what the elements are: where they stand in the list says nothing. Those of one label are told apart by
/// their number, in the order of their text.
void add_elements(Leaves& leaves, const std::string& path, const nlohmann::json& list) {
    std::multimap<std::pair<std::string, std::string>, const nlohmann::json*> elements;
    for (const nlohmann::json& element : list) {
        const std::string text = text_of(element);
        elements.emplace(std::pair(element.is_object() ? label(element) : text, text), &element);
    }
    std::map<std::string, int> seen;
    for (const auto& [order, element] : elements) {
        const int number = ++seen[order.first];
        const std::string mark = number > 1 ? " #" + std::to_string(number) : "";
        if (!element->is_object())
            leaves.emplace(std::pair(path, order.first + mark), order.second);
        else
            add_leaves(leaves, path + "[" + order.first + mark + "]", *element);
    }
}

void add_leaves(Leaves& leaves, const std::string& path, const nlohmann::json& json) {
    if (!json.is_structured() || json.empty()) {
        leaves.emplace(std::pair(path, ""), text_of(json));
        return;
    }
    if (json.is_array()) {
        add_elements(leaves, path, json);
        return;
    }
    for (const auto& [name, value] : json.items())
        add_leaves(leaves, path.empty() ? name : path + "." + name, value);
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
    if (before.text() == after.text()) return {};
    const Leaves old_leaves = leaves_of(before);
    const Leaves new_leaves = leaves_of(after);
    std::set<Leaves::key_type> places;
    for (const Leaves* leaves : {&old_leaves, &new_leaves}) {
        for (const auto& [place, value] : *leaves)
            places.insert(place);
    }
    const auto value_at = [](const Leaves& leaves, const Leaves::key_type& place) {
        const auto found = leaves.find(place);
        return found == leaves.end() ? std::string() : found->second;
    };
    std::vector<Difference> found;
    for (const Leaves::key_type& place : places) {
        Difference one{place.first, value_at(old_leaves, place), value_at(new_leaves, place)};
        if (one.before != one.after) found.push_back(std::move(one));
    }
    return found;
}

}  // namespace natscreds::accounts
