#include <natscreds/provisioner/identity/foreign_jwt.h>

#include <algorithm>
#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/jwt/strict_json.h>
#include <natscreds/provisioner/identity/errc.h>

#include "algorithms.h"

namespace natscreds::provisioner::identity {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_token_bytes = 16 * 1024;
constexpr std::size_t max_key_id_bytes = 1024;

struct Parts {
    std::string_view header, claims, signature;
};

base::Result<Parts> split(std::string_view text) {
    const std::size_t first = text.find('.');
    const std::size_t last = text.rfind('.');
    if (first == std::string_view::npos || first == last) return base::Error{Errc::bad_shape, {}};
    const Parts parts{text.substr(0, first), text.substr(first + 1, last - first - 1), text.substr(last + 1)};
    if (parts.header.empty() || parts.claims.empty() || parts.signature.empty())
        return base::Error{Errc::bad_shape, {}};
    if (parts.claims.find('.') != std::string_view::npos) return base::Error{Errc::bad_shape, {}};
    return parts;
}

/// The text of a part that holds a JSON object.
base::Result<std::string> object_text(std::string_view part, const char* name) {
    const auto bytes = base::base64url_decode(part);
    if (!bytes) return base::Error{Errc::bad_base64, name};
    std::string text(base::as_text(*bytes));
    const auto checked = jwt::check_json_object(text);
    if (!checked) return base::Error{Errc::bad_json, std::string(name) + ": " + checked.error().detail};
    return text;
}

struct Header {
    Algorithm algorithm;
    std::string key_id;
};

base::Result<Algorithm> algorithm_of(const Json& value) {
    const auto algorithm =
        value.is_string() ? algorithm_named(value.get_ref<const std::string&>()) : std::optional<Algorithm>();
    if (!algorithm) return base::Error{Errc::unknown_algorithm, {}};
    return *algorithm;
}

/// The thumbprints say which certificate the key is in, which is of no use here; many issuers write them.
bool is_understood(std::string_view field) {
    constexpr std::array<std::string_view, 5> fields{"alg", "kid", "typ", "x5t", "x5t#S256"};
    return std::ranges::find(fields, field) != fields.end();
}

base::Result<Header> read_header(const std::string& text) {
    const Json json = Json::parse(text);
    for (const auto& [name, value] : json.items()) {
        if (!is_understood(name)) return base::Error{Errc::bad_header, {}};
    }
    const Json type = json.value("typ", Json("JWT"));
    // SPIFFE's JWT-SVIDs may be of the second; access tokens of RFC 9068 are of the third.
    if (type != "JWT" && type != "JOSE" && type != "at+jwt")
        return base::Error{Errc::bad_header, "typ is not JWT"};
    const Json key_id = json.value("kid", Json(""));
    if (!key_id.is_string() || key_id.get_ref<const std::string&>().size() > max_key_id_bytes)
        return base::Error{Errc::bad_header, "kid is not a text of at most 1024 bytes"};
    const auto algorithm = algorithm_of(json.value("alg", Json()));
    if (!algorithm) return algorithm.error();
    return Header{*algorithm, key_id.get<std::string>()};
}

}  // namespace

base::Result<ForeignJwt> ForeignJwt::parse(std::string_view text) {
    if (text.size() > max_token_bytes) return base::Error{Errc::too_large, "token"};
    const auto parts = split(text);
    if (!parts) return parts.error();
    const auto header_text = object_text(parts->header, "header");
    if (!header_text) return header_text.error();
    auto header = read_header(*header_text);
    if (!header) return header.error();
    auto claims = object_text(parts->claims, "claims");
    if (!claims) return claims.error();
    if (!base::base64url_decode(parts->signature)) return base::Error{Errc::bad_base64, "signature"};

    ForeignJwt token;
    token.algorithm_ = header->algorithm;
    token.key_id_ = std::move(header->key_id);
    token.claims_ = std::move(*claims);
    token.signed_part_ = text.substr(0, text.rfind('.'));
    token.signature_ = parts->signature;
    return token;
}

}  // namespace natscreds::provisioner::identity
