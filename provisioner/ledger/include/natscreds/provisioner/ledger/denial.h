#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/clock.h>

namespace natscreds::provisioner {

/// Somebody who gets nothing any more, however good the request.
struct Denial {
    enum class Kind { name, key, requester };
    Kind kind;
    std::string value;  ///< a name, or a public key's text

    auto operator<=>(const Denial&) const = default;
};

/// "name", "key", "requester".
[[nodiscard]] std::string_view word(Denial::Kind kind) noexcept;
/// Nothing for another word.
[[nodiscard]] std::optional<Denial::Kind> denial_kind(std::string_view word) noexcept;

/// A denial as it is written down.
struct DenialRecord {
    Denial whom;
    std::optional<base::Time> until = {};  ///< it counts before that moment; none: until it is taken back
    std::string by = {};                   ///< "ann@host"; empty: nobody wrote it down, as before 0.2
    std::optional<base::Time> at = {};

    [[nodiscard]] bool counts(base::Time now) const { return !until || now < *until; }
    bool operator==(const DenialRecord&) const = default;
};

}  // namespace natscreds::provisioner
