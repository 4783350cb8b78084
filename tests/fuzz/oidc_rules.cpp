// A token's claims and the rules that look at them: the first line is a claim's name, the second a pattern, the rest the
// claims.
#include <cstdint>
#include <string>

#include <natscreds/base/bytes.h>
#include <natscreds/base/wildcard.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/identity_rule.h>

#include "require.h"

using namespace natscreds;
using namespace natscreds::provisioner::identity;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text = base::as_text({data, size});
    const auto line = [&] {
        const std::size_t end = text.find('\n');
        const std::string found(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        return found;
    };
    const std::string claim = line();
    const std::string pattern = line();
    const Claims claims = Claims::read(text);
    const auto chosen = choose_rule({{.when = {{claim, {pattern}}}, .role = "r"}}, claims);
    bool any = false;
    for (const std::string& value : claims.values(claim))
        any = any || base::wildcard_matches(pattern, value);
    fuzz::require(chosen.has_value() == any);
    if (!chosen)
        fuzz::require(chosen.error().code == Errc::no_rule && chosen.error().detail.size() < size + 1000);
    for (const auto& [name, value] : claims.facts())
        fuzz::require(claims.values(name.substr(6, name.size() - 7)) == std::vector<std::string>{value});
    return 0;
}
