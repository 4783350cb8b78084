#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/bus/settings.h>

namespace natscreds::bus {

/// What a setting may hold instead of a name or a secret: where either is to be found, as the `nats` tool has it.
///
/// Shape:   "file://PATH", "env://VARIABLE", "data:;base64,...". In a path "$VARIABLE" and a "~" at its beginning are
///          filled in. "op://" is known, and refused by name; so is "nsc://" here, which stands for a user's creds
///          file and so for creds and nkey only (nsc_profile.h).
/// Fails:   Errc::bad_option; the system's error for a file that cannot be read. The detail has no secret.
/// Source:  nats-io/jsm.go natscontext (resolver_*.go, context.go).

/// Whether the value refers to a content ("env://", "data:") rather than to a file.
[[nodiscard]] bool refers_to_content(std::string_view value);

/// The path of a file that a value names.
[[nodiscard]] base::Result<std::string> referred_path(const std::string& value,
                                                      const Environment& environment);

/// The text that a value refers to, without the line ends behind it; the value itself where it is no reference.
[[nodiscard]] base::Result<std::string> referred_text(const std::string& value,
                                                      const Environment& environment);

}  // namespace natscreds::bus
