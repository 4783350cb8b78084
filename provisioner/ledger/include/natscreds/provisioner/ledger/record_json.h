#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <natscreds/provisioner/ledger/denial.h>
#include <natscreds/provisioner/ledger/operation.h>
#include <natscreds/provisioner/policy/claim.h>
#include <natscreds/provisioner/policy/requesters.h>

/// Records of names, and of others, as ledgers keep them.
namespace natscreds::provisioner {

/// Shape:   {"key":"U...","form":"key_bound","role":"chat","gen":3,"exp":1700003600,"requester":"U...",
///          "owner":"requester:A.../U...","holders":[{"key":"U...","gen":3,"exp":1700003600}],"former":[...]}.
///          `key`, `gen` and `exp` are those of the newest holder; `holders` is there when that does not say it all. What
///          0.1 wrote has neither owner nor holders, and 0.1 reads what is written here, but for names without a holder.
[[nodiscard]] std::string encode_record(const NameRecord& record);

/// A record as it was found.
struct FoundRecord {
    NameRecord record;
    bool says_owner;  ///< which 0.1 does not: it knows of none
};
/// Nothing for what is no record: another program may have written it.
[[nodiscard]] std::optional<FoundRecord> decode_record(const std::string& text);

/// [{"key":"U...","gen":3,"exp":1700003600}], and nothing for what is not that.
[[nodiscard]] std::string encode_holders(const std::vector<NameKey>& holders);
[[nodiscard]] std::optional<std::vector<NameKey>> decode_holders(const std::string& text);

/// Whose a name is that 0.1 wrote down: the requester's, for it is known; otherwise the key's.
[[nodiscard]] Owner owner_before(const nkeys::PublicKey& key,
                                 const std::optional<nkeys::PublicKey>& requester);

/// {"until":1700003600,"by":"ann@host","at":1700000000}; what 0.1 wrote, `{}`, has no end, and so has what is not that.
[[nodiscard]] std::string encode_denial(const DenialRecord& denial);
[[nodiscard]] DenialRecord decode_denial(const Denial& whom, const std::string& text);

/// {"key":"U...","roles":["chat"]}. Nothing for what is not that.
[[nodiscard]] std::string encode_requester(const NamedRequester& requester);
[[nodiscard]] std::optional<NamedRequester> decode_requester(const std::string& name,
                                                             const std::string& text);

/// ["chat"].
[[nodiscard]] std::string encode_roles(const NamedRequester& requester);
/// Nothing for what is not that: it may have been a restriction.
[[nodiscard]] std::optional<std::set<std::string, std::less<>>> decode_roles(const std::string& text);

/// {"at":1700000000,"by":"ann@host","what":"deny","whom":"name wallyqs"}. Nothing for what is not that.
[[nodiscard]] std::string encode_operation(const Operation& operation);
[[nodiscard]] std::optional<Operation> decode_operation(const std::string& id, const std::string& text);

/// The same with "taken":true: a copy is about to write it into its audit.
[[nodiscard]] std::string encode_taken(const Operation& operation);
[[nodiscard]] bool says_taken(const std::string& text);

}  // namespace natscreds::provisioner
