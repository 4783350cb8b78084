#include <natscreds/accounts/tree_file.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <utility>

#include <toml++/toml.h>
#include <nlohmann/json.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/payload.h>

namespace natscreds::accounts {
namespace {

using PayloadJson = nlohmann::json;

constexpr std::size_t most_levels = 64;

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
    base::Result<PayloadJson> json = json_of(node, place, most_levels);
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

// ---- to TOML

std::optional<toml::date_time> date_time_of(const PayloadJson& json) {
    constexpr std::int64_t end_of_9999 = 253'402'300'799;
    if (!json.is_number_integer() || json.get<std::int64_t>() <= 0 || json.get<std::int64_t>() > end_of_9999)
        return std::nullopt;
    const std::chrono::sys_seconds moment{std::chrono::seconds(json.get<std::int64_t>())};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(moment - day);
    return toml::date_time{
        toml::date{static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day())},
        toml::time{static_cast<unsigned>(time.hours().count()), static_cast<unsigned>(time.minutes().count()),
                   static_cast<unsigned>(time.seconds().count())},
        toml::time_offset{}};
}

toml::table table_from(const PayloadJson& json);
toml::array array_from(const PayloadJson& json);

/// Hands the value that TOML has for it to `put`; nothing where it has none.
template <class Put>
void to_toml(const PayloadJson& json, const Put& put) {
    if (json.is_object()) {
        put(table_from(json));
    } else if (json.is_array()) {
        put(array_from(json));
    } else if (json.is_string()) {
        put(json.get<std::string>());
    } else if (json.is_boolean()) {
        put(json.get<bool>());
    } else if (json.is_number_float()) {
        put(json.get<double>());
    } else if (json.is_number_integer()) {
        const bool too_large =
            json.is_number_unsigned() &&
            json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        if (!too_large) put(json.get<std::int64_t>());
    }
}

toml::table table_from(const PayloadJson& json) {
    toml::table table;
    for (auto field = json.begin(); field != json.end(); ++field)
        to_toml(*field, [&](auto made) { table.insert_or_assign(field.key(), std::move(made)); });
    return table;
}

toml::array array_from(const PayloadJson& json) {
    toml::array array;
    for (const PayloadJson& element : json)
        to_toml(element, [&](auto made) { array.push_back(std::move(made)); });
    return array;
}

toml::table table_of(const std::string& payload) {
    const PayloadJson json = PayloadJson::parse(payload, nullptr, false);
    toml::table table = table_from(json);
    for (const char* const time : {"exp", "nbf"}) {
        const auto moment = json.contains(time) ? date_time_of(json[time]) : std::nullopt;
        if (moment) table.insert_or_assign(time, *moment);
    }
    return table;
}

toml::table tables_of(const std::map<Name, std::string>& payloads) {
    toml::table tables;
    for (const auto& [name, payload] : payloads)
        tables.insert_or_assign(name.text(), table_of(payload));
    return tables;
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
    toml::table all;
    if (tree.operator_payload) all.insert_or_assign("operator", table_of(*tree.operator_payload));
    if (!tree.accounts.empty()) all.insert_or_assign("accounts", tables_of(tree.accounts));
    toml::table users;
    for (const auto& [account, payloads] : tree.users)
        users.insert_or_assign(account.text(), tables_of(payloads));
    if (!users.empty()) all.insert_or_assign("users", std::move(users));
    std::ostringstream out;
    out << toml::toml_formatter(
        all, toml::format_flags::allow_unicode_strings | toml::format_flags::indent_sub_tables);
    return out.str() + "\n";
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
