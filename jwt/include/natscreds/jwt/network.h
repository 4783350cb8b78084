#pragma once

#include <string>

/// Networks as a user's `src` names them, and addresses of clients. IPv4 and IPv6; an IPv4 address that is written as
/// IPv6 ("::ffff:192.0.2.7") is the IPv4 address.
namespace natscreds::jwt {

/// "192.0.2.0/24", "2001:db8::/32"
[[nodiscard]] bool valid_network(const std::string& text);

/// "192.0.2.7", "2001:db8::7"
[[nodiscard]] bool valid_address(const std::string& text);

/// Whether a network has this address; no where one of them is not valid.
[[nodiscard]] bool network_has(const std::string& network, const std::string& address);

}  // namespace natscreds::jwt
