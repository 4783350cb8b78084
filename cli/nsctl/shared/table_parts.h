#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/cli/console/table.h>
#include <natscreds/jwt/claims.h>
#include <natscreds/jwt/token.h>

#include "shared/text.h"

/// What the tables of tokens have in common.
namespace natscreds::nsctl {

/// A table of what a token says. Anyone can sign one, so control characters in it are shown ("\x1b") instead
/// of being sent to a terminal.
class TokenTable {
  public:
    explicit TokenTable(std::string title) : table_(std::move(title)) {}

    void add_row(std::vector<std::string> cells);
    void add_separator() { table_.add_separator(); }
    [[nodiscard]] std::string text() const { return table_.text(); }

  private:
    console::Table table_;
};

/// One value a row, the label before the first.
void add_list(TokenTable& table, const std::string& label, const std::vector<std::string>& values);

void add_permissions(TokenTable& table, const jwt::Permissions& permissions);

/// What servers take a limit of 0 for: it forbids all. Where they take it for no limit the caller says so.
[[nodiscard]] std::string count_limit(std::int64_t limit);
inline constexpr const char* only_empty_messages = "0 bytes (empty messages only)";

/// The limits of a user or scope.
void add_user_limits(TokenTable& table, const jwt::UserPermissionLimits& limits);

[[nodiscard]] std::string yes_no(bool value);
[[nodiscard]] std::string capitalized(std::string text);

/// "2030-01-01 00:00:00 UTC (in 40 days)", "... (40 s ago)"; empty for never.
[[nodiscard]] std::string expiry_text(const std::optional<base::Time>& expires, base::Time now);

struct Head {
    std::string label;           ///< what the subject is: "Account ID"
    std::string issuer_account;  ///< empty where there is none
    std::vector<std::string> tags;
    base::Time now;
};

/// Who the token is about, by whom and until when.
template <class C>
void add_head(TokenTable& table, const jwt::Decoded<C>& token, const Head& head) {
    if (!token.content.name.empty()) table.add_row({"Name", token.content.name});
    table.add_row({head.label, token.content.subject});
    table.add_row({"Issuer ID", token.issuer.text()});
    if (!head.issuer_account.empty()) table.add_row({"Issuer Account", head.issuer_account});
    table.add_row({"Issued", moment_text(token.issued_at)});
    table.add_row({"Expires", expiry_text(token.content.expires, head.now)});
    add_list(table, "Tags", head.tags);
}

}  // namespace natscreds::nsctl
