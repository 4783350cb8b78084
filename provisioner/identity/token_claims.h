#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>

namespace natscreds::provisioner::identity {

/// What tokens of all kinds claim alike. Source: RFC 7519 section 4.1.

[[nodiscard]] base::Error bad_claim(const char* name);

/// A text that is not empty; otherwise empty.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const char* name);

/// Seconds since 1970, in the range of years that dates have; whole numbers only.
[[nodiscard]] std::optional<base::Time> time_of(const nlohmann::json& claims, const char* name);

/// Whether `aud` has one of these. Fails: Errc::bad_claim, wrong_audience.
[[nodiscard]] base::Status check_audience(const nlohmann::json& claims,
                                          std::span<const std::string> audiences);

/// `exp`, which has to be there, and `nbf`, for which another's clock may be fast.
/// Fails: Errc::bad_claim, expired, not_yet_valid.
[[nodiscard]] base::Status check_time(const nlohmann::json& claims, base::Time now,
                                      std::chrono::seconds tolerance);

}  // namespace natscreds::provisioner::identity
