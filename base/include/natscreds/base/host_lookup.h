#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <natscreds/base/result.h>

struct addrinfo;

namespace natscreds::base {

/// Why a host has no address.
enum class HostErrc {
    unknown = 1,  ///< there is no such host
    no_answer,    ///< name servers do not answer, or not in time
};

std::error_code make_error_code(HostErrc) noexcept;

/// Addresses as numbers ("192.0.2.1", "fe80::1%eth0"), in the order in which to try them.
using Addresses = std::vector<std::string>;
using HostLookup = std::function<Result<Addresses>(const std::string& host)>;

/// Those of a host, however long its name servers take: minutes, where several of them are out of reach.
/// Fails: HostErrc. Source: getaddrinfo(3).
[[nodiscard]] Result<Addresses> addresses_of(const std::string& host);

/// Those of a host within a limit.
///
/// Holds:   what has come too late is thrown away. A number is its own address, and asks nobody.
/// Fails:   as the lookup; HostErrc::no_answer when the limit is over.
[[nodiscard]] Result<Addresses> look_up_host(const std::string& host, std::chrono::milliseconds limit,
                                             HostLookup lookup = addresses_of);

/// A socket's address.
using SocketAddress = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

/// That of a number and a port. Fails: std::errc::invalid_argument, with the reason.
[[nodiscard]] Result<SocketAddress> socket_address(const std::string& number, const std::string& port);

/// The host in "host", "host:port", "scheme://user@host:port/path" and "[address]:port".
[[nodiscard]] std::string host_in(const std::string& url);

}  // namespace natscreds::base

template <>
struct std::is_error_code_enum<natscreds::base::HostErrc> : std::true_type {};
