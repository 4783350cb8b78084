#pragma once

#include <cstddef>
#include <string_view>

namespace natscreds::base {

/// Goes through a text once, from its beginning to its end, and says where parts begin that look like secrets.
///
/// Holds:   what it looks at is at most a fixed multiple of the text's size, whatever stands in it: texts from outside
///          come here.
/// Thread:  one at a time.
class SecretScan {
  public:
    /// Base64 is looked into this many layers deep.
    SecretScan(std::string_view text, int layers) : text_(text), layers_(layers) {}

    /// The length of the secret that begins at `at`, or 0. `at` never goes back.
    [[nodiscard]] std::size_t length_at(std::size_t at);
    /// Whether there is one anywhere. Instead of length_at().
    [[nodiscard]] bool finds_any();

    /// How many characters were looked at, each as often as it was.
    [[nodiscard]] std::size_t looked_at() const noexcept { return looked_at_; }

  private:
    template <class Is>
    [[nodiscard]] std::size_t run_at(std::size_t at, Is is);
    [[nodiscard]] std::size_t fenced_at(std::size_t at);
    [[nodiscard]] std::size_t key_at(std::size_t at);
    [[nodiscard]] std::size_t jwt_at(std::size_t at);
    [[nodiscard]] std::size_t base64_at(std::size_t at);

    const std::string_view text_;
    const int layers_;
    std::size_t looked_at_ = 0;
    std::size_t jwt_end_ = 0;     ///< of the run of a JWT's characters that was looked at last
    std::size_t last_dot_ = 0;    ///< in it; 0: none, for before a dot there are letters
    std::size_t base64_end_ = 0;  ///< of the run of base64 that was looked into last
};

}  // namespace natscreds::base
