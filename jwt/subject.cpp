#include <natscreds/jwt/subject.h>

namespace natscreds::jwt {
namespace {

bool valid_token(std::string_view token) {
    return !token.empty() && token.find_first_of(" \t\r\n\f\v") == std::string_view::npos &&
           token.find('\0') == std::string_view::npos;
}

}  // namespace

std::string_view next_token(std::string_view& rest) noexcept {
    const std::size_t dot = rest.find('.');
    const std::string_view token = rest.substr(0, dot);
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    return token;
}

bool valid_subject(std::string_view subject) noexcept {
    if (subject.empty() || subject.back() == '.') return false;
    for (std::string_view rest = subject; !rest.empty();) {
        const std::string_view token = next_token(rest);
        if (!valid_token(token)) return false;
        if (token == ">" && !rest.empty()) return false;
    }
    return true;
}

bool literal_subject(std::string_view subject) noexcept {
    if (!valid_subject(subject)) return false;
    for (std::string_view rest = subject; !rest.empty();) {
        const std::string_view token = next_token(rest);
        if (token == "*" || token == ">") return false;
    }
    return true;
}

bool subject_covers(std::string_view outer, std::string_view inner) noexcept {
    while (!outer.empty() && !inner.empty()) {
        const std::string_view wide = next_token(outer);
        const std::string_view narrow = next_token(inner);
        if (wide == ">") return true;
        if (narrow == ">") return false;
        if (wide != "*" && wide != narrow) return false;
    }
    return outer.empty() && inner.empty();
}

}  // namespace natscreds::jwt
