#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace natscreds::provisioner::identity {

/// What a token says, as rules and names look at it: a claim within another is `realm_access.roles`.
///
/// Shape:   texts, and whole numbers, true and false as they are written; of a list its elements. Claims of other shapes,
///          and those that two places of the token could be called by, are not there.
class Claims {
  public:
    /// `object` is a JSON object; anything else has no claims.
    [[nodiscard]] static Claims read(std::string_view object);

    /// The values of a claim; none where it is not there, or an empty list.
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;

    /// Those that are no lists, as `claim(NAME)`: what names can be made of.
    [[nodiscard]] std::map<std::string, std::string, std::less<>> facts() const;

  private:
    friend struct ClaimReader;
    struct Value {
        std::vector<std::string> texts;
        bool is_list;
    };
    std::map<std::string, Value, std::less<>> values_;
};

}  // namespace natscreds::provisioner::identity
