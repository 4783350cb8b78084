#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/bytes.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::chat {

/// What a chat keeps of one identity: COMMUNITY.KEY.ENDING in the state folder, mode 0600, each written whole or not at
/// all.
inline constexpr std::string_view rooms_ending = "rooms.json";
inline constexpr std::string_view curve_ending = "curve";
inline constexpr std::string_view sealed_ending = "sealed.json";
inline constexpr std::array kept_endings{rooms_ending, curve_ending, sealed_ending};

/// Empty where there is no folder: nothing is kept then.
[[nodiscard]] std::filesystem::path kept_path(const std::filesystem::path& folder,
                                              const std::string& community, const nkeys::PublicKey& self,
                                              std::string_view ending);

/// Whether reading failed because nothing was kept; where the folder cannot be, nothing was either.
[[nodiscard]] bool is_not_kept(const base::Error& error);

/// None where nothing was kept. Fails: as base::read_file.
[[nodiscard]] base::Result<std::optional<std::string>> read_kept(const std::filesystem::path& file,
                                                                 std::size_t max_bytes);
/// Fails: as base::make_private_folder and base::write_file.
[[nodiscard]] base::Status write_kept(const std::filesystem::path& file, base::ByteView content);

/// An empty T where nothing was kept. Fails: as read_kept and T::parse; the detail names the file.
template <class T>
[[nodiscard]] base::Result<T> load_kept(const std::filesystem::path& file, std::size_t max_bytes) {
    const auto text = read_kept(file, max_bytes);
    if (!text) return text.error();
    if (!*text) return T();
    base::Result<T> kept = T::parse(**text);
    if (!kept) return kept.error().within(file.string());
    return kept;
}

}  // namespace natscreds::chat
