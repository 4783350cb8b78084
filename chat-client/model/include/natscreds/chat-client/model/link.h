#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <natscreds/base/clock.h>

namespace natscreds::chat {

/// The way to the others, as a status line tells it.
struct Link {
    bool connected = false;
    bool hangs = false;  ///< connected, but the server does not answer
    std::string server;  ///< its name or URL, harmless; empty until it is known
    std::string region;  ///< its cluster; empty where it has none
    bool tls = false;    ///< false also where it is not known
    std::optional<std::chrono::microseconds> round_trip = {};
    std::optional<base::Time> credentials_end = {};
};

}  // namespace natscreds::chat
