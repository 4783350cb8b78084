#include "options/user_limit_options.h"

#include <algorithm>
#include <cctype>

#include "errors.h"
#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

/// A limit's option, the field that it sets, and what is said about it.
struct UserLimit {
    const char* option;
    std::int64_t jwt::UserPermissionLimits::*field;
    const char* help;
    const char* report;
};

constexpr std::array user_limits{
    UserLimit{"--subs", &jwt::UserPermissionLimits::subs, "limit of subscriptions, -1 for none", "max subs"},
    UserLimit{"--data", &jwt::UserPermissionLimits::data, "limit of bytes in all, -1 for none", "max data"},
    UserLimit{"--payload", &jwt::UserPermissionLimits::payload, "limit of bytes of a message, -1 for none",
              "max payload"},
};

constexpr std::array<std::string_view, 7> connection_types_known{
    "STANDARD", "WEBSOCKET", "LEAFNODE", "LEAFNODE_WS", "MQTT", "MQTT_WS", "IN_PROCESS"};

std::string upper_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

/// "15:04:05-16:04:05"; whether they are times of a day is for validation to say.
base::Result<jwt::TimeRange> parse_times(const std::string& text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string::npos) return base::Error{Errc::bad_time, "--time: " + in_quotes(text)};
    return jwt::TimeRange{.start = text.substr(0, dash), .end = text.substr(dash + 1), .extra = {}};
}

console::Option connection_type_option(Strings& types) {
    console::Option option = list_option("--conn-type", types, "STANDARD WEBSOCKET LEAFNODE MQTT ...");
    option.offered = {connection_types_known.begin(), connection_types_known.end()};
    return option;
}

base::Result<std::string> parse_connection_type(const std::string& text) {
    std::string type = upper_case(text);
    const bool known = std::ranges::find(connection_types_known, type) != connection_types_known.end();
    if (!known) return base::Error{Errc::bad_connection_type, in_quotes(text)};
    return type;
}

base::Status apply_times(const UserLimitOptions& options, jwt::UserPermissionLimits& target) {
    for (const std::string& text : options.times) {
        auto range = parse_times(text);
        if (!range) return range.error();
        target.times.push_back(*std::move(range));
    }
    for (const std::string& start : options.removed_times)
        std::erase_if(target.times, [&](const jwt::TimeRange& range) { return range.start == start; });
    if (options.time_zone) target.times_location = *options.time_zone;
    return {};
}

base::Status apply_connection_types(const UserLimitOptions& options, jwt::UserPermissionLimits& target) {
    for (const std::string& text : options.connection_types) {
        const auto type = parse_connection_type(text);
        if (!type) return type.error();
        add_new(target.allowed_connection_types, {*type});
    }
    for (const std::string& type : options.removed_connection_types)
        std::erase(target.allowed_connection_types, upper_case(type));
    return {};
}

base::Status apply_limits(const UserLimitOptions& options, jwt::UserPermissionLimits& target) {
    for (std::size_t i = 0; i < user_limits.size(); ++i) {
        if (options.limits[i].empty()) continue;
        const auto value = parse_size(options.limits[i]);
        if (!value) return value.error().within(user_limits[i].option);
        target.*user_limits[i].field = *value;
    }
    return {};
}

void append_each(Strings& lines, const std::string& words, const Strings& values) {
    for (const std::string& value : values)
        lines.push_back(words + " " + value);
}

}  // namespace

console::OptionList UserLimitOptions::options() {
    console::OptionList list =
        console::joined({permissions.options(),
                         permissions.removal_options(),
                         {list_option("--time", times, "times of a day to connect at: 08:00:00-18:00:00"),
                          list_option("--rm-time", removed_times, "and to remove, by their start"),
                          {"--locale", &time_zone, "time zone of the times, such as Europe/Berlin"},
                          list_option("--source-network", networks, "networks (CIDR) to connect from"),
                          list_option("--rm-source-network", removed_networks, "and to remove"),
                          connection_type_option(connection_types),
                          list_option("--rm-conn-type", removed_connection_types, "and to remove")}});
    for (std::size_t i = 0; i < user_limits.size(); ++i)
        list.push_back({user_limits[i].option, &limits[i], user_limits[i].help});
    list.push_back({"--bearer", &bearer, "need not prove to have the key"});
    return list;
}

bool UserLimitOptions::given() const {
    return permissions.given() || !report().empty();
}

base::Result<jwt::UserPermissionLimits> UserLimitOptions::applied_to(jwt::UserPermissionLimits target) const {
    auto permitted = permissions.applied_to(target);
    if (!permitted) return permitted.error();
    static_cast<jwt::Permissions&>(target) = *std::move(permitted);
    add_new(target.src, networks);
    for (const std::string& network : removed_networks)
        std::erase(target.src, network);
    std::ranges::sort(target.src);
    if (base::Status done = apply_times(*this, target); !done) return done.error();
    if (base::Status done = apply_connection_types(*this, target); !done) return done.error();
    if (base::Status done = apply_limits(*this, target); !done) return done.error();
    if (bearer) target.bearer_token = *bearer;
    return target;
}

Strings UserLimitOptions::report() const {
    Strings lines;
    for (std::size_t i = 0; i < user_limits.size(); ++i) {
        if (!limits[i].empty())
            lines.push_back(std::string("changed ") + user_limits[i].report + " to " + limits[i]);
    }
    if (bearer) lines.push_back(std::string("changed bearer to ") + (*bearer ? "true" : "false"));
    append_each(lines, "added connection type", connection_types);
    append_each(lines, "removed connection type", removed_connection_types);
    append_each(lines, "added src network", networks);
    append_each(lines, "removed src network", removed_networks);
    append_each(lines, "added time range", times);
    append_each(lines, "removed time range", removed_times);
    if (time_zone) lines.push_back("changed time zone to " + in_quotes(*time_zone));
    for (const std::string& line : permissions.report())
        lines.push_back(line);
    return lines;
}

}  // namespace natscreds::nsctl
