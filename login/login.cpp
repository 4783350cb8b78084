#include <natscreds/login/login.h>

#include <algorithm>
#include <utility>

#include <natscreds/base/bytes.h>
#include <natscreds/https/client.h>
#include <natscreds/https/errc.h>
#include <natscreds/login/errc.h>
#include <natscreds/login/kept_login.h>

#include "form.h"

namespace natscreds::login {
namespace {

using std::chrono::seconds;

constexpr std::size_t max_answer_bytes = 256 * 1024;
constexpr int http_success = 200;
constexpr int first_server_error = 500;

std::string_view shown(const base::Secret& secret) {
    return base::as_text(secret.expose());
}

base::Error bad_status(const std::string& url, int status) {
    return {https::Errc::unreachable, url + ": it answered " + std::to_string(status)};
}

/// Below the issuer, whose name may end with a slash. Source: OpenID Connect Discovery 1.0 section 4.1.
std::string discovery_url(std::string issuer) {
    if (issuer.ends_with('/')) issuer.pop_back();
    return issuer + "/.well-known/openid-configuration";
}

}  // namespace

base::Result<Endpoints> Login::endpoints() {
    if (endpoints_) return *endpoints_;
    const std::string url = discovery_url(parts_.issuer);
    const auto answer = https::ask({.ca = parts_.ca}, {.url = url}, max_answer_bytes);
    if (!answer) return answer.error();
    if (answer->status != http_success) return bad_status(url, answer->status);
    const auto parsed = parse_endpoints(answer->body, parts_.issuer);
    if (!parsed) return parsed.error().within(url);
    endpoints_ = *parsed;
    return *endpoints_;
}

base::Result<std::string> Login::post(const std::string& url, std::string body) const {
    auto answer = https::ask({.ca = parts_.ca},
                             {.method = "POST",
                              .url = url,
                              .content_type = "application/x-www-form-urlencoded",
                              .body = std::move(body)},
                             max_answer_bytes);
    if (!answer) return answer.error();
    if (answer->status == http_success) return std::move(answer->body);
    const bool says_why = answer->status >= 400 && answer->status < first_server_error;
    return says_why ? parse_refusal(answer->body).within(url) : bad_status(url, answer->status);
}

base::Result<Tokens> Login::tokens(const std::string& url, std::string body) const {
    auto answer = post(url, std::move(body));
    if (!answer) return answer.error();
    auto parsed = parse_tokens(*answer);
    base::wipe(*answer);
    return parsed ? std::move(parsed) : parsed.error().within(url);
}

base::Result<DeviceCode> Login::begin(const Endpoints& at) const {
    auto answer =
        post(at.device_authorization, form({{"client_id", parts_.client},
                                            {"scope", at.offline_access ? "openid offline_access" : "openid"},
                                            {"resource", parts_.audience}}));
    if (!answer) return answer.error();
    auto code = parse_device_code(*answer);
    base::wipe(*answer);
    return code ? std::move(code) : code.error().within(at.device_authorization);
}

base::Result<Tokens> Login::wait_for_person(const Endpoints& at, const DeviceCode& code) const {
    constexpr seconds slower{5};
    constexpr seconds slowest{60};
    const base::Instant end = parts_.intervals.now() + code.valid_for;
    seconds interval = code.interval;
    while (parts_.pause(interval)) {
        if (parts_.intervals.now() >= end) return base::Error{Errc::code_expired, {}};
        auto given = tokens(at.token, form({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                                            {"device_code", shown(code.code)},
                                            {"client_id", parts_.client},
                                            {"resource", parts_.audience}}));
        if (given) return given;
        const std::error_code why = given.error().code;
        if (why == Errc::slow_down) {
            interval += slower;
        } else if (why == https::Errc::unreachable) {
            interval = std::max(interval, std::min(interval * 2, slowest));
        } else if (why != Errc::pending) {
            return given.error();
        }
    }
    return base::Error{std::make_error_code(std::errc::operation_canceled), "login"};
}

base::Result<Tokens> Login::refresh(const base::Secret& token) {
    const auto at = endpoints();
    if (!at) return at.error();
    return tokens(at->token, form({{"grant_type", "refresh_token"},
                                   {"refresh_token", shown(token)},
                                   {"client_id", parts_.client},
                                   {"resource", parts_.audience}}));
}

base::Status Login::take(Tokens tokens, Lasting lasting) {
    // Another is to be had at any time; the one at hand serves what is done at the same time.
    constexpr seconds while_at_it{30};
    base::Secret& wanted = parts_.audience.empty() ? tokens.identity : tokens.access;
    if (wanted.empty()) {
        return base::Error{Errc::no_token,
                           parts_.issuer + " gave no ID token; --audience takes its access token"};
    }
    token_ = std::move(wanted);
    good_until_ = parts_.intervals.now() +
                  (lasting == Lasting::kept ? std::min(tokens.valid_for, while_at_it) : tokens.valid_for);
    return {};
}

base::Result<Login::Lasting> Login::log_in() {
    const auto known = token();
    if (known) return Lasting::kept;
    const std::error_code why = known.error().code;
    if (why != Errc::not_logged_in && why != Errc::ended) return known.error();
    const auto at = endpoints();
    if (!at) return at.error();
    const auto code = begin(*at);
    if (!code) return code.error();
    parts_.ask_person({.address = code->address,
                       .code = code->user_code,
                       .whole_address = code->whole_address,
                       .valid_for = code->valid_for});
    auto given = wait_for_person(*at, *code);
    if (!given) return given.error();
    const Lasting lasting = given->refresh.empty() ? Lasting::as_long_as_its_token : Lasting::kept;
    if (lasting == Lasting::kept) {
        const auto kept = KeptLogin::open(parts_.folder, parts_.issuer, parts_.client);
        if (!kept) return kept.error();
        if (const base::Status saved = kept->save(given->refresh); !saved) return saved.error();
    }
    if (const base::Status taken = take(*std::move(given), lasting); !taken) return taken.error();
    return lasting;
}

base::Result<base::Secret> Login::token() {
    if (token_.empty() || parts_.intervals.now() >= good_until_) {
        const auto kept = KeptLogin::open(parts_.folder, parts_.issuer, parts_.client);
        if (!kept) return kept.error();
        const auto refresh_token = kept->load();
        if (!refresh_token) return refresh_token.error().within(parts_.issuer);
        auto given = refresh(*refresh_token);
        if (!given) return given.error();
        // Where it was replaced, the former one is worth nothing any more.
        const base::Status saved = given->refresh.empty() ? base::Status() : kept->save(given->refresh);
        if (!saved) return saved.error();
        if (const base::Status taken = take(*std::move(given), Lasting::kept); !taken) return taken.error();
    }
    return base::Secret::copy_of(token_.expose());
}

base::Status Login::log_out() {
    const auto kept = KeptLogin::open(parts_.folder, parts_.issuer, parts_.client);
    if (!kept) return kept.error();
    const auto refresh_token = kept->load();
    if (!refresh_token) return refresh_token.error().within(parts_.issuer);
    token_ = {};
    const auto at = endpoints();
    if (!at) return at.error();
    if (!at->revocation.empty()) {
        const auto revoked = post(at->revocation, form({{"token", shown(*refresh_token)},
                                                        {"token_type_hint", "refresh_token"},
                                                        {"client_id", parts_.client}}));
        if (!revoked) return revoked.error();
    }
    return kept->remove();
}

}  // namespace natscreds::login
