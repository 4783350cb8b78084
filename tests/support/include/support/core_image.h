#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace natscreds::support {

/// Of a process's memory: all of it, or what a core dump does not leave out, as it does locked memory.
enum class Mappings { all, dumped };

/// What a running process has in its memory, as gcore writes it.
/// Fails: throws, with what gcore said.
[[nodiscard]] std::string core_image(int pid, Mappings mappings);

/// Which of the keys made from FixedRandom(1) to FixedRandom(count) have their seed in an image, as 32 raw
/// bytes or as the text of a user's or a curve key's seed.
[[nodiscard]] std::vector<std::uint64_t> seeds_in(const std::string& image, std::uint64_t count);

/// Which of these texts are in an image, each by its place in the list.
[[nodiscard]] std::vector<std::size_t> texts_in(const std::string& image, std::span<const std::string> texts);

}  // namespace natscreds::support
