#include <natscreds/jwt/network.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <arpa/inet.h>

namespace natscreds::jwt {
namespace {

/// All addresses as IPv6 has them.
using Address = std::array<std::uint8_t, 16>;
constexpr std::size_t ipv4_offset = 12;
constexpr int ipv4_bits = static_cast<int>(ipv4_offset) * 8;

std::optional<Address> parse_ipv4(const std::string& text) {
    Address address{};
    address[ipv4_offset - 2] = address[ipv4_offset - 1] = 0xff;
    if (inet_pton(AF_INET, text.c_str(), address.data() + ipv4_offset) != 1) return std::nullopt;
    return address;
}

std::optional<Address> parse_ipv6(const std::string& text) {
    Address address{};
    if (inet_pton(AF_INET6, text.c_str(), address.data()) != 1) return std::nullopt;
    return address;
}

std::optional<Address> parse_address(const std::string& text) {
    const auto ipv4 = parse_ipv4(text);
    return ipv4 ? ipv4 : parse_ipv6(text);
}

struct Network {
    Address address;
    int bits;  ///< of the 128 that count
};

/// A number of bits, digits alone.
std::optional<int> parse_bits(std::string_view digits, int most) {
    int bits = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const bool whole = !digits.empty() && digits.size() <= 3 && digits.front() != '-' &&
                       failed == std::errc() && end == digits.data() + digits.size();
    return whole && bits <= most ? std::optional(bits) : std::nullopt;
}

std::optional<Network> parse_network(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return std::nullopt;
    const std::string address = text.substr(0, slash);
    const std::string_view digits = std::string_view(text).substr(slash + 1);
    if (const auto ipv4 = parse_ipv4(address)) {
        const auto bits = parse_bits(digits, 32);
        return bits ? std::optional(Network{*ipv4, *bits + ipv4_bits}) : std::nullopt;
    }
    const auto ipv6 = parse_ipv6(address);
    const auto bits = parse_bits(digits, 128);
    return ipv6 && bits ? std::optional(Network{*ipv6, *bits}) : std::nullopt;
}

bool same_bits(const Address& one, const Address& other, int bits) {
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (!std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(whole), other.begin()))
        return false;
    const int rest = bits % 8;
    return rest == 0 || (one[whole] ^ other[whole]) >> (8 - rest) == 0;
}

}  // namespace

bool valid_network(const std::string& text) {
    return parse_network(text).has_value();
}

bool valid_address(const std::string& text) {
    return parse_address(text).has_value();
}

bool network_has(const std::string& network, const std::string& address) {
    const auto range = parse_network(network);
    const auto one = parse_address(address);
    return range && one && same_bits(range->address, *one, range->bits);
}

}  // namespace natscreds::jwt
