#include "token_claims.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include <natscreds/base/date.h>
#include <natscreds/base/joined.h>
#include <natscreds/base/time_at.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {

using Json = nlohmann::json;

base::Error bad_claim(const char* name) {
    return {Errc::bad_claim, name};
}

/// A text that is not empty; otherwise empty.
std::string text_of(const Json& object, const char* name) {
    const Json field = object.is_object() ? object.value(name, Json()) : Json();
    return field.is_string() ? field.get<std::string>() : std::string();
}

/// Seconds since 1970, in the range of years that dates have; whole numbers only.
std::optional<base::Time> time_of(const Json& claims, const char* name) {
    const auto field = claims.find(name);
    if (field == claims.end() || !field->is_number_unsigned()) return std::nullopt;
    return base::time_at(field->get<std::uint64_t>());
}

base::Status check_audience(const Json& claims, std::span<const std::string> audiences) {
    const Json field = claims.value("aud", Json());
    const Json list = field.is_string() ? Json::array({field}) : field;
    const auto is_text = [](const Json& value) { return value.is_string(); };
    if (!list.is_array() || !std::ranges::all_of(list, is_text)) return bad_claim("aud");
    const auto is_ours = [&](const Json& value) {
        return std::ranges::find(audiences, value.get_ref<const std::string&>()) != audiences.end();
    };
    if (std::ranges::any_of(list, is_ours)) return {};
    return base::Error{Errc::wrong_audience, "expected \"" + base::joined(audiences, "\" or \"") + "\""};
}

base::Status check_time(const Json& claims, base::Time now, std::chrono::seconds tolerance) {
    const auto expires = time_of(claims, "exp");
    if (!expires) return bad_claim("exp");
    if (now >= *expires) return base::Error{Errc::expired, base::why_not_valid({.expires = *expires}, now)};
    if (!claims.contains("nbf")) return {};
    const auto begins = time_of(claims, "nbf");
    if (!begins) return bad_claim("nbf");
    if (now + tolerance < *begins)
        return base::Error{Errc::not_yet_valid, base::why_not_valid({.not_before = *begins}, now)};
    return {};
}

}  // namespace natscreds::provisioner::identity
