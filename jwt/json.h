#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include <natscreds/base/json_writer.h>
#include <natscreds/base/result.h>

namespace natscreds::jwt {

using Json = nlohmann::json;

/// Reads a JSON object. Fails with Errc::bad_json on anything else: no object, bad UTF-8, nested
/// too deep, the same field twice.
[[nodiscard]] base::Result<Json> parse_object(std::string_view text);

/// Any JSON value, fields in the order of their names.
void write_value(const Json& json, base::JsonWriter& writer);

}  // namespace natscreds::jwt
