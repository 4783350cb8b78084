#include <natscreds/provisioner/kubernetes/manifests.h>

#include <optional>

#include <yaml-cpp/yaml.h>
#include <nlohmann/json.hpp>

#include "api_objects.h"

namespace natscreds::provisioner::kubernetes {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_values = 100'000;
constexpr std::size_t deepest = 64;

base::Error not_a_manifest(const YAML::Mark& mark, const std::string& what) {
    const std::string line = mark.is_null() ? "" : "line " + std::to_string(mark.line + 1) + ": ";
    return {std::make_error_code(std::errc::invalid_argument), line + what};
}

/// Turns YAML into JSON, as much of it as a file may reasonably have.
class Translation {
  public:
    base::Result<Json> translate(const YAML::Node& node) {
        Json json = value(node, 0);
        if (error_) return *error_;
        return json;
    }

  private:
    Json value(const YAML::Node& node, std::size_t depth) {
        if (error_) return {};
        if (depth > deepest || ++values_ > max_values)
            return fail(node, "nested too deep, or more than such a file ever has");
        switch (node.Type()) {
            case YAML::NodeType::Scalar:
                return scalar(node);
            case YAML::NodeType::Sequence:
                return list(node, depth);
            case YAML::NodeType::Map:
                return object(node, depth);
            default:
                return {};
        }
    }

    /// yaml-cpp gives what stood in quotes the tag "!".
    static Json scalar(const YAML::Node& node) {
        const std::string& text = node.Scalar();
        if (node.Tag() == "!" || !Json::accept(text)) return text;
        return Json::parse(text);
    }

    Json list(const YAML::Node& node, std::size_t depth) {
        Json json = Json::array();
        for (const YAML::Node& entry : node)
            json.push_back(value(entry, depth + 1));
        return json;
    }

    Json object(const YAML::Node& node, std::size_t depth) {
        Json json = Json::object();
        for (const auto& entry : node) {
            const YAML::Node& key = entry.first;
            if (!key.IsScalar()) return fail(key, "a key that is no text");
            if (json.contains(key.Scalar())) return fail(key, "\"" + key.Scalar() + "\" twice");
            json[key.Scalar()] = value(entry.second, depth + 1);
        }
        return json;
    }

    Json fail(const YAML::Node& node, const std::string& what) {
        if (!error_) error_ = not_a_manifest(node.Mark(), what);
        return {};
    }

    std::size_t values_ = 0;
    std::optional<base::Error> error_;
};

/// The object, or the items of a list of objects.
base::Status append(const Json& document, const YAML::Mark& mark, std::vector<std::string>& objects) {
    if (!document.is_object()) return not_a_manifest(mark, "not an object");
    if (document.value("kind", Json()) != "List") {
        objects.push_back(json_text(document));
        return {};
    }
    const Json items = document.value("items", Json());
    for (const Json& item : items) {
        if (!item.is_object()) return not_a_manifest(mark, "a List of something else than objects");
        objects.push_back(json_text(item));
    }
    return {};
}

base::Result<std::vector<std::string>> read_documents(const std::vector<YAML::Node>& documents) {
    std::vector<std::string> objects;
    Translation translation;
    for (const YAML::Node& document : documents) {
        if (document.IsNull() || !document.IsDefined()) continue;
        const auto json = translation.translate(document);
        if (!json) return json.error();
        if (const auto added = append(*json, document.Mark(), objects); !added) return added.error();
    }
    return objects;
}

}  // namespace

base::Result<std::vector<std::string>> read_manifests(std::string_view text) {
    try {
        return read_documents(YAML::LoadAll(std::string(text)));
    } catch (const YAML::Exception& error) {
        return not_a_manifest(error.mark, error.msg);
    }
}

}  // namespace natscreds::provisioner::kubernetes
