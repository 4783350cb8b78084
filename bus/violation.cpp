#include "violation.h"

namespace natscreds::bus {

bool Violation::concerns(std::string_view other) const {
    return cut ? other.substr(0, subject.size()) == subject : other == subject;
}

std::optional<Violation> parse_violation(std::string_view text) {
    constexpr std::string_view publish = "Permissions Violation for Publish to \"";
    constexpr std::string_view subscribe = "Permissions Violation for Subscription to \"";
    const bool publishes = text.substr(0, publish.size()) == publish;
    if (!publishes && text.substr(0, subscribe.size()) != subscribe) return std::nullopt;

    const std::string_view rest = text.substr(publishes ? publish.size() : subscribe.size());
    const std::size_t end = rest.find('"');
    return Violation{publishes ? Violation::Action::publish : Violation::Action::subscribe,
                     std::string(rest.substr(0, end)), end == std::string_view::npos};
}

}  // namespace natscreds::bus
