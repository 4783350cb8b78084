#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <system_error>

namespace natscreds::access {

/// Why the service refuses: the reasons of the provisioning protocol, version 1, each with its number.
///
/// An error of these codes carries in its detail the sentence for the requester: no secret, path or internal.
enum class Reason {
    malformed = 1,         ///< 400
    too_large,             ///< 400
    bad_name,              ///< 400
    bad_audience,          ///< 400
    bad_ttl,               ///< 400
    plain_disabled,        ///< 400
    bad_signature,         ///< 401
    stale,                 ///< 401
    unvouched,             ///< 401
    bad_identity,          ///< 401
    role_denied,           ///< 403
    denied,                ///< 403
    superseded,            ///< 403
    unknown_role,          ///< 404
    name_taken,            ///< 409
    name_full,             ///< 409
    rate_limited,          ///< 429
    busy,                  ///< 503
    draining,              ///< 503
    audit_unavailable,     ///< 503
    ledger_unavailable,    ///< 503
    signing_key_unusable,  ///< 503
};

/// All of them, in the order of their numbers: for tables and metrics.
[[nodiscard]] std::span<const Reason> all_reasons() noexcept;

/// As it stands in a reply: "name_taken".
[[nodiscard]] std::string_view name(Reason reason) noexcept;

/// As it stands in the header `Nats-Service-Error-Code`: 409.
[[nodiscard]] int number(Reason reason) noexcept;

/// Whether the same access request may be granted later though nobody changes what the service was told: a clock is
/// set, a proof is replaced, somebody else's name or place becomes free, the service is itself again. The others stay,
/// however long one waits.
[[nodiscard]] bool may_pass(Reason reason) noexcept;

[[nodiscard]] std::optional<Reason> reason_named(std::string_view name) noexcept;

/// The reason that an error carries, if it carries one.
[[nodiscard]] std::optional<Reason> reason_of(const std::error_code& code) noexcept;

std::error_code make_error_code(Reason) noexcept;

}  // namespace natscreds::access

template <>
struct std::is_error_code_enum<natscreds::access::Reason> : std::true_type {};
