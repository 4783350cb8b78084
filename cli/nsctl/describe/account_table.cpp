#include <algorithm>
#include <optional>

#include "describe/tables.h"
#include "shared/table_parts.h"

namespace natscreds::nsctl {
namespace {

std::string in_one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

std::string bytes_limit(std::int64_t limit) {
    return limit > -1 ? size_text(limit) + " (" + std::to_string(limit) + " bytes)" : "Unlimited";
}

/// Of limits that count only where they are above 0.
std::string positive_limit(std::int64_t limit) {
    return limit > 0 ? std::to_string(limit) : "Unlimited";
}

std::string positive_size_limit(std::int64_t limit) {
    return limit > 0 ? bytes_limit(limit) : "Unlimited";
}

std::string leaf_limit(std::int64_t limit) {
    return limit == 0 ? "Not Allowed" : count_limit(limit);
}

std::string storage_limit(std::int64_t limit) {
    if (limit == 0) return "Disabled";
    return limit > 0 ? size_text(limit) : "Unlimited";
}

std::string true_false(bool value) {
    return value ? "True" : "False";
}

bool has_jetstream(const jwt::JetStreamLimits& limits) {
    return limits.mem_storage != 0 || limits.disk_storage != 0;
}

void add_info(TokenTable& table, const jwt::AccountClaims& claims) {
    if (!claims.description.empty()) table.add_row({"Description", in_one_line(claims.description)});
    if (!claims.info_url.empty()) table.add_row({"Info Url", claims.info_url});
    if (!claims.description.empty() || !claims.info_url.empty()) table.add_separator();
}

void add_keys(TokenTable& table, const jwt::AccountClaims& claims) {
    std::vector<std::string> keys;
    for (const auto& [key, scope] : claims.signing_keys)
        keys.push_back(key);
    add_list(table, "Signing Keys", keys);
    if (!keys.empty()) table.add_separator();
}

void add_authorization(TokenTable& table, const jwt::ExternalAuthorization& authorization) {
    if (authorization.auth_users.empty()) return;
    add_list(table, "Auth Callout Users", authorization.auth_users);
    add_list(table, "Allowed Accounts", authorization.allowed_accounts);
    if (!authorization.xkey.empty()) table.add_row({"Encrypt For", authorization.xkey});
    table.add_separator();
}

void add_limits(TokenTable& table, const jwt::AccountLimits& limits) {
    table.add_row({"Max Connections", count_limit(limits.conn)});
    table.add_row({"Max Leaf Node Connections", leaf_limit(limits.leaf)});
    table.add_row({"Max Data", positive_size_limit(limits.data)});
    table.add_row({"Max Exports", count_limit(limits.exports)});
    table.add_row({"Max Imports", count_limit(limits.imports)});
    table.add_row(
        {"Max Msg Payload", limits.payload == 0 ? only_empty_messages : bytes_limit(limits.payload)});
    table.add_row({"Max Subscriptions", count_limit(limits.subs)});
    table.add_row({"Exports Allows Wildcards", true_false(limits.wildcards)});
    table.add_row({"Disallow Bearer Token", true_false(limits.disallow_bearer)});
}

void add_jetstream_limits(TokenTable& table, const jwt::JetStreamLimits& limits) {
    const bool pending_limited = limits.max_ack_pending > 0;
    table.add_row({"Max Disk Storage", storage_limit(limits.disk_storage)});
    table.add_row({"Max Mem Storage", storage_limit(limits.mem_storage)});
    table.add_row({"Max Streams", positive_limit(limits.streams)});
    table.add_row({"Max Consumers", positive_limit(limits.consumer)});
    table.add_row(
        {"Max Ack Pending", pending_limited ? std::to_string(limits.max_ack_pending) : "Consumer Setting"});
    table.add_row(
        {"Max Bytes", limits.max_bytes_required ? "required (Stream setting)" : "optional (Stream setting)"});
    table.add_row({"Max Memory Stream", positive_size_limit(limits.mem_max_stream_bytes)});
    table.add_row({"Max Disk Stream", positive_size_limit(limits.disk_max_stream_bytes)});
}

void add_jetstream(TokenTable& table, const jwt::AccountLimits& limits) {
    const bool in_a_tier = std::ranges::any_of(limits.tiered_limits,
                                               [](const auto& tier) { return has_jetstream(tier.second); });
    table.add_separator();
    if (!in_a_tier && !has_jetstream(limits.jetstream)) {
        table.add_row({"Jetstream", "Disabled"});
        return;
    }
    if (limits.tiered_limits.empty()) {
        table.add_row({"Jetstream", "Enabled"});
        add_jetstream_limits(table, limits.jetstream);
        return;
    }
    bool first = true;
    for (const auto& [tier, tier_limits] : limits.tiered_limits) {
        if (!first) table.add_separator();
        first = false;
        table.add_row({"Jetstream Tier", tier});
        add_jetstream_limits(table, tier_limits);
    }
}

void add_presence(TokenTable& table, const jwt::AccountClaims& claims) {
    if (claims.imports.empty() || claims.exports.empty()) table.add_separator();
    if (claims.imports.empty()) table.add_row({"Imports", "None"});
    if (claims.exports.empty()) table.add_row({"Exports", "None"});
    if (claims.revocations.empty()) return;
    table.add_separator();
    table.add_row({"Revocations", std::to_string(claims.revocations.size())});
}

void add_trace(TokenTable& table, const std::optional<jwt::MessageTrace>& trace) {
    table.add_separator();
    table.add_row({"Tracing Context", trace ? "Enabled" : "Disabled"});
    if (!trace) return;
    table.add_row({"Subject", trace->dest});
    table.add_row({"Sampling", std::to_string(trace->sampling == 0 ? 100 : trace->sampling) + "%"});
}

std::string details(const jwt::Decoded<jwt::AccountClaims>& token, base::Time now) {
    const jwt::AccountClaims& claims = token.claims();
    TokenTable table("Account Details");
    add_head(table, token, {.label = "Account ID", .issuer_account = "", .tags = claims.tags, .now = now});
    table.add_separator();
    add_info(table, claims);
    add_keys(table, claims);
    add_authorization(table, claims.authorization);
    add_limits(table, claims.limits);
    add_permissions(table, claims.default_permissions);
    add_jetstream(table, claims.limits);
    add_presence(table, claims);
    add_trace(table, claims.trace);
    return table.text();
}

std::string tracking(const jwt::Export& one) {
    if (one.type != "service") return "N/A";
    if (!one.service_latency) return "-";
    const std::int64_t sampling = one.service_latency->sampling;
    const std::string share = sampling == 0 ? "headers" : std::to_string(sampling) + "%";
    return one.service_latency->results + " (" + share + ")";
}

std::vector<std::string> export_row(const jwt::Export& one) {
    const bool service = one.type == "service";
    const bool several = service && (one.response_type == "Stream" || one.response_type == "Chunked");
    const std::int64_t position = one.account_token_position;
    return {one.name,
            capitalized(one.type) + (several ? " [" + one.response_type + "]" : ""),
            one.subject,
            position > 0 ? std::to_string(position) : "-",
            yes_no(!one.token_req),
            std::to_string(one.revocations.size()),
            tracking(one),
            service ? yes_no(one.allow_trace) : "N/A"};
}

std::string exports_table(const std::vector<jwt::Export>& exports) {
    TokenTable table("Exports");
    table.add_row({"Name", "Type", "Subject", "Account Token Position", "Public", "Revocations", "Tracking",
                   "Allow Trace"});
    table.add_separator();
    for (const jwt::Export& one : exports)
        table.add_row(export_row(one));
    return table.text();
}

std::string export_descriptions(const std::vector<jwt::Export>& exports) {
    const auto described = [](const jwt::Export& one) {
        return !one.description.empty() || !one.info_url.empty();
    };
    if (std::ranges::none_of(exports, described)) return "";
    TokenTable table("Exports - Descriptions");
    table.add_row({"Name", "Description", "Info Url"});
    table.add_separator();
    for (const jwt::Export& one : exports) {
        if (described(one)) table.add_row({one.name, in_one_line(one.description), one.info_url});
    }
    return table.text();
}

/// When the activation ends; what is no activation of ours to read (it may be a URL) has no end to show.
std::string activation_end(const std::string& token) {
    const auto activation = jwt::decode<jwt::ActivationClaims>(token);
    return activation ? moment_text(activation->content.expires) : "";
}

std::vector<std::string> import_row(const jwt::Import& one, const NamesByKey& names) {
    const auto name = names.find(one.account);
    const bool service = one.type == "service";
    // In the deprecated form of a service import the two subjects stand the other way round.
    const bool swapped = service && one.local_subject.empty() && !one.to.empty();
    return {one.name,
            capitalized(one.type),
            swapped ? one.to : one.subject,
            swapped ? one.subject : (one.local_subject.empty() ? one.to : one.local_subject),
            activation_end(one.token),
            name == names.end() ? one.account : name->second,
            yes_no(one.token.empty()),
            service ? "N/A" : yes_no(one.allow_trace)};
}

std::string imports_table(const std::vector<jwt::Import>& imports, const NamesByKey& names) {
    TokenTable table("Imports");
    table.add_row({"Name", "Type", "Remote", "Local", "Expires", "From Account", "Public", "Allow Trace"});
    table.add_separator();
    for (const jwt::Import& one : imports)
        table.add_row(import_row(one, names));
    return table.text();
}

std::string mappings_table(const std::map<std::string, std::vector<jwt::WeightedMapping>>& mappings) {
    TokenTable table("Mappings");
    table.add_row({"From", "To", "Weight (%)"});
    table.add_separator();
    for (const auto& [from, targets] : mappings) {
        std::int64_t sum = 0;
        std::string before = from;
        for (const jwt::WeightedMapping& target : targets) {
            const std::int64_t weight = target.weight == 0 ? 100 : target.weight;
            sum += weight;
            table.add_row({before, target.subject, std::to_string(weight)});
            before.clear();
        }
        table.add_row({"", "", "sum=" + std::to_string(sum)});
    }
    return table.text();
}

}  // namespace

std::string account_tables(const jwt::Decoded<jwt::AccountClaims>& token, const NamesByKey& names,
                           base::Time now) {
    const jwt::AccountClaims& claims = token.claims();
    std::string text = details(token, now);
    const auto append = [&text](const std::string& table) {
        if (!table.empty()) text += "\n" + table;
    };
    if (!claims.exports.empty()) append(exports_table(claims.exports));
    append(export_descriptions(claims.exports));
    if (!claims.imports.empty()) append(imports_table(claims.imports, names));
    if (!claims.mappings.empty()) append(mappings_table(claims.mappings));
    for (const auto& [key, scope] : claims.signing_keys) {
        if (scope) append(scope_table(key, *scope));
    }
    return text;
}

std::string activation_tables(const jwt::Decoded<jwt::ActivationClaims>& token, base::Time now) {
    const jwt::ActivationClaims& claims = token.claims();
    TokenTable table("Activation");
    add_head(
        table, token,
        {.label = "Account ID", .issuer_account = claims.issuer_account, .tags = claims.tags, .now = now});
    table.add_separator();
    table.add_row({"Import Type", capitalized(claims.kind)});
    table.add_row({"Import Subject", claims.subject});
    return table.text();
}

std::string export_tables(const jwt::Export& one) {
    const std::string descriptions = export_descriptions({one});
    return exports_table({one}) + (descriptions.empty() ? "" : "\n" + descriptions);
}

std::string import_tables(const jwt::Import& one, const NamesByKey& names) {
    return imports_table({one}, names);
}

}  // namespace natscreds::nsctl
