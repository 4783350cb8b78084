#pragma once

#include <natscreds/access/reason.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/policy/requesters.h>

/// What every kind of ledger says of itself: access::Reason::ledger_unavailable.
namespace natscreds::provisioner {

[[nodiscard]] inline base::Error names_unavailable() {
    return {access::Reason::ledger_unavailable, "names cannot be written down now"};
}

/// There are as many as it may hold.
[[nodiscard]] inline base::Error names_full() {
    return {access::Reason::ledger_unavailable, "no more names can be given out at present"};
}

/// The name or the key of a requester is another one's.
[[nodiscard]] inline base::Error requester_known(const NamedRequester& requester) {
    return {std::make_error_code(std::errc::file_exists),
            "requester " + requester.name + ", " + requester.key.text()};
}

}  // namespace natscreds::provisioner
