#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <natscreds/base/result.h>

namespace natscreds::jwt {

using Json = nlohmann::json;

/// Reads a JSON object. Fails with Errc::bad_json on anything else: no object, bad UTF-8, nested
/// too deep, the same field twice.
[[nodiscard]] base::Result<Json> parse_object(std::string_view text);

/// Writes JSON as Go's encoding/json does: no white space; `<`, `>`, `&`, U+2028 and U+2029 escaped.
/// Commas are put where they belong; fields appear in the order of the calls.
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

    /// Any JSON value, fields in the order of their names.
    void value(const Json& json);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] std::string take() noexcept { return std::move(text_); }

  private:
    void open(char bracket);
    void close(char bracket);
    void separate();
    void quote(std::string_view text);

    std::string text_;
    bool first_ = true;  // nothing stands yet where the next value goes, so that no comma is needed
};

}  // namespace natscreds::jwt
