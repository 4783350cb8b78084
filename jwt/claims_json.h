#pragma once

#include <natscreds/base/result.h>
#include <natscreds/jwt/claims.h>

#include "json.h"

/// Claims to and from the `nats` object of a token.
namespace natscreds::jwt {

/// Writes the object; for GenericClaims fails with Errc::bad_json when the body is not a JSON object.
template <class C>
[[nodiscard]] base::Status write_claims(const C& claims, base::JsonWriter& writer);

/// Reads the object; a field of the wrong shape fails with Errc::bad_json and its name. Like Go's
/// encoding/json: field names match without regard to case, null is the same as nothing.
template <class C>
[[nodiscard]] base::Result<C> read_claims(const Json& object);

/// A string or integer field of an object, found as read_claims finds its own.
[[nodiscard]] base::Result<std::string> read_string(const Json& object, std::string_view name);
[[nodiscard]] base::Result<std::int64_t> read_integer(const Json& object, std::string_view name);

/// The field of that name, exact before case-insensitive; null when there is none.
[[nodiscard]] const Json* find_field(const Json& object, std::string_view name);

/// Adds the fields of `extra` to the object being written.
void write_extra(const Extra& extra, base::JsonWriter& writer);

/// The fields of `object` that are not among `known`.
[[nodiscard]] Extra unknown_fields(const Json& object, const std::vector<std::string_view>& known);

/// Fails with Errc::bad_json when a field that is among `known` is there twice, in letters of different case.
[[nodiscard]] base::Status each_once(const Json& object, const std::vector<std::string_view>& known);

}  // namespace natscreds::jwt
