#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace natscreds::base {

/// Writes JSON as Go's encoding/json does: no white space; `<`, `>`, `&`, U+2028 and U+2029 escaped.
/// Commas are put where they belong; fields appear in the order of the calls.
///
/// Holds:   what is put in as UTF-8 comes out as UTF-8; nothing else is checked.
class JsonWriter {
  public:
    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }

    void key(std::string_view name);
    void string(std::string_view text);
    void number(std::int64_t value);
    void boolean(bool value);

    /// A value that is written already.
    void raw(std::string_view json);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] std::string take() noexcept { return std::move(text_); }

    void field(std::string_view name, std::string_view text);
    void field(std::string_view name, std::int64_t value);

  private:
    void open(char bracket);
    void close(char bracket);
    void separate();
    void quote(std::string_view text);

    std::string text_;
    bool first_ = true;  // nothing stands yet where the next value goes, so that no comma is needed
};

}  // namespace natscreds::base
