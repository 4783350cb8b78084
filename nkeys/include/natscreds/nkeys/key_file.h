#pragma once

#include <filesystem>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/signing_key.h>
#include <natscreds/nkeys/unlocker.h>

namespace natscreds::nkeys {

/// Files that hold a seed: the first line that is a seed counts; CR, LF and blanks at a line's end do not. Or a sealed seed
/// (sealed_seed.h), where there is something to open it with.
///
/// Fails:   Errc::no_key_found when no line begins as a seed does; otherwise what parse_seed of the kind of key
///          says of the first that does; the system's error when the file cannot be read. The detail names
///          the file, never its content. Of a sealed seed: SealErrc::locked where nothing opens it; bad_sealed_seed; what
///          Unlocker::open() says.
/// Source:  nats-io/nkeys nk/main.go.

[[nodiscard]] base::Result<SigningKey> load_seed(const std::filesystem::path& path,
                                                 Unlocker* unlocker = nullptr);

/// The same for the seed of a curve key.
[[nodiscard]] base::Result<CurveKey> load_curve_seed(const std::filesystem::path& path,
                                                     Unlocker* unlocker = nullptr);

/// A signing key's seed from a text that is already in memory.
[[nodiscard]] base::Result<SigningKey> find_seed(const base::Secret& text);

}  // namespace natscreds::nkeys
