#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include <natscreds/bus/errc.h>
#include <natscreds/bus/settings.h>

namespace natscreds::bus {
namespace {

using Milliseconds = std::chrono::milliseconds;

/// A century: what is longer is a mistake, and would not fit what it is computed with.
constexpr double max_milliseconds = 100.0 * 366 * 24 * 3600 * 1000;

/// Milliseconds in a unit; 0 for what is none.
double unit_size(std::string_view unit) {
    constexpr std::pair<std::string_view, double> units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
    for (const auto& [name, size] : units) {
        if (name == unit) return size;
    }
    return 0;
}

/// Takes a number with its unit off the text.
std::optional<double> take_milliseconds(std::string_view& text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const std::from_chars_result read = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (read.ec != std::errc{} || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    const std::string_view unit = text.substr(0, text.find_first_not_of("msh"));
    text.remove_prefix(unit.size());
    if (unit_size(unit) == 0) return std::nullopt;
    return number * unit_size(unit);
}

}  // namespace

base::Result<Milliseconds> parse_duration(std::string_view text) {
    const base::Error bad{Errc::bad_option,
                          "'" + std::string(text) + "' is not a time such as 5s, 500ms or 1m30s"};
    const bool bare_number = text.find_first_not_of("0123456789.") == std::string_view::npos;
    const std::string with_unit = bare_number ? std::string(text) + "s" : std::string(text);
    double total = 0;
    for (std::string_view rest = with_unit; !rest.empty();) {
        const std::optional<double> part = take_milliseconds(rest);
        if (!part) return bad;
        total += *part;
    }
    if (!(total >= 1 && total <= max_milliseconds)) return bad;
    return Milliseconds(std::llround(total));
}

}  // namespace natscreds::bus
