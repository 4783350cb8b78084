#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string>

#include "issues.h"

namespace natscreds::jwt {
namespace {

using nkeys::Kind;

/// Whether `outer` contains `inner` by the rule of the Go library, with which servers refuse: it takes any
/// subjects, valid or not, and lets a.* contain a.>.
bool contains(std::string_view outer, std::string_view inner) {
    const std::vector<std::string_view> wide = tokens_of(outer);
    const std::vector<std::string_view> narrow = tokens_of(inner);
    const bool open = wide.back() == ">";
    if (open ? narrow.size() < wide.size() : narrow.size() != wide.size()) return false;
    return std::equal(wide.begin(), open ? wide.end() - 1 : wide.end(), narrow.begin(),
                      [](std::string_view w, std::string_view n) { return w == "*" || w == n; });
}

// ---- exports

void check_latency(Issues& issues, const Export& exported) {
    if (!exported.service_latency) return;
    if (exported.type != "service")
        issues.error("latency is measured for services only: " + in_quotes(exported.subject));
    const ServiceLatency& latency = *exported.service_latency;
    const bool sampling_ok = latency.sampling >= 0 && latency.sampling <= 100;
    if (!sampling_ok)
        issues.error("latency sampling is not between 1 and 100: " + std::to_string(latency.sampling));
    check_subject(issues, latency.results);
    if (has_wildcards(latency.results))
        issues.error("latency results have a wildcard: " + in_quotes(latency.results));
}

void check_response(Issues& issues, const Export& exported) {
    static const std::set<std::string> types{"", "Singleton", "Stream", "Chunked"};
    const bool service = exported.type == "service";
    const bool type_ok = service ? types.contains(exported.response_type)
                                 : exported.type != "stream" || exported.response_type.empty();
    if (!type_ok)
        issues.error("a " + exported.type + " cannot have the response type " +
                     in_quotes(exported.response_type));
    if (exported.response_threshold.count() < 0) issues.error("a response threshold is below zero");
    if (exported.response_threshold.count() > 0 && !service) issues.error("a response threshold on a stream");
}

void check_token_position(Issues& issues, const Export& exported) {
    const std::int64_t position = exported.account_token_position;
    if (position == 0) return;
    if (position < 0) return issues.error("an account token position is below zero");
    if (!has_wildcards(exported.subject)) {
        return issues.error("an account token position without a wildcard in " + in_quotes(exported.subject));
    }
    const std::vector<std::string_view> tokens = tokens_of(exported.subject);
    if (position > static_cast<std::int64_t>(tokens.size())) {
        return issues.error("the account token position is beyond the end of " + in_quotes(exported.subject));
    }
    if (tokens[static_cast<std::size_t>(position) - 1] != "*") {
        issues.error("the account token position is not at a * of " + in_quotes(exported.subject));
    }
}

void check_export(Issues& issues, const Export& exported) {
    const bool known = exported.type == "stream" || exported.type == "service";
    if (!known) issues.error("an export is a stream or a service, not " + in_quotes(exported.type));
    check_response(issues, exported);
    check_latency(issues, exported);
    check_subject(issues, exported.subject);
    check_token_position(issues, exported);
    if (exported.allow_trace && exported.type == "stream") {
        issues.error("a stream cannot allow tracing: " + in_quotes(exported.subject));
    }
    check_info(issues, exported.description, exported.info_url);
}

/// Each subject that contains another one of the same kind is an error, once.
void check_overlaps(Issues& issues, const std::vector<std::string>& subjects) {
    std::set<std::string> reported;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        for (std::size_t j = 0; j < subjects.size(); ++j) {
            if (i == j || !contains(subjects[j], subjects[i]) || !reported.insert(subjects[j]).second)
                continue;
            issues.error("the export " + in_quotes(subjects[j]) + " already contains " +
                         in_quotes(subjects[i]));
        }
    }
}

void check_exports(Issues& issues, const std::vector<Export>& exports) {
    std::vector<std::string> services;
    std::vector<std::string> streams;
    for (const Export& exported : exports) {
        (exported.type == "service" ? services : streams).push_back(exported.subject);
        check_export(issues, exported);
    }
    check_overlaps(issues, services);
    check_overlaps(issues, streams);
}

// ---- imports

/// The number in a token like $2; nothing for any other token.
std::optional<std::int64_t> reference_of(std::string_view token) {
    if (token.size() < 2 || token.front() != '$') return std::nullopt;
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(token.data() + 1, token.data() + token.size(), number);
    if (failed != std::errc() || end != token.data() + token.size()) return std::nullopt;
    return number;
}

bool ends_open(std::string_view subject) {
    return subject == ">" || subject.ends_with(".>");
}

/// A local subject renames: it has as many * and $n together as the subject has *.
void check_local_subject(Issues& issues, const Import& imported) {
    const std::string& local = imported.local_subject;
    check_subject(issues, local);
    if (imported.subject.empty()) issues.error("a local subject for no subject");
    if (local.find(' ') != std::string::npos)
        issues.error("a local subject has a blank: " + in_quotes(local));
    if (ends_open(local) != ends_open(imported.subject)) {
        issues.error("subject and local subject must both end in > or neither: " + in_quotes(local));
    }
    const auto subject_tokens = tokens_of(imported.subject);
    const std::int64_t wildcards = std::ranges::count(subject_tokens, "*");
    std::int64_t used = 0;
    for (const std::string_view token : tokens_of(local)) {
        const std::optional<std::int64_t> reference = reference_of(token);
        if (reference && *reference > wildcards) {
            issues.error(in_quotes(token) + " refers to a * that " + in_quotes(imported.subject) +
                         " does not have");
        } else if (reference || token == "*") {
            ++used;
        }
    }
    if (used != wildcards)
        issues.error("a local subject does not use every * of " + in_quotes(imported.subject));
}

void check_activation_of(Issues& issues, const Import& imported, const std::string& account) {
    const base::Result<Decoded<ActivationClaims>> activation = decode<ActivationClaims>(imported.token);
    if (!activation) {
        return issues.error("the activation token of " + in_quotes(imported.subject) +
                            " cannot be read: " + activation.error().code.message());
    }
    const ActivationClaims& claims = activation->claims();
    const bool by_exporter =
        activation->issuer.text() == imported.account || claims.issuer_account == imported.account;
    if (!by_exporter)
        issues.error("the activation token of " + in_quotes(imported.subject) + " is by another account");
    if (activation->content.subject != account) {
        issues.error("the activation token of " + in_quotes(imported.subject) + " is for another account");
    }
    if (claims.kind != imported.type) {
        issues.error("the activation token of " + in_quotes(imported.subject) + " is for a " + claims.kind);
    }
    check_activation(issues, claims);
    const bool by_to = imported.type == "service" && !imported.to.empty();
    if (!contains(claims.subject, by_to ? imported.to : imported.subject)) {
        issues.error("the activation token for " + in_quotes(claims.subject) + " does not contain " +
                     in_quotes(imported.subject));
    }
}

void check_import(Issues& issues, const Import& imported, const std::string& account) {
    const bool known = imported.type == "stream" || imported.type == "service";
    if (!known) issues.error("an import is a stream or a service, not " + in_quotes(imported.type));
    if (imported.account.empty()) issues.error("an import names no account: " + in_quotes(imported.subject));
    if (imported.allow_trace && imported.type == "service") {
        issues.error("the import of a service cannot allow tracing: " + in_quotes(imported.subject));
    }
    if (!imported.to.empty()) issues.warning("the field \"to\" is deprecated; use local_subject");
    check_subject(issues, imported.subject);
    if (!imported.local_subject.empty()) {
        check_local_subject(issues, imported);
        if (!imported.to.empty()) issues.error("an import has a local subject and \"to\"");
    }
    if (imported.share && imported.type != "service") {
        issues.error("only the import of a service can share: " + in_quotes(imported.subject));
    }
    if (!imported.token.empty()) check_activation_of(issues, imported, account);
}

/// Where requests to an imported service are published: $n stands for any one token.
std::string local_namespace(const Import& imported) {
    if (!imported.to.empty()) return imported.to;
    if (imported.local_subject.empty()) return imported.subject;
    std::string subject;
    for (const std::string_view token : tokens_of(imported.local_subject)) {
        if (!subject.empty()) subject.push_back('.');
        subject.append(reference_of(token) ? "*" : token);
    }
    return subject;
}

void check_imports(Issues& issues, const std::vector<Import>& imports, const std::string& account) {
    std::map<std::string, std::set<std::string>> seen_by_account;
    for (const Import& imported : imports) {
        if (imported.type == "service") {
            const std::string local = local_namespace(imported);
            std::set<std::string>& seen = seen_by_account[imported.account];
            for (const std::string& other : seen) {
                if (!contains(other, local) && !contains(local, other)) continue;
                issues.error("two imports of services overlap: " + in_quotes(local) + " and " +
                             in_quotes(other));
            }
            // The Go library says it once more when the two are the same.
            if (!seen.insert(local).second) issues.error("two imports of services at " + in_quotes(local));
        }
        check_import(issues, imported, account);
    }
}

// ---- everything else

void check_limits(Issues& issues, const AccountClaims& claims) {
    const AccountLimits& limits = claims.limits;
    const bool both = !limits.tiered_limits.empty() && limits.jetstream != JetStreamLimits{};
    if (both) issues.error("JetStream limits and tiered ones exclude each other");
    if (limits.tiered_limits.contains("")) issues.error("a tier of the JetStream limits has no name");

    const auto imports = static_cast<std::int64_t>(claims.imports.size());
    const auto exports = static_cast<std::int64_t>(claims.exports.size());
    if (limits.imports != no_limit && imports > limits.imports) {
        issues.error("more imports than the operator allows");
        // The Go library says it twice where the limit is a number at all.
        if (limits.imports >= 0) issues.error("more imports than the operator allows");
    }
    if (limits.exports == no_limit) return;
    if (exports > limits.exports) issues.error("more exports than the operator allows");
    if (limits.wildcards) return;
    for (const Export& exported : claims.exports) {
        if (has_wildcards(exported.subject))
            issues.error("an export has a wildcard: " + in_quotes(exported.subject));
    }
}

void check_mappings(Issues& issues, const AccountClaims& claims) {
    for (const auto& [from, targets] : claims.mappings) {
        check_subject(issues, from);
        std::map<std::string, std::int64_t> total_by_cluster;
        for (const WeightedMapping& target : targets) {
            check_subject(issues, target.subject);
            const std::int64_t weight = target.weight == 0 ? 100 : target.weight;
            const bool weight_ok = weight > 0 && weight <= 100;
            if (!weight_ok)
                issues.error("a weight is not between 1 and 100 in the mapping of " + in_quotes(from));
            total_by_cluster[target.cluster] += weight;
        }
        for (const auto& [cluster, total] : total_by_cluster) {
            if (total > 100) issues.error("the weights of the mapping of " + in_quotes(from) + " exceed 100");
        }
    }
}

void check_authorization(Issues& issues, const ExternalAuthorization& authorization) {
    const auto& accounts = authorization.allowed_accounts;
    if (!accounts.empty() && authorization.auth_users.empty()) {
        issues.error("external authorization has accounts and no users");
    }
    for (const std::string& user : authorization.auth_users) {
        if (!is_key(user, Kind::user)) issues.error("not a user's public key: " + in_quotes(user));
    }
    for (const std::string& account : accounts) {
        if (account == "*" && accounts.size() > 1) {
            issues.error("external authorization allows \"*\" and other accounts");
        } else if (account != "*" && !is_key(account, Kind::account)) {
            issues.error("not an account's public key: " + in_quotes(account));
        }
    }
    const bool xkey_ok = authorization.xkey.empty() || is_key(authorization.xkey, Kind::curve);
    if (!xkey_ok) issues.error("not a public curve key: " + in_quotes(authorization.xkey));
}

void check_trace(Issues& issues, const std::optional<MessageTrace>& trace) {
    if (!trace) return;
    Issues of_subject;
    check_subject(of_subject, trace->dest);
    if (!of_subject.take().empty())
        issues.error("the trace destination is not a subject: " + in_quotes(trace->dest));
    if (has_wildcards(trace->dest))
        issues.error("the trace destination has a wildcard: " + in_quotes(trace->dest));
    const bool sampling_ok = trace->sampling >= 0 && trace->sampling <= 100;
    if (!sampling_ok)
        issues.error("trace sampling is not between 0 and 100: " + std::to_string(trace->sampling));
}

void check_signing_keys(Issues& issues, const AccountClaims& claims) {
    for (const auto& [key, scope] : claims.signing_keys) {
        if (!is_key(key, Kind::account))
            issues.error("a signing key is not an account's public key: " + in_quotes(key));
    }
}

/// No limits at all, as a self-signed account should have them.
bool limits_are_empty(const AccountLimits& limits) {
    AccountLimits none;
    none.subs = none.data = none.payload = none.imports = none.exports = none.conn = none.leaf = 0;
    none.wildcards = false;
    none.extra = limits.extra;
    return limits == none;
}

}  // namespace

void check_account(Issues& issues, const Decoded<AccountClaims>& account) {
    const AccountClaims& claims = account.claims();
    check_imports(issues, claims.imports, account.content.subject);
    check_exports(issues, claims.exports);
    check_limits(issues, claims);
    check_permissions(issues, claims.default_permissions);
    check_mappings(issues, claims);
    check_authorization(issues, claims.authorization);
    check_trace(issues, claims.trace);
    check_signing_keys(issues, claims);
    check_info(issues, claims.description, claims.info_url);
    static const std::set<std::string> traffic{"", "system", "owner"};
    if (!traffic.contains(claims.cluster_traffic)) {
        issues.error(R"(cluster traffic is "system" or "owner", not )" + in_quotes(claims.cluster_traffic));
    }
    const bool self_signed = account.issuer.kind() == Kind::account;
    if (self_signed && !limits_are_empty(claims.limits)) {
        issues.warning("a self-signed account should not have limits of an operator");
    }
}

}  // namespace natscreds::jwt
