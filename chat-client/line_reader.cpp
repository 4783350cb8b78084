#include "line_reader.h"

#include <array>
#include <cerrno>
#include <utility>

#include <unistd.h>

namespace natscreds::chat {

std::vector<std::string> LineReader::read_lines() {
    std::array<char, 4096> bytes{};
    const ssize_t count = read(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return {};
    ended_ = count <= 0;
    std::vector<std::string> lines;
    for (ssize_t i = 0; i < count; ++i) {
        const char c = bytes[static_cast<std::size_t>(i)];
        if (c != '\n') rest_ += c;
        if (c == '\n' && rest_.ends_with('\r')) rest_.pop_back();
        if (c == '\n' || rest_.size() >= max_line_bytes) lines.push_back(std::exchange(rest_, {}));
    }
    // What is piped in may lack its last newline.
    if (ended_ && !rest_.empty()) lines.push_back(std::exchange(rest_, {}));
    return lines;
}

}  // namespace natscreds::chat
