// What validation finds in random claims: as many issues of each severity as the official Go library finds.
#include <map>
#include <ostream>
#include <string>

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <natscreds/jwt/validate.h>
#include <support/random_claims.h>

#include "go_oracle.h"

using namespace natscreds;
using support::ask_go;
using support::GoAnswer;
using support::GoRequest;
using support::Sample;
using support::type_name;

namespace {

constexpr int many = 500;

/// Random times keep clear of today by decades, so that ours need not be Go's.
const jwt::ValidationContext today{.now = base::Time(std::chrono::seconds(2'000'000'000))};

struct Findings {
    std::map<std::string, int> count_by_severity;
    std::string text;

    void add(const std::string& severity, const std::string& issue) {
        ++count_by_severity[severity];
        text += "\n  " + severity + ": " + issue;
    }
};

Findings findings(const GoAnswer& answer) {
    Findings found;
    for (const support::GoIssue& issue : answer.issues)
        found.add(issue.severity, issue.text);
    return found;
}

template <class C>
Findings findings(const std::string& token) {
    const std::map<jwt::Severity, std::string> names{
        {jwt::Severity::error, "error"}, {jwt::Severity::time, "time"}, {jwt::Severity::warning, "warning"}};
    Findings found;
    for (const jwt::Issue& issue : jwt::validate(jwt::decode<C>(token).value(), today))
        found.add(names.at(issue.severity), issue.text);
    return found;
}

}  // namespace

TEMPLATE_TEST_CASE("Go oracle: validation finds as many issues of each severity as Go does", "",
                   jwt::OperatorClaims, jwt::AccountClaims, jwt::UserClaims, jwt::ActivationClaims,
                   jwt::AuthorizationRequestClaims, jwt::AuthorizationResponseClaims, jwt::GenericClaims) {
    support::RandomClaims random(3);
    std::vector<GoRequest> requests;
    for (const Sample<TestType>& sample : support::samples<TestType>(random, many)) {
        requests.push_back(
            {.op = "decode", .type = std::string(type_name<TestType>), .token = sample.token()});
    }
    const std::vector<GoAnswer> answers = ask_go(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        REQUIRE(answers[i].refused.empty());
        const Findings expected = findings(answers[i]);
        const Findings found = findings<TestType>(requests[i].token);
        INFO(support::payload_of(requests[i].token)
             << "\nGo finds" << expected.text << "\nfound here" << found.text);
        CHECK(found.count_by_severity == expected.count_by_severity);
    }
}
