#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace natscreds::chat {

/// Lines from a descriptor, as they come.
///
/// Holds:   a line is cut at `max_line_bytes`: what follows is the next one.
class LineReader {
  public:
    static constexpr std::size_t max_line_bytes = 65'536;

    explicit LineReader(int descriptor) : descriptor_(descriptor) {}

    /// Reads once, and returns the lines that are complete. To be called when the descriptor is readable.
    [[nodiscard]] std::vector<std::string> read_lines();
    [[nodiscard]] bool ended() const noexcept { return ended_; }

  private:
    int descriptor_;
    std::string rest_;
    bool ended_ = false;
};

}  // namespace natscreds::chat
