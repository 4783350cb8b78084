#include <natscreds/provisioner/policy/name.h>

#include <algorithm>

#include <natscreds/access/reason.h>
#include <natscreds/base/letters.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::provisioner {
namespace {

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_allowed(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

base::Result<Name> Name::parse(std::string_view text) {
    const bool good = !text.empty() && text.size() <= longest && is_letter(text.front()) &&
                      std::ranges::all_of(text, is_allowed);
    if (good) return Name(std::string(text));
    return base::Error{access::Reason::bad_name,
                       "a name is 1 to 63 characters of a-z, 0-9, _ and -, beginning with a letter"};
}

base::Result<Name> Name::fold(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return parse("");
    text.remove_prefix(first);
    return parse(base::lower(text.substr(0, text.find_first_of(blanks))));
}

base::Status check_ledger_name(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        const auto account = nkeys::PublicKey::parse(text.substr(0, slash), nkeys::Kind::account);
        if (!account) return account.error();
    }
    const base::Result<Name> name =
        Name::parse(slash == std::string_view::npos ? text : text.substr(slash + 1));
    return name ? base::Status() : base::Status(name.error());
}

}  // namespace natscreds::provisioner
