#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>

namespace natscreds::provisioner {

/// What is known of who asks, under the names that patterns have for it: `requester`, `namespace`, `service_account`,
/// `pod`, and `claim(X)` for a claim of its token.
using NameFacts = std::map<std::string, std::string, std::less<>>;

/// Which names a role gives: a name in which `*` stands for any characters, and `{{requester}}`, `{{namespace}}`,
/// `{{service_account}}`, `{{pod}}` and `{{claim(X)}}` for what is known of who asks.
///
/// Fails with std::errc::invalid_argument, saying what is wrong: another placeholder, a character that no name has.
[[nodiscard]] base::Status check_name_pattern(std::string_view pattern);

/// The pattern with the facts in their places, in small letters; in those of tokens other characters than names have
/// become `-`. Nothing is cut off.
/// Fails: access::Reason::role_denied where a fact is not known; bad_name where a fact cannot stand in a name.
[[nodiscard]] base::Result<std::string> fill_in(std::string_view pattern, const NameFacts& facts);

/// Whether one of a role's patterns gives this name to whom these facts are of; without patterns any name is.
/// Fails: access::Reason::role_denied, with the names that it does give.
[[nodiscard]] base::Status check_name(const std::vector<std::string>& patterns, std::string_view name,
                                      const NameFacts& facts);

/// What facts are known to be like: wildcards, one of which each of them matches. A fact that is not here may be anything.
using FactWildcards = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Whether fill_in() could give this name for facts that are like that. Where that cannot be told, it could.
[[nodiscard]] bool could_give(std::string_view pattern, std::string_view name, const FactWildcards& known);

}  // namespace natscreds::provisioner
