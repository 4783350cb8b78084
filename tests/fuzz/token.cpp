// What decodes, as it came or signed by an account, is the text it was made of, decodes again, can be shown, and has
// an outcome when somebody connects with it.
#include <chrono>
#include <variant>

#include <natscreds/base/time_at.h>
#include <natscreds/jwt/admission.h>
#include <natscreds/jwt/ruling.h>
#include <natscreds/jwt/token.h>

#include "signed_body.h"

using namespace natscreds;

namespace {

const nkeys::SigningKey& account_key() {
    static const nkeys::SigningKey key = [] {
        fuzz::OneKey random;
        return nkeys::SigningKey::generate(nkeys::Kind::account, random).value();
    }();
    return key;
}

template <class C>
void check_times(const jwt::Decoded<C>& decoded) {
    for (const auto& time :
         {std::optional(decoded.issued_at), decoded.content.expires, decoded.content.not_before})
        fuzz::require(!time || base::time_at(time->time_since_epoch().count()));
}

void connect_with(const jwt::Decoded<jwt::UserClaims>& user) {
    const auto now = base::time_at(1'800'000'000).value();
    const auto noon = [](const std::string&, base::Time) {
        return std::optional(std::chrono::seconds(43'200));
    };
    const jwt::Admission admission =
        jwt::admit({.token = user.token.text(), .address = "192.0.2.7"}, {.now = now, .time_of_day = noon});
    fuzz::require(!admission.steps.empty() && !admission.steps.back().found.empty());
    for (const auto kind : {jwt::SubjectUse::Kind::publish, jwt::SubjectUse::Kind::subscribe}) {
        const jwt::Ruling ruling =
            jwt::rule_on(user.claims(), {.kind = kind, .subject = "a.b", .queue = "q"});
        fuzz::require(ruling.by == jwt::Ruling::By::no_list || ruling.by == jwt::Ruling::By::not_allowed ||
                      !ruling.entry.empty());
    }
}

int check(std::string_view text) {
    const auto any = jwt::decode_any(text);
    const auto user = jwt::decode<jwt::UserClaims>(text);
    fuzz::require(!user || any);
    if (!any) return 0;
    if (user) connect_with(*user);
    std::visit([](const auto& decoded) { check_times(decoded); }, *any);
    const jwt::Token& token =
        std::visit([](const auto& decoded) -> const jwt::Token& { return decoded.token; }, *any);
    fuzz::require(text.find(token.text()) != std::string_view::npos);
    fuzz::require(jwt::decode_any(token.text()).has_value());
    fuzz::require(!jwt::pretty_payload(token).empty());
    return 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = base::as_text({data, size});
    check(text);
    return check(fuzz::signed_payload(text, account_key()));
}
