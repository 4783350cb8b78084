#pragma once

#include <string_view>

namespace natscreds::access {

/// The subject of access requests where nobody vouches for the requester; where the server does, the
/// requester's own public key follows as one more token. It is also the audience of such requests.
inline constexpr std::string_view access_subject = "chat.req.access";

}  // namespace natscreds::access
