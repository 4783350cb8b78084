#include <natscreds/accounts/tree_file.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include <toml++/toml.h>
#include <nlohmann/json.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/base/date.h>
#include <natscreds/base/time_at.h>
#include <natscreds/jwt/payload.h>

namespace natscreds::accounts {
namespace {

using PayloadJson = nlohmann::json;

constexpr std::size_t max_levels = 64;

// ---- from TOML

/// Where an error is: "tree.toml:12", and the key behind it.
struct TomlPlace {
    const std::string& file;
    std::string key;

    [[nodiscard]] base::Error error(const toml::node& node, const std::string& why) const {
        return {Errc::bad_tree_file,
                file + ":" + std::to_string(node.source().begin.line) + ": " + key + ": " + why};
    }
    [[nodiscard]] TomlPlace below(std::string_view name) const {
        return {file, key.empty() ? std::string(name) : key + "." + std::string(name)};
    }
};

std::int64_t seconds_of(const toml::date_time& moment) {
    const std::chrono::year_month_day date{std::chrono::year(moment.date.year),
                                           std::chrono::month(moment.date.month),
                                           std::chrono::day(moment.date.day)};
    const int offset = moment.offset ? moment.offset->minutes : 0;
    const std::chrono::sys_seconds seconds =
        std::chrono::sys_days(date) + std::chrono::hours(moment.time.hour) +
        std::chrono::minutes(moment.time.minute - offset) + std::chrono::seconds(moment.time.second);
    return seconds.time_since_epoch().count();
}

base::Result<PayloadJson> json_of(const toml::node& node, const TomlPlace& place, std::size_t levels) {
    if (levels == 0) return place.error(node, "it is nested too deep");
    if (const toml::table* const table = node.as_table()) {
        PayloadJson object = PayloadJson::object();
        for (const auto& [name, value] : *table) {
            base::Result<PayloadJson> field = json_of(value, place.below(name.str()), levels - 1);
            if (!field) return field;
            object[std::string(name.str())] = *std::move(field);
        }
        return object;
    }
    if (const toml::array* const array = node.as_array()) {
        PayloadJson list = PayloadJson::array();
        for (const toml::node& entry : *array) {
            base::Result<PayloadJson> element = json_of(entry, place, levels - 1);
            if (!element) return element;
            list.push_back(*std::move(element));
        }
        return list;
    }
    if (const auto* const text = node.as_string()) return PayloadJson(text->get());
    if (const auto* const number = node.as_integer()) return PayloadJson(number->get());
    if (const auto* const flag = node.as_boolean()) return PayloadJson(flag->get());
    if (const auto* const moment = node.as_date_time()) return PayloadJson(seconds_of(moment->get()));
    if (const auto* const number = node.as_floating_point();
        number != nullptr && std::isfinite(number->get()))
        return PayloadJson(number->get());
    return place.error(node, "no claim has such a value");
}

base::Result<std::string> payload_of(const toml::node& node, const TomlPlace& place) {
    if (!node.is_table()) return place.error(node, "a table is expected");
    base::Result<PayloadJson> json = json_of(node, place, max_levels);
    if (!json) return json.error();
    for (const char* const made : {"iat", "jti"}) {
        if (json->contains(made)) return place.error(node, std::string(made) + " is not for people to say");
    }
    PayloadJson& nats = json->emplace("nats", PayloadJson::object()).first.value();
    if (!nats.is_object()) return place.error(node, "nats has to be a table");
    return json->dump();
}

/// A payload for each name of a table.
base::Result<std::map<Name, std::string>> payloads_in(const toml::node& node, const TomlPlace& place) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) return place.error(node, "a table is expected");
    std::map<Name, std::string> payloads;
    for (const auto& [key, value] : *table) {
        const TomlPlace below = place.below(key.str());
        const auto name = Name::parse(key.str());
        if (!name) return below.error(value, name.error().message());
        base::Result<std::string> payload = payload_of(value, below);
        if (!payload) return payload.error();
        payloads.emplace(*name, *std::move(payload));
    }
    return payloads;
}

base::Result<std::map<Name, std::map<Name, std::string>>> users_in(const toml::node& node,
                                                                   const TomlPlace& place) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) return place.error(node, "a table is expected");
    std::map<Name, std::map<Name, std::string>> users;
    for (const auto& [key, value] : *table) {
        const TomlPlace below = place.below(key.str());
        const auto account = Name::parse(key.str());
        if (!account) return below.error(value, account.error().message());
        auto payloads = payloads_in(value, below);
        if (!payloads) return payloads.error();
        users.emplace(*account, *std::move(payloads));
    }
    return users;
}

