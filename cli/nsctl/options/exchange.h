#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/jwt/account_claims.h>

#include "options/options.h"

/// Exports and imports: which one is meant, and the options that they share.
namespace natscreds::nsctl {

/// The export of this subject, or the only one that the account has.
/// Fails: accounts::Errc::no_such_export, several_match.
[[nodiscard]] base::Result<std::size_t> find_export(const jwt::AccountClaims& account,
                                                    const std::string& subject);

/// Which import is meant: by the subject that it has here or there, and by the account that exports it.
struct ImportChoice {
    std::string subject;
    std::string source;  ///< a public key; empty: any

    [[nodiscard]] console::OptionList options();

    /// With the source as a key, which may have been given as a name.
    [[nodiscard]] base::Result<ImportChoice> resolved(const accounts::Store& store) const;
};

/// Fails: accounts::Errc::no_such_import, several_match.
[[nodiscard]] base::Result<std::size_t> find_import(const jwt::AccountClaims& account,
                                                    const ImportChoice& choice);

/// What an export is, beside its subject and kind.
///
/// Fails: Errc::bad_number, bad_duration, bad_response_type, the option in the detail.
struct ExportOptions {
    std::optional<std::string> name;
    std::optional<bool> service;
    std::optional<bool> is_private;
    std::optional<bool> allow_trace;
    std::optional<bool> advertise;
    std::optional<std::string> latency;
    std::optional<std::string> sampling;
    bool remove_latency = false;
    std::optional<std::string> response_type;
    std::optional<std::string> response_threshold;
    std::optional<std::int64_t> account_token_position;
    std::optional<std::string> description;
    std::optional<std::string> info_url;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] bool given() const { return !report().empty(); }
    [[nodiscard]] base::Result<jwt::Export> applied_to(jwt::Export before) const;
    [[nodiscard]] Strings report() const;
};

}  // namespace natscreds::nsctl
