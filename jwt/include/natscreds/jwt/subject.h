#pragma once

#include <string_view>

namespace natscreds::jwt {

/// Subjects as the server understands them: tokens between dots; `*` stands for one token, `>` for one or
/// more at the end. Source: nats-server sublist.go.

/// Cuts the first token off `rest`, which is empty after the last one.
[[nodiscard]] std::string_view next_token(std::string_view& rest) noexcept;

/// Whether this is a subject that can be subscribed to: no empty token, no white space, `>` only at the end.
[[nodiscard]] bool valid_subject(std::string_view subject) noexcept;

/// Whether it is valid and has no wildcard, so that it can be published to.
[[nodiscard]] bool literal_subject(std::string_view subject) noexcept;

/// Whether every subject that `inner` matches is also matched by `outer`; both must be valid.
[[nodiscard]] bool subject_covers(std::string_view outer, std::string_view inner) noexcept;

}  // namespace natscreds::jwt
