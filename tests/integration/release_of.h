#pragma once

#include <string>

#include <natscreds/jwt/server_release.h>
#include <support/nats_server.h>

namespace natscreds {

/// Of "2.10.27" 2.10.
inline jwt::ServerRelease release_of(const support::ServerBinary& binary) {
    const std::size_t dot = binary.version.find('.');
    return {std::stoi(binary.version), std::stoi(binary.version.substr(dot + 1))};
}

}  // namespace natscreds
