#include <natscreds/accounts/name.h>

#include <algorithm>

#include <natscreds/accounts/errc.h>

namespace natscreds::accounts {
namespace {

/// With ".creds" behind it, and what a file that is being written has around it, a name must fit the 255
/// bytes of a file name.
constexpr std::size_t max_name_bytes = 200;

bool is_control(char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7f;
}

bool acceptable(std::string_view text) {
    // nsc takes "*" for "make up a name".
    if (text.empty() || text.size() > max_name_bytes || text == "*") return false;
    if (text.front() == '.' || text.front() == ' ' || text.back() == ' ') return false;
    return text.find_first_of("/\\") == std::string_view::npos && std::ranges::none_of(text, is_control);
}

/// A name for an error message, which must not carry control characters to a terminal.
std::string printable(std::string_view text) {
    std::string shown(text.substr(0, max_name_bytes));
    std::ranges::replace_if(shown, is_control, '?');
    return "\"" + shown + "\"";
}

}  // namespace

base::Result<Name> Name::parse(std::string_view text) {
    if (!acceptable(text)) return base::Error{Errc::bad_name, printable(text)};
    return Name(std::string(text));
}

}  // namespace natscreds::accounts
