#include "server_address.h"

#include <algorithm>
#include <optional>

#include <natscreds/base/letters.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/bus/errc.h>

namespace natscreds::bus {
namespace {

std::optional<base::Secret> decoded(std::string_view text) {
    if (!base::escapes_are_whole(text)) return std::nullopt;
    const auto escapes = static_cast<std::size_t>(std::ranges::count(text, '%'));
    return base::Secret::filled(text.size() - 2 * escapes, [text](std::span<std::uint8_t> to) {
        std::size_t at = 0;
        for (std::uint8_t& byte : to) {
            const bool escaped = text[at] == '%';
            byte =
                escaped ? base::byte_of_hex(text[at + 1], text[at + 2]) : static_cast<std::uint8_t>(text[at]);
            at += escaped ? 3 : 1;
        }
    });
}

base::Status read_user(std::string_view text, ServerAddress& address) {
    const std::size_t colon = text.find(':');
    std::optional<base::Secret> first = decoded(text.substr(0, colon));
    std::optional<base::Secret> second =
        decoded(colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1));
    if (!first || !second)
        return base::Error{Errc::bad_option,
                           address.url + ": a '%' before the '@' needs two hexadecimal digits; %25 is a '%'"};
    if (colon == std::string_view::npos) {
        address.token = *std::move(first);
        return {};
    }
    address.user = base::as_text(first->expose());
    address.password = *std::move(second);
    return {};
}

}  // namespace

std::optional<std::string_view> user_part(std::string_view server) noexcept {
    if (const std::size_t mark = server.find("://"); mark != std::string_view::npos)
        server.remove_prefix(mark + 3);
    const std::size_t at = server.rfind('@');
    if (at == std::string_view::npos) return std::nullopt;
    return server.substr(0, at);
}

base::Result<ServerAddress> ServerAddress::parse(const std::string& text) {
    const std::string url = server_url(text);
    const auto user = user_part(url);
    ServerAddress address{.url = url, .user = {}, .password = {}, .token = {}};
    if (!user) return address;
    address.url.erase(static_cast<std::size_t>(user->data() - url.data()), user->size() + 1);
    if (const base::Status read = read_user(*user, address); !read) return read.error();
    return address;
}

}  // namespace natscreds::bus
