#include "json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <natscreds/jwt/errc.h>
#include <natscreds/jwt/strict_json.h>

namespace natscreds::jwt {
namespace {

/// Deeper than any claim, and far from where a recursive writer would run out of stack.
constexpr std::size_t deepest = 64;

/// Builds the value while the library reads, so that what is nested too deep or there twice ends it at once.
class TreeBuilder {
  public:
    TreeBuilder() { open_.reserve(deepest); }

    // What the library calls; false ends the reading.
    bool null() { return put(nullptr); }
    bool boolean(bool value) { return put(value); }
    bool number_integer(std::int64_t value) { return put(value); }
    bool number_unsigned(std::uint64_t value) { return put(value); }
    bool number_float(double value, const std::string& /*text*/) { return put(value); }
    bool string(const std::string& value) { return put(value); }
    bool binary(const Json::binary_t& /*value*/) { return false; }
    bool start_object(std::size_t /*size*/) { return open(Json::value_t::object); }
    bool end_object() { return close(); }
    bool start_array(std::size_t /*size*/) { return open(Json::value_t::array); }
    bool end_array() { return close(); }
    bool key(const std::string& name) {
        // Readers differ in which of the two they take.
        const auto [field, added] = open_.back()->get_ref<Json::object_t&>().try_emplace(name);
        if (!added) problem_ = "a field is there twice";
        field_ = &field->second;
        return added;
    }
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/, const Json::exception& /*error*/) {
        return false;
    }

    [[nodiscard]] const char* problem() const { return problem_; }
    [[nodiscard]] Json take() { return std::move(root_); }

  private:
    Json& place() {
        if (open_.empty()) return root_;
        return open_.back()->is_array() ? open_.back()->get_ref<Json::array_t&>().emplace_back() : *field_;
    }
    bool put(Json value) {
        place() = std::move(value);
        return true;
    }
    bool open(Json::value_t type) {
        if (open_.size() == deepest) problem_ = "nested too deep";
        if (open_.size() == deepest) return false;
        Json& value = place();
        value = type;
        open_.push_back(&value);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    Json root_;
    std::vector<Json*> open_;  ///< objects and arrays that have begun, the innermost last
    Json* field_ = nullptr;    ///< where the next value of the innermost object goes
    const char* problem_ = "not JSON";
};

/// A number not below zero as its digits, the first of them worth 10^exponent.
struct Decimal {
    std::string digits;
    int exponent;
};

/// No more digits than tell it from its neighbours.
Decimal shortest_decimal(double value) {
    std::array<char, 32> memory;
    const auto end =
        std::to_chars(memory.data(), memory.data() + memory.size(), value, std::chars_format::scientific).ptr;
    const std::string_view text(memory.data(), end);  // "1.25e-07"
    const std::size_t e = text.find('e');
    Decimal decimal{std::string(text.substr(0, e)), 0};
    std::erase(decimal.digits, '.');
    std::from_chars(text.data() + e + 2, end, decimal.exponent);
    if (text[e + 1] == '-') decimal.exponent = -decimal.exponent;
    return decimal;
}

/// As JavaScript writes numbers: with an exponent below a millionth and from 10^21 on.
std::string number_text(double value) {
    if (std::signbit(value)) return "-" + number_text(-value);
    auto [digits, exponent] = shortest_decimal(value);
    const bool plain = exponent >= -6 && exponent < 21;
    if (plain && exponent < 0) digits.insert(0, static_cast<std::size_t>(-exponent), '0');
    const std::size_t whole = plain && exponent > 0 ? static_cast<std::size_t>(exponent) + 1 : 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    if (digits.size() > whole) digits.insert(whole, ".");
    if (plain) return digits;
    return digits + (exponent < 0 ? "e" : "e+") + std::to_string(exponent);
}

}  // namespace

base::Result<Json> parse_object(std::string_view text) {
    TreeBuilder builder;
    if (!Json::sax_parse(text, &builder)) return base::Error{Errc::bad_json, builder.problem()};
    Json json = builder.take();
    if (!json.is_object()) return base::Error{Errc::bad_json, "not a JSON object"};
    return json;
}

base::Status check_json_object(std::string_view text) {
    const auto object = parse_object(text);
    if (!object) return object.error();
    return {};
}

void write_value(const Json& json, base::JsonWriter& writer) {
    if (json.is_object()) {
        writer.begin_object();
        for (const auto& [name, field] : json.items()) {
            writer.key(name);
            write_value(field, writer);
        }
        return writer.end_object();
    }
    if (json.is_array()) {
        writer.begin_array();
        for (const Json& element : json)
            write_value(element, writer);
        return writer.end_array();
    }
    if (json.is_string()) return writer.string(json.get_ref<const std::string&>());
    writer.raw(json.is_number_float() ? number_text(json.get<double>()) : json.dump());
}

}  // namespace natscreds::jwt
