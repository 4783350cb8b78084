#include <natscreds/provisioner/identity/claims.h>

#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

namespace natscreds::provisioner::identity {
namespace {

std::optional<std::string> text_of_scalar(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_integer() || value.is_boolean()) return value.dump();
    return std::nullopt;
}

}  // namespace

/// Walks a token's claims. An issuer may let people choose the names of some, so a path that is met twice is nobody's.
struct ClaimReader {
    void read(const nlohmann::json& object, const std::string& prefix) {
        for (const auto& [name, value] : object.items()) {
            const std::string path = prefix + name;
            if (!met.insert(path).second) {
                twice.insert(path);
                continue;
            }
            if (value.is_object()) read(value, path + ".");
            if (value.is_array()) put(path, {.texts = texts_of(value), .is_list = true});
            if (const auto text = text_of_scalar(value)) put(path, {.texts = {*text}, .is_list = false});
        }
    }
    static std::vector<std::string> texts_of(const nlohmann::json& list) {
        std::vector<std::string> texts;
        for (const auto& element : list) {
            if (auto text = text_of_scalar(element)) texts.push_back(*std::move(text));
        }
        return texts;
    }
    void put(const std::string& path, Claims::Value value) { claims.values_[path] = std::move(value); }

    Claims claims;
    std::set<std::string> met;
    std::set<std::string> twice;
};

Claims Claims::read(std::string_view object) {
    const auto json = nlohmann::json::parse(object, nullptr, false);
    ClaimReader reader;
    if (json.is_object()) reader.read(json, "");
    for (const std::string& path : reader.twice)
        reader.claims.values_.erase(path);
    return std::move(reader.claims);
}

std::vector<std::string> Claims::values(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>() : found->second.texts;
}

std::map<std::string, std::string, std::less<>> Claims::facts() const {
    std::map<std::string, std::string, std::less<>> facts;
    for (const auto& [name, value] : values_) {
        if (!value.is_list) facts["claim(" + name + ")"] = value.texts.front();
    }
    return facts;
}

}  // namespace natscreds::provisioner::identity
