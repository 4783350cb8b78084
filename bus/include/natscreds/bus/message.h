#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natscreds::bus {

/// One header line of a message. Names are compared exactly, upper and lower case told apart.
struct Header {
    std::string name;
    std::string value;

    bool operator==(const Header&) const = default;
};

/// A message, on its way out or received.
struct Message {
    std::string subject;
    std::string reply;  ///< the subject that an answer goes to; empty: none is expected
    std::string body;
    std::vector<Header> headers;     ///< received: sorted by name; the values of one name as they came
    bool malformed_headers = false;  ///< received with a header block that cannot be read; `headers` is empty
    std::size_t behind = 0;          ///< received: how many more had arrived for the same worker by then

    /// The first value under this name.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

}  // namespace natscreds::bus
