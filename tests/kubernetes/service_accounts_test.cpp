// ServiceAccounts of a real API server; tests/integration has the same with recorded answers.
#include "../integration/service_accounts.h"

using namespace natscreds;

TEST_CASE("ServiceAccounts: offline, a real cluster's tokens become credentials, also while it is away") {
    const auto cluster = support::real_cluster();
    support::check_offline(*cluster);
}

TEST_CASE(
    "ServiceAccounts: by review, a real cluster's tokens become credentials until the account is deleted") {
    const auto cluster = support::real_cluster();
    support::check_review(*cluster);
}
