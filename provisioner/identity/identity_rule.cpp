#include <natscreds/provisioner/identity/identity_rule.h>

#include <algorithm>
#include <cstddef>

#include <natscreds/base/joined.h>
#include <natscreds/base/wildcard.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {
namespace {

/// Of a value that is shown; whoever asks decides how long it is.
constexpr std::size_t max_shown_bytes = 100;

bool meets(const Condition& condition, const std::vector<std::string>& values) {
    return std::ranges::any_of(values, [&](const std::string& value) {
        return std::ranges::any_of(condition.patterns, [&](const std::string& pattern) {
            return base::wildcard_matches(pattern, value);
        });
    });
}

std::string in_quotes(const std::vector<std::string>& texts, const char* between) {
    const std::string all = base::joined(
        texts, between, [](const std::string& text) { return '"' + text.substr(0, max_shown_bytes) + '"'; });
    return all.substr(0, 2 * max_shown_bytes);
}

std::string unmet(const Condition& condition, const std::vector<std::string>& values) {
    const std::string is = values.empty() ? "is not there" : "is " + in_quotes(values, ", ");
    return condition.claim + " " + is + ", expected " + in_quotes(condition.patterns, " or ");
}

}  // namespace

base::Result<IdentityRule> choose_rule(const std::vector<IdentityRule>& rules, const Claims& claims) {
    std::string why;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        std::vector<std::string> failed;
        for (const Condition& condition : rules[i].when) {
            const auto values = claims.values(condition.claim);
            if (!meets(condition, values)) failed.push_back(unmet(condition, values));
        }
        if (failed.empty()) return rules[i];
        why += (i > 0 ? "; rule " : "rule ") + std::to_string(i + 1) + ": " + base::joined(failed, " and ");
    }
    return base::Error{Errc::no_rule, why};
}

}  // namespace natscreds::provisioner::identity
