#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/bus/settings.h>

namespace natscreds::bus {

/// What nsc knows of an operator or a user: "nsc://OPERATOR/ACCOUNT/USER" or less.
struct NscProfile {
    std::string creds;    ///< the path of the user's creds file; empty where no user is named
    std::string servers;  ///< the operator's service URLs, with commas; empty where it has none
};

[[nodiscard]] bool is_nsc_reference(std::string_view value);

/// Asks `nsc generate profile`, or `nsctl generate profile` where there is no nsc on the PATH, and waits ten seconds.
/// Fails:   Errc::bad_option: what is no such reference; no such program; what the program says against it; an answer
///          without the creds file of a user who is named. The detail has the reference and the program.
/// Source:  nats-io/jsm.go natscontext/resolver_nsc.go; nsc cmd/generateprofile.go.
[[nodiscard]] base::Result<NscProfile> nsc_profile(const std::string& reference,
                                                   const Environment& environment);

}  // namespace natscreds::bus
