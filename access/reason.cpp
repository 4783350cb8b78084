#include <natscreds/access/reason.h>

#include <array>

#include <natscreds/base/error_category.h>

namespace natscreds::access {
namespace {

enum class Waiting { is_vain, helps };

struct Entry {
    Reason reason;
    const char* name;
    int number;
    Waiting waiting;
};

constexpr std::array entries{
    Entry{Reason::malformed, "malformed", 400, Waiting::is_vain},
    Entry{Reason::too_large, "too_large", 400, Waiting::is_vain},
    Entry{Reason::bad_name, "bad_name", 400, Waiting::is_vain},
    Entry{Reason::bad_audience, "bad_audience", 400, Waiting::is_vain},
    Entry{Reason::bad_ttl, "bad_ttl", 400, Waiting::is_vain},
    Entry{Reason::plain_disabled, "plain_disabled", 400, Waiting::is_vain},
    Entry{Reason::bad_signature, "bad_signature", 401, Waiting::is_vain},
    Entry{Reason::stale, "stale", 401, Waiting::helps},
    Entry{Reason::unvouched, "unvouched", 401, Waiting::is_vain},
    Entry{Reason::bad_identity, "bad_identity", 401, Waiting::helps},
    Entry{Reason::role_denied, "role_denied", 403, Waiting::is_vain},
    Entry{Reason::denied, "denied", 403, Waiting::is_vain},
    Entry{Reason::superseded, "superseded", 403, Waiting::is_vain},
    Entry{Reason::unknown_role, "unknown_role", 404, Waiting::is_vain},
    Entry{Reason::name_taken, "name_taken", 409, Waiting::helps},
    Entry{Reason::name_full, "name_full", 409, Waiting::helps},
    Entry{Reason::rate_limited, "rate_limited", 429, Waiting::helps},
    Entry{Reason::busy, "busy", 503, Waiting::helps},
    Entry{Reason::draining, "draining", 503, Waiting::helps},
    Entry{Reason::audit_unavailable, "audit_unavailable", 503, Waiting::helps},
    Entry{Reason::ledger_unavailable, "ledger_unavailable", 503, Waiting::helps},
    Entry{Reason::signing_key_unusable, "signing_key_unusable", 503, Waiting::helps},
};

// The enumerators count from 1 in the order of the table.
constexpr const Entry& entry(Reason reason) noexcept {
    return entries[static_cast<std::size_t>(reason) - 1];
}

constexpr std::array<Reason, entries.size()> reasons = [] {
    std::array<Reason, entries.size()> all{};
    for (std::size_t i = 0; i < entries.size(); ++i)
        all[i] = entries[i].reason;
    return all;
}();

constinit const base::ErrorCategory<Reason> reason_category("access",
                                                            [](Reason reason) { return entry(reason).name; });

}  // namespace

std::span<const Reason> all_reasons() noexcept {
    return reasons;
}

std::string_view name(Reason reason) noexcept {
    return entry(reason).name;
}

int number(Reason reason) noexcept {
    return entry(reason).number;
}

bool may_pass(Reason reason) noexcept {
    return entry(reason).waiting == Waiting::helps;
}

std::optional<Reason> reason_named(std::string_view name) noexcept {
    for (const Entry& candidate : entries) {
        if (candidate.name == name) return candidate.reason;
    }
    return std::nullopt;
}

std::optional<Reason> reason_of(const std::error_code& code) noexcept {
    if (code.category() != reason_category) return std::nullopt;
    return static_cast<Reason>(code.value());
}

std::error_code make_error_code(Reason reason) noexcept {
    return {static_cast<int>(reason), reason_category};
}

}  // namespace natscreds::access
