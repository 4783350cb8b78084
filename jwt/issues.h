#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/jwt/validate.h>

/// The checks that the claims of several types share.
namespace natscreds::jwt {

/// The issues found so far.
class Issues {
  public:
    void error(std::string text) { found_.push_back({Severity::error, std::move(text)}); }
    void time(std::string text) { found_.push_back({Severity::time, std::move(text)}); }
    void warning(std::string text) { found_.push_back({Severity::warning, std::move(text)}); }

    [[nodiscard]] std::vector<Issue> take() { return std::move(found_); }

  private:
    std::vector<Issue> found_;
};

[[nodiscard]] std::string in_quotes(std::string_view text);
[[nodiscard]] bool is_key(std::string_view text, nkeys::Kind kind);

/// Whether a token of the subject is `*`, or the last one `>`.
[[nodiscard]] bool has_wildcards(std::string_view subject);
[[nodiscard]] std::vector<std::string_view> tokens_of(std::string_view subject);

void check_subject(Issues& issues, std::string_view subject);
void check_permissions(Issues& issues, const Permissions& permissions);
void check_user_limits(Issues& issues, const UserPermissionLimits& limits, const ValidationContext& context);
void check_info(Issues& issues, std::string_view description, std::string_view info_url);

/// Without the times, an activation as an import carries it.
void check_activation(Issues& issues, const ActivationClaims& claims);
void check_account(Issues& issues, const Decoded<AccountClaims>& account);

}  // namespace natscreds::jwt
