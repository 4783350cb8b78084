#pragma once

#include <string>
#include <string_view>

namespace natscreds::base {

/// The text with "***" in the place of each part that looks like a secret, for what is printed for people.
///
/// Holds:   the parts are seeds and private keys as text, JWTs (one for a bearer is all that it needs), and base64 in
///          which there are such, be it encoded twice or broken into lines. A text with the dashes of a creds file is
///          a part from the first dash to the last. Public keys, paths and words stay as they are.
/// Source:  nats-io/nkeys strkey.go (seeds), nats-io/jwt v2 creds_utils.go.
[[nodiscard]] std::string masked(std::string_view text);

/// Whether masked() finds anything: for a value that should be a file's name, and is the file's content.
[[nodiscard]] bool holds_secret(std::string_view text);

}  // namespace natscreds::base
