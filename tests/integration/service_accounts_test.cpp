// ServiceAccounts of a cluster that answers what a real one did; tests/kubernetes has the same with a real one.
#include "service_accounts.h"

using namespace natscreds;

TEST_CASE("ServiceAccounts: offline, a recorded cluster's tokens become credentials, also while it is away") {
    const auto cluster = support::recorded_cluster();
    support::check_offline(*cluster);
}

TEST_CASE(
    "ServiceAccounts: by review, a recorded cluster's tokens become credentials until the account is "
    "deleted") {
    const auto cluster = support::recorded_cluster();
    support::check_review(*cluster);
}
