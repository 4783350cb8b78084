#include <natscreds/login/answers.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/bytes.h>
#include <natscreds/base/letters.h>
#include <natscreds/jwt/strict_json.h>
#include <natscreds/login/errc.h>

namespace natscreds::login {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

constexpr std::size_t max_text = 2048;
constexpr std::size_t max_token = 16 * 1024;
constexpr std::int64_t longest = 24L * 60 * 60;

base::Error bad_field(const char* name) {
    return {Errc::bad_answer, std::string("its \"") + name + '"'};
}

base::Result<Json> parse_json(std::string_view text) {
    if (const auto checked = jwt::check_json_object(text); !checked)
        return base::Error{Errc::bad_answer, checked.error().detail};
    return Json::parse(text);
}

bool is_there(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && !found->is_null();
}

/// Empty where it is not printable, or no text at all.
std::string text_of(const Json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_string()) return "";
    const auto& text = found->get_ref<const std::string&>();
    return text.size() <= max_text && std::ranges::all_of(text, base::is_printable) ? text : "";
}

std::string address_of(const Json& json, const char* name) {
    std::string text = text_of(json, name);
    const bool good = text.starts_with("https://") && text.find(' ') == std::string::npos;
    return good ? text : "";
}

/// The token, which is wiped in `json`; empty where there is none.
base::Result<base::Secret> take_token(Json& json, const char* name) {
    if (!is_there(json, name)) return base::Secret();
    Json& found = json[name];
    if (!found.is_string()) return bad_field(name);
    auto& text = found.get_ref<std::string&>();
    if (text.empty() || text.size() > max_token || !std::ranges::all_of(text, base::is_visible))
        return bad_field(name);
    return base::Secret::take({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

/// From one second to a day; what is not there is `otherwise`.
base::Result<seconds> time_of(const Json& json, const char* name, seconds otherwise) {
    if (!is_there(json, name)) return otherwise;
    const Json& found = json[name];
    const bool fits = found.is_number_unsigned() && found.get<std::uint64_t>() >= 1;
    if (!fits) return bad_field(name);
    return seconds(std::min<std::uint64_t>(found.get<std::uint64_t>(), longest));
}

bool allows_offline_access(const Json& document) {
    const auto scopes = document.find("scopes_supported");
    if (scopes == document.end() || !scopes->is_array()) return true;
    return std::ranges::find(*scopes, Json("offline_access")) != scopes->end();
}

Errc meaning_of(std::string_view error) {
    constexpr std::array<std::pair<std::string_view, Errc>, 5> known{{
        {"authorization_pending", Errc::pending},
        {"slow_down", Errc::slow_down},
        {"access_denied", Errc::denied},
        {"expired_token", Errc::code_expired},
        {"invalid_grant", Errc::ended},
    }};
    const auto* const found = std::ranges::find(known, error, &std::pair<std::string_view, Errc>::first);
    return found == known.end() ? Errc::refused : found->second;
}

}  // namespace

base::Result<Endpoints> parse_endpoints(std::string_view document, std::string_view issuer) {
    const base::Result<Json> json = parse_json(document);
    if (!json) return base::Error{Errc::bad_issuer, json.error().detail};
    if (json->value("issuer", Json()) != issuer)
        return base::Error{Errc::bad_issuer, "it is not of the issuer \"" + std::string(issuer) + '"'};
    Endpoints endpoints{.device_authorization = address_of(*json, "device_authorization_endpoint"),
                        .token = address_of(*json, "token_endpoint"),
                        .revocation = address_of(*json, "revocation_endpoint"),
                        .offline_access = allows_offline_access(*json)};
    if (endpoints.token.empty()) return base::Error{Errc::bad_issuer, "its token_endpoint is not at https"};
    if (endpoints.device_authorization.empty())
        return base::Error{Errc::no_device_login, std::string(issuer)};
    return endpoints;
}

base::Result<DeviceCode> parse_device_code(std::string_view answer) {
    base::Result<Json> json = parse_json(answer);
    if (!json) return json.error();
    auto code = take_token(*json, "device_code");
    if (!code) return code.error();
    if (code->empty()) return bad_field("device_code");
    DeviceCode made{.code = *std::move(code),
                    .user_code = text_of(*json, "user_code"),
                    .address = address_of(*json, "verification_uri"),
                    .whole_address = address_of(*json, "verification_uri_complete")};
    // Google's name for it, from before there was an RFC.
    if (made.address.empty()) made.address = address_of(*json, "verification_url");
    if (made.user_code.empty()) return bad_field("user_code");
    if (made.address.empty()) return bad_field("verification_uri");
    const auto valid_for = time_of(*json, "expires_in", seconds(0));
    if (!valid_for || *valid_for == seconds(0)) return bad_field("expires_in");
    const auto interval = time_of(*json, "interval", made.interval);
    if (!interval) return interval.error();
    made.valid_for = *valid_for;
    made.interval = *interval;
    return made;
}

base::Result<Tokens> parse_tokens(std::string_view answer) {
    base::Result<Json> json = parse_json(answer);
    if (!json) return json.error();
    auto access = take_token(*json, "access_token");
    if (!access) return access.error();
    auto identity = take_token(*json, "id_token");
    if (!identity) return identity.error();
    auto refresh = take_token(*json, "refresh_token");
    if (!refresh) return refresh.error();
    const auto valid_for = time_of(*json, "expires_in", Tokens().valid_for);
    if (!valid_for) return valid_for.error();
    if (access->empty()) return bad_field("access_token");
    return Tokens{.access = *std::move(access),
                  .identity = *std::move(identity),
                  .refresh = *std::move(refresh),
                  .valid_for = *valid_for};
}

base::Error parse_refusal(std::string_view answer) {
    const base::Result<Json> json = parse_json(answer);
    const std::string error = json ? text_of(*json, "error") : "";
    if (error.empty()) return {Errc::bad_answer, "it says no, and not why"};
    const std::string description = text_of(*json, "error_description");
    return {meaning_of(error), description.empty() ? error : error + ": " + description};
}

base::Result<base::Secret> parse_github_token(std::string_view answer) {
    base::Result<Json> json = parse_json(answer);
    if (!json) return json.error();
    auto token = take_token(*json, "value");
    if (!token) return token.error();
    if (token->empty()) return bad_field("value");
    return token;
}

}  // namespace natscreds::login
