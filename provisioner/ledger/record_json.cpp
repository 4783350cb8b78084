#include <natscreds/provisioner/ledger/record_json.h>

#include <cstdint>

#include <nlohmann/json.hpp>

#include <natscreds/base/time_at.h>

namespace natscreds::provisioner {
namespace {

using Json = nlohmann::ordered_json;
using Holders = std::vector<NameKey>;

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const Holders& holders) {
    Json list = Json::array();
    for (const NameKey& holder : holders) {
        list.push_back({{"key", holder.key.text()},
                        {"gen", holder.generation},
                        {"exp", holder.expires.time_since_epoch().count()}});
    }
    return list;
}

/// A whole number; nothing for a fraction, and for one beyond 63 bits.
std::optional<std::int64_t> whole_number(const Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
    return value.get<std::int64_t>();
}

std::optional<base::Time> time_in(const Json& record, const char* name) {
    const auto seconds = whole_number(record.at(name));
    return seconds ? base::time_at(*seconds) : std::nullopt;
}

std::optional<std::int64_t> generation_in(const Json& record) {
    const auto generation = whole_number(record.at("gen"));
    return generation && *generation >= 0 && *generation < INT32_MAX ? generation : std::nullopt;
}

std::optional<NameKey> holder_in(const Json& json) {
    const auto key = nkeys::PublicKey::parse(json.at("key").get<std::string>(), nkeys::Kind::user);
    const auto expires = time_in(json, "exp");
    const auto generation = generation_in(json);
    if (!key || !expires || !generation) return std::nullopt;
    return NameKey{.key = *key, .generation = *generation, .expires = *expires};
}

std::optional<Holders> holders_in(const Json& list) {
    if (!list.is_array()) return std::nullopt;
    Holders holders;
    for (const Json& entry : list) {
        const auto holder = holder_in(entry);
        if (!holder) return std::nullopt;
        holders.push_back(*holder);
    }
    return holders;
}

using Roles = std::set<std::string, std::less<>>;

std::optional<Roles> roles_in(const Json& list) {
    if (!list.is_array()) return std::nullopt;
    Roles roles;
    for (const Json& role : list) {
        if (!role.is_string()) return std::nullopt;
        roles.insert(role.get<std::string>());
    }
    return roles;
}

/// Empty for what is not there, or no text.
std::string text_of_field(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<nkeys::PublicKey> requester_in(const Json& json) {
    const auto requester = nkeys::PublicKey::parse(json.value("requester", std::string()), nkeys::Kind::user);
    return requester ? std::optional(*requester) : std::nullopt;
}

/// The only holder, as 0.1 wrote it, or those that are listed.
std::optional<Holders> all_holders_in(const Json& json) {
    if (json.contains("holders")) return holders_in(json.at("holders"));
    const auto only = holder_in(json);
    return only ? std::optional(Holders{*only}) : std::nullopt;
}

std::optional<Owner> owner_in(const Json& json, const NameRecord& record) {
    if (json.contains("owner")) return Owner::parse(json.at("owner").get<std::string>());
    return record.holders.empty() ? Owner() : owner_before(record.holders.back().key, record.requester);
}

std::optional<NameRecord> read(const Json& json) {
    const auto expires = time_in(json, "exp");
    const auto holders = all_holders_in(json);
    const auto former = json.contains("former") ? holders_in(json.at("former")) : Holders();
    if (!expires || !holders || !former) return std::nullopt;
    NameRecord record{.owner = {},
                      .form = json.at("form") == "plain" ? Form::plain : Form::key_bound,
                      .role = json.at("role").get<std::string>(),
                      .expires = *expires,
                      .requester = requester_in(json),
                      .holders = *holders,
                      .former = *former};
    const auto owner = owner_in(json, record);
    if (!owner) return std::nullopt;
    record.owner = *owner;
    return record;
}

Json json_of(const Operation& operation) {
    return {{"at", operation.at.time_since_epoch().count()},
            {"by", operation.by},
            {"what", operation.what},
            {"whom", operation.whom}};
}

}  // namespace

std::string encode_record(const NameRecord& record) {
    Json json{{"form", record.form == Form::key_bound ? "key_bound" : "plain"},
              {"role", record.role},
              {"exp", record.expires.time_since_epoch().count()},
              {"owner", record.owner.text()}};
    if (record.requester) json["requester"] = record.requester->text();
    if (!record.holders.empty()) {
        json["key"] = record.holders.back().key.text();
        json["gen"] = record.holders.back().generation;
    }
    const bool said = record.holders.size() == 1 && record.holders.back().expires == record.expires;
    if (!said) json["holders"] = json_of(record.holders);
    if (!record.former.empty()) json["former"] = json_of(record.former);
    return dump(json);
}

std::optional<FoundRecord> decode_record(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    try {
        auto record = read(json);
        if (!record) return std::nullopt;
        return FoundRecord{.record = *std::move(record), .says_owner = json.contains("owner")};
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

std::string encode_holders(const Holders& holders) {
    return dump(json_of(holders));
}

std::optional<Holders> decode_holders(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    try {
        return holders_in(json);
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

std::string encode_denial(const DenialRecord& denial) {
    Json json = Json::object();
    if (denial.until) json["until"] = denial.until->time_since_epoch().count();
    if (!denial.by.empty()) json["by"] = denial.by;
    if (denial.at) json["at"] = denial.at->time_since_epoch().count();
    return dump(json);
}

DenialRecord decode_denial(const Denial& whom, const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    DenialRecord denial{.whom = whom};
    if (!json.is_object()) return denial;
    if (json.contains("until")) denial.until = time_in(json, "until");
    if (json.contains("at")) denial.at = time_in(json, "at");
    denial.by = text_of_field(json, "by");
    return denial;
}

std::string encode_roles(const NamedRequester& requester) {
    return dump(Json(requester.roles));
}

std::optional<Roles> decode_roles(const std::string& text) {
    return roles_in(Json::parse(text, nullptr, false));
}

std::string encode_requester(const NamedRequester& requester) {
    return dump({{"key", requester.key.text()}, {"roles", requester.roles}});
}

std::optional<NamedRequester> decode_requester(const std::string& name, const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("roles")) return std::nullopt;
    const auto key = nkeys::PublicKey::parse(text_of_field(json, "key"), nkeys::Kind::user);
    const auto roles = roles_in(json["roles"]);
    if (!key || !roles) return std::nullopt;
    return NamedRequester{.name = name, .key = *key, .roles = *roles};
}

std::string encode_operation(const Operation& operation) {
    return dump(json_of(operation));
}

std::string encode_taken(const Operation& operation) {
    Json json = json_of(operation);
    json["taken"] = true;
    return dump(json);
}

bool says_taken(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    return json.is_object() && json.contains("taken");
}

std::optional<Operation> decode_operation(const std::string& id, const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("at")) return std::nullopt;
    const auto at = time_in(json, "at");
    if (!at) return std::nullopt;
    return Operation{.id = id,
                     .at = *at,
                     .by = text_of_field(json, "by"),
                     .what = text_of_field(json, "what"),
                     .whom = text_of_field(json, "whom")};
}

Owner owner_before(const nkeys::PublicKey& key, const std::optional<nkeys::PublicKey>& requester) {
    return requester ? Owner::of_requester(*requester) : Owner::of_key(key);
}

}  // namespace natscreds::provisioner
