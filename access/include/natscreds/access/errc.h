#pragma once

#include <system_error>

namespace natscreds::access {

/// What can be wrong with a reply, seen from the client; and with how the service is to be addressed.
enum class Errc {
    refused = 1,    ///< the service says no, for a reason that this version does not know
    not_a_reply,    ///< neither a grant nor a refusal
    other_key,      ///< the JWT is for another key than the one that asked
    other_name,     ///< the JWT carries another name than the one asked for
    other_account,  ///< the JWT is for another account than the one expected
    other_issuer,   ///< the JWT is not signed by any of the issuers that the reply names
    not_in_time,    ///< the JWT has expired, or does not hold yet; the detail says when
    other_expiry,   ///< the JWT does not expire when the reply says that it does, or never
    not_renewable,  ///< the credentials never end, so that there is nothing to renew
    of_others,      ///< a file that is to hold credentials holds something else
    bad_prefix,     ///< not a subject that requests could be sent below
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::access

template <>
struct std::is_error_code_enum<natscreds::access::Errc> : std::true_type {};
