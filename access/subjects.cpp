#include <natscreds/access/subjects.h>

#include <algorithm>
#include <array>
#include <utility>

#include <natscreds/access/errc.h>
#include <natscreds/access/reason.h>
#include <natscreds/jwt/subject.h>

namespace natscreds::access {
namespace {

constexpr std::array endpoints{Endpoint::access, Endpoint::renew};

base::Error unvouched() {
    return {Reason::unvouched, "the request's subject does not say who asks"};
}

/// "A....U..."
base::Result<Requester> parse_requester(std::string_view keys) {
    const std::size_t dot = keys.find('.');
    if (dot == std::string_view::npos) return unvouched();
    const auto account = nkeys::PublicKey::parse(keys.substr(0, dot), nkeys::Kind::account);
    const auto user = nkeys::PublicKey::parse(keys.substr(dot + 1), nkeys::Kind::user);
    if (!account || !user) return unvouched();
    return Requester{.account = *account, .user = *user};
}

}  // namespace

std::string_view name(Endpoint endpoint) noexcept {
    return endpoint == Endpoint::access ? "access" : "renew";
}

base::Result<Subjects> Subjects::create(std::string prefix) {
    if (!jwt::literal_subject(prefix)) return base::Error{Errc::bad_prefix, prefix};
    return Subjects(std::move(prefix));
}

std::string Subjects::direct(Endpoint endpoint) const {
    return prefix_ + "." + std::string(name(endpoint));
}

std::string Subjects::vouched(Endpoint endpoint, const nkeys::PublicKey& user) const {
    return direct(endpoint) + "." + user.text();
}

std::string Subjects::mapped(Endpoint endpoint, const Requester& requester) const {
    return direct(endpoint) + "." + requester.account.text() + "." + requester.user.text();
}

std::string Subjects::exported(Endpoint endpoint) const {
    return direct(endpoint) + ".*.*";
}

int Subjects::account_token_position() const {
    const auto dots = std::ranges::count(direct(Endpoint::access), '.');
    return static_cast<int>(dots) + 2;
}

base::Result<Addressed> Subjects::parse(std::string_view subject) const {
    for (const Endpoint endpoint : endpoints) {
        const std::string own = direct(endpoint);
        if (!subject.starts_with(own)) continue;
        std::string_view rest = subject.substr(own.size());
        if (rest.empty()) return Addressed{.endpoint = endpoint, .requester = std::nullopt};
        if (rest.front() != '.') continue;
        rest.remove_prefix(1);
        const base::Result<Requester> requester = parse_requester(rest);
        if (!requester) return requester.error();
        return Addressed{.endpoint = endpoint, .requester = *requester};
    }
    return unvouched();
}

}  // namespace natscreds::access
