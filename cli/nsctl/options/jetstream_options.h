#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/jwt/account_claims.h>

#include "options/options.h"

namespace natscreds::nsctl {

/// An account's JetStream: --js-enable, --js-mem-storage and its like, for the account as a whole or, with
/// --js-tier, for streams of so many replicas.
///
/// Holds:   where nothing could be stored before, what is not named is not limited.
/// Fails:   Errc::bad_number, the option in the detail.
/// Source:  nsc cmd/editaccount.go.
struct JetStreamOptions {
    std::array<std::string, 7> limits;
    std::optional<bool> max_bytes_required;
    std::int64_t tier = 0;               ///< 0: the account as a whole
    std::optional<std::int64_t> enable;  ///< this tier, or with 0 the account as a whole, without limits
    std::optional<std::int64_t> remove;  ///< this tier, with 0 the whole account's, below 0 all
    bool disable = false;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] bool given() const { return !report().empty(); }
    [[nodiscard]] base::Result<jwt::AccountLimits> applied_to(jwt::AccountLimits before) const;
    [[nodiscard]] Strings report() const;
};

}  // namespace natscreds::nsctl
