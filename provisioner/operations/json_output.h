#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>

#include <natscreds/base/clock.h>

namespace natscreds::provisioner {

/// An array on its way out, an element a line; it ends when this does.
class JsonArray {
  public:
    explicit JsonArray(std::ostream& out) : out_(out) { out_ << "["; }
    ~JsonArray() { out_ << (empty_ ? "]\n" : "\n]\n"); }
    JsonArray(const JsonArray&) = delete;
    JsonArray& operator=(const JsonArray&) = delete;

    void add(std::string_view element) {
        out_ << (empty_ ? "\n " : ",\n ") << element;
        empty_ = false;
    }

  private:
    std::ostream& out_;
    bool empty_ = true;
};

/// Since 1970, as JWTs and the audit have it.
[[nodiscard]] inline std::int64_t seconds_of(base::Time time) {
    return time.time_since_epoch().count();
}

/// In a line; what is not UTF-8 does not fail.
template <class Json>
[[nodiscard]] std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace natscreds::provisioner
