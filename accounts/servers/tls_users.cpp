#include <natscreds/accounts/servers/tls_users.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/jwt/subject.h>

#include "distinguished_name.h"

namespace natscreds::accounts {
namespace {

using Json = nlohmann::ordered_json;

base::Error objection(const std::string& place, std::string_view to_what) {
    return {Errc::bad_tls_users, place + ": " + std::string(to_what)};
}

/// A server's configuration is read as JSON's strings are, but for \u and control characters.
std::string quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') quoted += '\\';
        quoted += letter;
    }
    return quoted + '"';
}

base::Status only_these(const Json& object, const std::string& place,
                        std::initializer_list<std::string_view> fields) {
    if (!object.is_object()) return objection(place, "this is not an object");
    for (const auto& [name, value] : object.items()) {
        if (std::ranges::find(fields, name) == fields.end())
            return objection(place, "there is no field \"" + name + "\" here");
    }
    return {};
}

/// One list of subjects, as it stands in the configuration: ["a", "b"].
base::Result<std::string> subjects(const Json& value, const std::string& place) {
    const Json list = value.is_string() ? Json::array({value}) : value;
    if (!list.is_array()) return objection(place, "this is not a list of subjects");
    if (list.empty())
        return objection(place, R"(servers take an empty list for all subjects; none is {"deny": [">"]})");
    std::string text;
    for (const Json& subject : list) {
        if (!subject.is_string() || !jwt::valid_subject(subject.get_ref<const std::string&>()))
            return objection(place, subject.dump() + " is not a subject");
        text += (text.empty() ? "[" : ", ") + quoted(subject.get<std::string>());
    }
    return text + "]";
}

/// What one may publish, or subscribe to: a list, or what is allowed and what is denied.
base::Result<std::string> subject_rules(const Json& value, const std::string& place) {
    if (!value.is_object()) return subjects(value, place);
    if (const base::Status known = only_these(value, place, {"allow", "deny"}); !known) return known.error();
    std::string text;
    for (const auto& [name, list] : value.items()) {
        const auto listed = subjects(list, place + "." + name);
        if (!listed) return listed.error();
        text += (text.empty() ? "{ " : ", ") + name + ": " + *listed;
    }
    if (text.empty()) return objection(place, "neither \"allow\" nor \"deny\"");
    return text + " }";
}

base::Result<std::string> permissions(const Json& value, const std::string& place) {
    if (const base::Status known = only_these(value, place, {"publish", "subscribe"}); !known)
        return known.error();
    std::string text;
    for (const auto& [name, rules] : value.items()) {
        const auto ruled = subject_rules(rules, place + "." + name);
        if (!ruled) return ruled.error();
        text += (text.empty() ? "{ " : ", ") + name + ": " + *ruled;
    }
    if (text.empty()) return objection(place, "neither \"publish\" nor \"subscribe\"");
    return text + " }";
}

/// What is wrong with a name; empty for nothing.
std::string_view wrong_with(const std::string& name) {
    if (name.empty()) return "a user without a name";
    if (std::ranges::any_of(name, [](char letter) { return static_cast<unsigned char>(letter) < ' '; }))
        return "a control character in a name";
    if (name.front() == '/') return "write the DN as CN=nats.io,OU=ACME, not with slashes";
    return {};
}

base::Result<std::string> user(const Json& value, const std::string& place) {
    if (value.contains("password"))
        return objection(place, "a certificate takes the place of the password: leave it out");
    if (const base::Status known = only_these(value, place, {"username", "permissions"}); !known)
        return known.error();
    const auto named = value.find("username");
    if (named == value.end() || !named->is_string()) return objection(place, "a user without \"username\"");
    const std::string name = named->get<std::string>();
    if (const std::string_view wrong = wrong_with(name); !wrong.empty()) return objection(place, wrong);
    if (const ListedName listed = listed_name(name); !listed.wrong.empty())
        return objection(place, listed.wrong);
    const auto own = value.find("permissions");
    if (own == value.end()) return "{ user: " + quoted(name) + " }";
    const auto granted = permissions(*own, place + ".permissions");
    if (!granted) return granted.error();
    return "{ user: " + quoted(name) + ", permissions: " + *granted + " }";
}

std::string twice(const std::string& name, const std::string& before) {
    const std::string listed = quoted(name) + " is listed twice";
    return name == before ? listed : listed + ": servers take it for " + quoted(before);
}

base::Result<std::string> users(const Json& list) {
    if (!list.is_array() || list.empty()) return objection("users", "this is not a list of users");
    std::string text;
    std::map<std::string, std::string> seen;
    for (std::size_t number = 0; number < list.size(); ++number) {
        const std::string place = "users[" + std::to_string(number) + "]";
        const auto one = user(list[number], place);
        if (!one) return one.error();
        const auto name = list[number]["username"].get<std::string>();
        if (const auto [before, is_new] = seen.emplace(listed_name(name).same_as, name); !is_new)
            return objection(place, twice(name, before->second));
        text += "    " + *one + "\n";
    }
    return text;
}

}  // namespace

base::Result<std::string> tls_users_config(std::string_view users_json,
                                           std::optional<std::chrono::seconds> time_to_authenticate) {
    const Json list = Json::parse(users_json, nullptr, false);
    if (list.is_discarded()) return objection("users.json", "this is not JSON");
    if (const base::Status known = only_these(list, "users.json", {"users", "default_permissions"}); !known)
        return known.error();
    const auto listed = users(list.value("users", Json()));
    if (!listed) return listed.error();
    std::string config = "# Users by certificate; include this beside tls { ... verify_and_map: true }.\n";
    config += "authorization {\n";
    if (time_to_authenticate) config += "  timeout: " + std::to_string(time_to_authenticate->count()) + "\n";
    if (const auto defaults = list.find("default_permissions"); defaults != list.end()) {
        const auto granted = permissions(*defaults, "default_permissions");
        if (!granted) return granted.error();
        config += "  # of the users listed without any; who is not listed is refused\n";
        config += "  default_permissions: " + *granted + "\n";
    }
    return config + "  users: [\n" + *listed + "  ]\n}\n";
}

}  // namespace natscreds::accounts