base::Status add_section(TreeFile& tree, std::string_view name, const toml::node& node,
                         const TomlPlace& place) {
    if (name == "operator") {
        base::Result<std::string> payload = payload_of(node, place);
        if (!payload) return payload.error();
        tree.operator_payload = *std::move(payload);
        return {};
    }
    if (name == "accounts") {
        auto accounts = payloads_in(node, place);
        if (!accounts) return accounts.error();
        tree.accounts = *std::move(accounts);
        return {};
    }
    if (name == "users") {
        auto users = users_in(node, place);
        if (!users) return users.error();
        tree.users = *std::move(users);
        return {};
    }
    return place.error(node, "there are operator, accounts and users, and nothing else");
}

// ---- to TOML. toml++ 3.3 writes keys of letters and a tab, newline or quote without quotes, and cannot read them then.

/// JSON's strings are TOML's, but for a character that TOML wants escaped.
std::string in_toml(const std::string& text) {
    std::string quoted = PayloadJson(text).dump(-1, ' ', false, PayloadJson::error_handler_t::replace);
    for (std::size_t at = quoted.find('\x7f'); at != std::string::npos; at = quoted.find('\x7f', at))
        quoted.replace(at, 1, "\\u007F");
    return quoted;
}

std::string key_in_toml(const std::string& key) {
    constexpr std::string_view bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const bool is_bare = !key.empty() && key.find_first_not_of(bare) == std::string::npos;
    return is_bare ? key : in_toml(key);
}

/// Null, and integers that TOML has not.
bool is_unsayable(const PayloadJson& json) {
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return json.is_null() || (json.is_number_unsigned() && json.get<std::uint64_t>() > most);
}

/// On one line.
std::string value_in_toml(const PayloadJson& json) {
    if (json.is_string()) return in_toml(json.get<std::string>());
    if (!json.is_structured()) return json.dump();
    std::string inside;
    for (auto element = json.begin(); element != json.end(); ++element) {
        if (is_unsayable(*element)) continue;
        inside += inside.empty() ? "" : ", ";
        if (json.is_object()) inside += key_in_toml(element.key()) + " = ";
        inside += value_in_toml(*element);
    }
    if (json.is_array()) return "[" + inside + "]";
    return inside.empty() ? "{}" : "{ " + inside + " }";
}

bool is_list_of_tables(const PayloadJson& json) {
    return json.is_array() && !json.empty() &&
           std::ranges::all_of(json, [](const PayloadJson& one) { return one.is_object(); });
}

bool has_own_heading(const PayloadJson& json) {
    return (json.is_object() && !json.empty()) || is_list_of_tables(json);
}

/// "2030-01-02T03:04:05Z"; other numbers as they are.
std::string moment_in_toml(const PayloadJson& json) {
    const bool counted = json.is_number_integer() && json.get<std::int64_t>() > 0;
    const auto moment = counted ? base::time_at(json.get<std::int64_t>()) : std::nullopt;
    return moment ? base::rfc3339(*moment) : value_in_toml(json);
}

/// An element of a list of tables, what is in it on one line each.
std::string fields_of(const PayloadJson& table) {
    std::string fields;
    for (auto field = table.begin(); field != table.end(); ++field) {
        if (!is_unsayable(*field)) fields += key_in_toml(field.key()) + " = " + value_in_toml(*field) + "\n";
    }
    return fields;
}

/// What stands in a table, then the tables in it.
void write_table(std::string& out, const std::string& path, const PayloadJson& table) {
    for (auto field = table.begin(); field != table.end(); ++field) {
        if (!has_own_heading(*field) && !is_unsayable(*field))
            out += key_in_toml(field.key()) + " = " + value_in_toml(*field) + "\n";
    }
    for (auto field = table.begin(); field != table.end(); ++field) {
        if (!has_own_heading(*field)) continue;
        const std::string below = path + "." + key_in_toml(field.key());
        if (field->is_object()) {
            out += "\n[" + below + "]\n";
            write_table(out, below, *field);
            continue;
        }
        for (const PayloadJson& element : *field)
            out += "\n[[" + below + "]]\n" + fields_of(element);
    }
}

