#include "options/exchange.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "errors.h"
#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

struct Missing {
    accounts::Errc code;
    std::string detail;
};

/// The only one that fits.
base::Result<std::size_t> only_one(const std::vector<std::size_t>& found, const Missing& missing) {
    if (found.size() == 1) return found.front();
    return base::Error{found.empty() ? missing.code : accounts::Errc::several_match, missing.detail};
}

/// "headers", or a share of the requests in percent.
base::Result<std::int64_t> parse_sampling(const std::string& text) {
    if (text == "header" || text == "headers") return std::int64_t{0};
    std::int64_t percent = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), percent);
    const bool good =
        failed == std::errc() && end == text.data() + text.size() && percent >= 1 && percent <= 100;
    if (!good) return base::Error{Errc::bad_sampling, in_quotes(text)};
    return percent;
}

constexpr std::array<std::string_view, 3> response_types{"Singleton", "Stream", "Chunked"};

/// One of them, however it was typed.
base::Result<std::string> parse_response_type(const std::string& text) {
    const auto same = [&](std::string_view type) {
        return std::ranges::equal(type, text, [](char a, char b) { return (a | 0x20) == (b | 0x20); });
    };
    const auto found = std::ranges::find_if(response_types, same);
    if (found == response_types.end()) return base::Error{Errc::bad_response_type, in_quotes(text)};
    return std::string(*found);
}

base::Status apply_latency(const ExportOptions& options, jwt::Export& target) {
    if (options.remove_latency) target.service_latency.reset();
    if (!options.latency && !options.sampling) return {};
    jwt::ServiceLatency latency = target.service_latency.value_or(jwt::ServiceLatency{});
    if (options.latency) latency.results = *options.latency;
    if (options.sampling) {
        const auto sampling = parse_sampling(*options.sampling);
        if (!sampling) return sampling.error().within("--sampling");
        latency.sampling = *sampling;
    }
    target.service_latency = std::move(latency);
    return {};
}

base::Status apply_response(const ExportOptions& options, jwt::Export& target) {
    if (options.response_type) {
        const auto type = parse_response_type(*options.response_type);
        if (!type) return type.error().within("--response-type");
        target.response_type = *type;
    }
    if (options.response_threshold) {
        const auto threshold = parse_duration(*options.response_threshold);
        if (!threshold) return threshold.error().within("--response-threshold");
        target.response_threshold = *threshold;
    }
    return {};
}

/// What a kind of export always has, and what it cannot have.
void apply_kind(bool service, jwt::Export& target) {
    target.type = service ? "service" : "stream";
    if (service && target.response_type.empty()) target.response_type = "Singleton";
    if (!service) target.response_type.clear();
}

}  // namespace

base::Result<std::size_t> find_export(const jwt::AccountClaims& account, const std::string& subject) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < account.exports.size(); ++i) {
        if (subject.empty() || account.exports[i].subject == subject) found.push_back(i);
    }
    return only_one(found, {accounts::Errc::no_such_export, in_quotes(subject)});
}

console::OptionList ImportChoice::options() {
    return {{"-s,--subject,subject", &subject, "the import's subject, here or where it is exported"},
            {"--src-account", &source, "the exporting account, by its name or public key"}};
}

base::Result<ImportChoice> ImportChoice::resolved(const accounts::Store& store) const {
    if (source.empty()) return *this;
    const auto key = account_key(store, source);
    if (!key) return key.error();
    return ImportChoice{subject, key->text()};
}

base::Result<std::size_t> find_import(const jwt::AccountClaims& account, const ImportChoice& choice) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < account.imports.size(); ++i) {
        const jwt::Import& one = account.imports[i];
        const bool of_subject =
            choice.subject.empty() || one.subject == choice.subject || one.local_subject == choice.subject;
        const bool of_source = choice.source.empty() || one.account == choice.source;
        if (of_subject && of_source) found.push_back(i);
    }
    return only_one(found, {accounts::Errc::no_such_import, in_quotes(choice.subject)});
}

console::OptionList ExportOptions::options() {
    return {
        {"-n,--name", &name, "its name (default: the subject)"},
        {"-r,--service", &service, "a service; otherwise a stream"},
        {"-p,--private", &is_private, "importing it needs an activation"},
        {"--latency", &latency, "subject that latencies are published to (service)"},
        {.names = "--sampling",
         .to = &sampling,
         .help = "share of requests measured, 1 to 100, or headers (service)",
         .offered = {"headers"}},
        {.names = "--response-type",
         .to = &response_type,
         .help = "Singleton, Stream or Chunked (service)",
         .offered = {response_types.begin(), response_types.end()}},
        {"--response-threshold", &response_threshold, "time to wait for responses (service)"},
        {"--account-token-position", &account_token_position,
         "which token of the subject is the importing account's key"},
        {"--allow-trace", &allow_trace, "messages may be traced into it (service)"},
        // As nsc has it.
        {.names = "--advertise", .to = &advertise, .help = "servers make nothing of it", .hidden = true},
        {"--description", &description, "what it is for"},
        {"--info-url", &info_url, "where more is said about it"},
    };
}

base::Result<jwt::Export> ExportOptions::applied_to(jwt::Export target) const {
    if (name) target.name = *name;
    apply_kind(service.value_or(target.type == "service"), target);
    if (is_private) target.token_req = *is_private;
    if (allow_trace) target.allow_trace = *allow_trace;
    if (advertise) target.advertise = *advertise;
    if (base::Status done = apply_latency(*this, target); !done) return done.error();
    if (base::Status done = apply_response(*this, target); !done) return done.error();
    if (account_token_position) target.account_token_position = *account_token_position;
    if (description) target.description = *description;
    if (info_url) target.info_url = *info_url;
    return target;
}

Strings ExportOptions::report() const {
    Strings lines;
    const auto changed = [&](const char* what, const std::optional<std::string>& value) {
        if (value) lines.push_back(std::string("changed ") + what + " to " + in_quotes(*value));
    };
    const auto switched = [&](const char* what, const std::optional<bool>& value) {
        if (value) lines.push_back(std::string("changed ") + what + (*value ? " to true" : " to false"));
    };
    changed("export name", name);
    switched("service", service);
    switched("private", is_private);
    switched("allow trace", allow_trace);
    switched("advertise", advertise);
    if (remove_latency) lines.emplace_back("removed latency tracking");
    changed("latency subject", latency);
    changed("latency sampling", sampling);
    changed("response type", response_type);
    changed("response threshold", response_threshold);
    if (account_token_position)
        lines.push_back("changed account token position to " + std::to_string(*account_token_position));
    changed("description", description);
    changed("info url", info_url);
    return lines;
}

}  // namespace natscreds::nsctl
