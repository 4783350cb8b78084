#include <natscreds/bus/message.h>

#include <algorithm>

namespace natscreds::bus {

std::optional<std::string_view> Message::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [name](const Header& header) { return header.name == name; });
    if (found == headers.end()) return std::nullopt;
    return found->value;
}

}  // namespace natscreds::bus