void write_payload(std::string& out, const std::string& path, const std::string& payload) {
    PayloadJson json = PayloadJson::parse(payload, nullptr, false);
    out += (out.empty() ? "[" : "\n[") + path + "]\n";
    for (const char* const time : {"exp", "nbf"}) {
        if (!json.contains(time) || json[time].is_structured() || is_unsayable(json[time])) continue;
        out += std::string(time) + " = " + moment_in_toml(json[time]) + "\n";
        json.erase(time);
    }
    write_table(out, path, json);
}

// ---- from the store

/// A payload leaves out what is zero; where a new token has something else, the file has to say so.
void say_zeros(PayloadJson& json, const PayloadJson& of_new_token) {
    for (auto field = of_new_token.begin(); field != of_new_token.end(); ++field) {
        if (field->is_object() && !field->empty()) {
            say_zeros(json[field.key()], *field);
        } else if (!field->is_object() && !json.contains(field.key())) {
            json[field.key()] = PayloadJson(field->type());
        }
    }
}

/// Without what the file says elsewhere.
template <class C>
base::Result<PayloadJson> payload_json(const jwt::Decoded<C>& token, const Name& name) {
    const base::Result<std::string> text = jwt::draft_payload(token.content);
    if (!text) return text.error();
    PayloadJson json = PayloadJson::parse(*text);
    if (token.content.name == name.text()) json.erase("name");
    const base::Result<std::string> new_token = jwt::draft_payload(jwt::Draft<C>());
    if (!new_token) return new_token.error();
    say_zeros(json["nats"], PayloadJson::parse(*new_token)["nats"]);
    json["nats"].erase("type");
    json["nats"].erase("version");
    return json;
}

base::Result<std::string> user_payload(const jwt::Decoded<jwt::UserClaims>& user, const Name& name) {
    base::Result<PayloadJson> json = payload_json(user, name);
    if (!json) return json.error();
    const bool by_signing_key = !user.claims().issuer_account.empty();
    if (by_signing_key) (*json)["iss"] = user.issuer.text();
    (*json)["nats"].erase("issuer_account");
    return json->dump();
}

base::Status add_account_to(TreeFile& tree, const Store& store, const Name& name, bool with_users) {
    const auto account = store.read_account(name);
    if (!account) return account.error();
    const base::Result<PayloadJson> json = payload_json(*account, name);
    if (!json) return json.error();
    tree.accounts.emplace(name, json->dump());
    if (!with_users) return {};
    const auto users = store.users(name);
    if (!users) return users.error();
    for (const Name& user_name : *users) {
        const auto user = store.read_user(name, user_name);
        if (!user) return user.error();
        base::Result<std::string> payload = user_payload(*user, user_name);
        if (!payload) return payload.error();
        tree.users[name].emplace(user_name, *std::move(payload));
    }
    return {};
}

}  // namespace

base::Result<TreeFile> parse_tree_file(std::string_view text, const std::string& file) {
    try {
        const toml::table table = toml::parse(text, file);
        TreeFile tree;
        for (const auto& [name, node] : table) {
            const base::Status added =
                add_section(tree, name.str(), node, TomlPlace{file, std::string(name.str())});
            if (!added) return added.error();
        }
        return tree;
    } catch (const toml::parse_error& error) {
        return base::Error{Errc::bad_tree_file, file + ":" + std::to_string(error.source().begin.line) +
                                                    ": " + std::string(error.description())};
    }
}

std::string tree_file_text(const TreeFile& tree) {
    std::string out;
    if (tree.operator_payload) write_payload(out, "operator", *tree.operator_payload);
    for (const auto& [name, payload] : tree.accounts)
        write_payload(out, "accounts." + key_in_toml(name.text()), payload);
    for (const auto& [account, users] : tree.users) {
        const std::string path = "users." + key_in_toml(account.text());
        if (users.empty()) out += "\n[" + path + "]\n";
        for (const auto& [name, payload] : users)
            write_payload(out, path + "." + key_in_toml(name.text()), payload);
    }
    return out;
}

base::Result<TreeFile> read_tree(const Store& store, const TreeSelection& selection) {
    TreeFile tree;
    if (selection.account) {
        if (base::Status added = add_account_to(tree, store, *selection.account, selection.users); !added)
            return added.error();
        return tree;
    }
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    const base::Result<PayloadJson> json = payload_json(*owner, store.name());
    if (!json) return json.error();
    tree.operator_payload = json->dump();
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        if (base::Status added = add_account_to(tree, store, name, selection.users); !added)
            return added.error();
    }
    return tree;
}

}  // namespace natscreds::accounts
