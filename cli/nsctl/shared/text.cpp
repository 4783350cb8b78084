#include "shared/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

#include <natscreds/base/date.h>
#include <natscreds/base/letters.h>

#include "errors.h"

namespace natscreds::nsctl {
namespace {

using std::chrono::nanoseconds;

std::string with_fraction(std::int64_t value, std::int64_t unit) {
    std::string text = std::to_string(value / unit);
    if (value % unit == 0) return text;
    std::string fraction = std::to_string(unit + value % unit).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return text + "." + fraction;
}

struct Unit {
    std::string_view name;
    std::int64_t value;
};

constexpr std::array durations{
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
};

/// Of a size, by its first letter: what it is with a thousand to the step, and with 1024 behind an "i".
struct Prefix {
    char letter;
    std::int64_t decimal;
    std::int64_t binary;
};

constexpr std::array prefixes{
    Prefix{'k', 1'000, 1LL << 10},
    Prefix{'m', 1'000'000, 1LL << 20},
    Prefix{'g', 1'000'000'000, 1LL << 30},
    Prefix{'t', 1'000'000'000'000, 1LL << 40},
    Prefix{'p', 1'000'000'000'000'000, 1LL << 50},
    Prefix{'e', 1'000'000'000'000'000'000, 1LL << 60},
};

/// The bytes of "", "B", "k", "kB", "Ki" or "KiB", with a blank before it or not.
std::optional<std::int64_t> size_unit(std::string_view name) {
    std::string letters = base::lower(name.substr(std::min(name.find_first_not_of(' '), name.size())));
    if (letters.ends_with('b')) letters.pop_back();
    if (letters.empty()) return 1;
    const auto* const prefix = std::ranges::find(prefixes, letters[0], &Prefix::letter);
    if (prefix == prefixes.end()) return std::nullopt;
    if (letters.size() == 1) return prefix->decimal;
    return letters.substr(1) == "i" ? std::optional(prefix->binary) : std::nullopt;
}

/// Of "1.5" units, in the arithmetic of nsc; what is less than a byte is left out.
base::Result<std::int64_t> fraction_of(std::int64_t unit, std::string_view number, const base::Error& bad) {
    double value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    value *= static_cast<double>(unit);
    constexpr double all = 9.2e18;
    if (error != std::errc() || end != number.data() + number.size() || value > all) return bad;
    return static_cast<std::int64_t>(value);
}

struct DurationPart {
    nanoseconds value;
    std::size_t characters;  // that it was written with
};

/// The "1.5h" that the text begins with.
std::optional<DurationPart> first_part(std::string_view text) {
    const std::size_t number_size = std::min(text.find_first_not_of("0123456789."), text.size());
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + number_size, number);
    if (error != std::errc() || end != text.data() + number_size) return std::nullopt;
    const std::size_t part_size = std::min(text.find_first_of("0123456789.", number_size), text.size());
    const std::string_view unit_name = text.substr(number_size, part_size - number_size);
    const auto unit = std::ranges::find(durations, unit_name, &Unit::name);
    if (unit == durations.end()) return std::nullopt;
    const double value = number * static_cast<double>(unit->value);
    constexpr double a_century = 3.2e18;
    if (value > a_century) return std::nullopt;
    return DurationPart{nanoseconds(std::llround(value)), part_size};
}

}  // namespace

std::string size_text(std::int64_t bytes) {
    constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 10) return std::to_string(bytes) + " B";
    std::size_t power = 0;
    auto value = static_cast<double>(bytes);
    for (; value >= 1000 && power + 1 < units.size(); ++power)
        value /= 1000;
    const double rounded = std::floor(value * 10 + 0.5) / 10;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), rounded < 10 ? "%.1f %s" : "%.0f %s", rounded, units[power]);
    return text.data();
}

std::string moment_text(const std::optional<base::Time>& moment) {
    return moment ? base::date_of(*moment) : std::string();
}

std::string duration_text(nanoseconds duration) {
    const std::int64_t count = duration.count();
    constexpr std::int64_t second = 1'000'000'000;
    if (count == 0) return "0s";
    if (count < 0) return std::to_string(count) + "ns";
    if (count < 1'000) return std::to_string(count) + "ns";
    if (count < 1'000'000) return with_fraction(count, 1'000) + "µs";
    if (count < second) return with_fraction(count, 1'000'000) + "ms";
    std::string text;
    const std::int64_t hours = count / (3600 * second);
    const std::int64_t minutes = count / (60 * second) % 60;
    if (hours > 0) text += std::to_string(hours) + "h";
    if (hours > 0 || minutes > 0) text += std::to_string(minutes) + "m";
    return text + with_fraction(count % (60 * second), second) + "s";
}

base::Result<nanoseconds> parse_duration(std::string_view text) {
    const base::Error bad{Errc::bad_duration, "\"" + std::string(text) + "\""};
    if (text == "0") return nanoseconds(0);
    if (text.empty()) return bad;
    nanoseconds total{0};
    for (std::string_view rest = text; !rest.empty();) {
        const std::optional<DurationPart> part = first_part(rest);
        if (!part || part->value > nanoseconds::max() - total) return bad;
        total += part->value;
        rest.remove_prefix(part->characters);
    }
    return total;
}

base::Result<std::int64_t> parse_size(std::string_view text) {
    const base::Error bad{Errc::bad_number, "\"" + std::string(text) + "\""};
    if (text == "-1") return -1;
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view number = text.substr(0, digits);
    const std::optional<std::int64_t> unit = size_unit(text.substr(digits));
    if (!unit) return bad;
    if (*unit > 1 && number.find('.') != std::string_view::npos) return fraction_of(*unit, number, bad);
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), whole);
    if (error != std::errc() || end != number.data() + number.size()) return bad;
    const bool too_much = whole > std::numeric_limits<std::int64_t>::max() / *unit;
    if (too_much) return bad;
    return whole * *unit;
}

}  // namespace natscreds::nsctl
