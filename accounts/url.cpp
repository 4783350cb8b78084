#include <natscreds/accounts/url.h>

#include <algorithm>
#include <array>
#include <string>

namespace natscreds::accounts {
namespace {

constexpr std::string_view between = "://";

struct Parts {
    std::string_view scheme;
    std::string_view host;
    std::string_view rest;
};

Parts split(std::string_view url) {
    const std::size_t mark = url.find(between);
    if (mark == std::string_view::npos) return {};
    const std::string_view behind = url.substr(mark + between.size());
    const std::size_t end = std::min(behind.find_first_of("/?#"), behind.size());
    return {url.substr(0, mark), behind.substr(0, end), behind.substr(end)};
}

bool plain(std::string_view url) {
    return std::ranges::none_of(url,
                                [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

/// Without what could be a password.
base::Error bad(const Parts& parts) {
    return {Errc::bad_url, "\"" + std::string(parts.scheme) + "://" +
                               std::string(parts.host.substr(parts.host.find('@') + 1)) + "\""};
}

}  // namespace

base::Status check_service_url(std::string_view url) {
    constexpr std::array<std::string_view, 4> schemes{"nats", "tls", "ws", "wss"};
    const Parts parts = split(url);
    const bool known = std::ranges::find(schemes, parts.scheme) != schemes.end();
    const bool bare =
        parts.host.find('@') == std::string_view::npos && (parts.rest.empty() || parts.rest == "/");
    if (!known || parts.host.empty() || !bare || !plain(url)) return bad(parts);
    return {};
}

base::Status check_account_server_url(std::string_view url) {
    const Parts parts = split(url);
    if (parts.scheme.empty() || parts.host.empty() || !plain(url)) return bad(parts);
    return {};
}

}  // namespace natscreds::accounts
