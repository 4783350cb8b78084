#include "claims_json.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include <natscreds/base/letters.h>
#include <natscreds/jwt/errc.h>

#include "fields.h"

namespace natscreds::jwt {
namespace {

using base::equal_without_case;

// ---- writing

template <class T>
bool is_empty(const T& value) {
    if constexpr (std::is_arithmetic_v<T>) return value == T{};
    if constexpr (requires { value.count(); }) return value.count() == 0;
    if constexpr (requires { value.has_value(); }) return !value.has_value();
    if constexpr (requires { value.size(); }) return value.empty();
    return false;
}

class ClaimsWriter {
  public:
    explicit ClaimsWriter(base::JsonWriter& out) : out_(out) {}

    template <class T>
    void object(const T& claims) {
        out_.begin_object();
        describe(*this, claims);
        out_.end_object();
    }

    template <class T>
    void field(std::string_view name, const T& value) {
        if (!is_empty(value)) always(name, value);
    }

    template <class T>
    void always(std::string_view name, const T& value) {
        out_.key(name);
        write(value);
    }

    void comma_list(std::string_view name, const std::vector<std::string>& list) { field(name, list); }

    void sampling(std::string_view name, std::int64_t percent) {
        out_.key(name);
        if (percent == 0) return out_.string("headers");
        out_.number(percent);
    }

    template <class T>
    void by_subject(std::string_view name, std::vector<T> list) {
        std::ranges::stable_sort(list, {}, &T::subject);
        field(name, list);
    }

    void signing_keys(std::string_view name, const std::map<std::string, std::optional<UserScope>>& keys) {
        if (keys.empty()) return;
        out_.key(name);
        out_.begin_array();
        for (const auto& [key, scope] : keys) {
            if (scope) {
                write_scope(key, *scope);
            } else {
                out_.string(key);
            }
        }
        out_.end_array();
    }

    void default_permissions(std::string_view name, const AccountClaims& account) {
        out_.key(name);
        out_.begin_object();
        describe_permissions(*this, account.default_permissions);
        write_extra(account.default_permissions_extra, out_);
        out_.end_object();
    }

    void type_and_version(std::string_view type) {
        always("type", std::string(type));
        always("version", std::int64_t{2});
    }

    void rest(const Extra& extra) { write_extra(extra, out_); }

  private:
    void write(const std::string& value) { out_.string(value); }
    void write(std::int64_t value) { out_.number(value); }
    void write(bool value) { out_.boolean(value); }
    void write(std::chrono::nanoseconds value) { out_.number(value.count()); }

    template <class T>
    void write(const std::optional<T>& value) {
        write(*value);
    }

    template <class T>
    void write(const std::vector<T>& list) {
        out_.begin_array();
        for (const T& element : list)
            write(element);
        out_.end_array();
    }

    template <class T>
    void write(const std::map<std::string, T>& map) {
        out_.begin_object();
        for (const auto& [name, value] : map)
            always(name, value);
        out_.end_object();
    }

    template <class T>
    requires std::is_class_v<T>
    void write(const T& claims) { object(claims); }

    void write_scope(const std::string& key, const UserScope& scope) {
        out_.begin_object();
        always("kind", std::string("user_scope"));
        always("key", key);
        always("role", scope.role);
        out_.key("template");
        out_.begin_object();
        describe(*this, scope.permissions);
        write_extra(scope.permissions_extra, out_);
        out_.end_object();
        always("description", scope.description);
        write_extra(scope.extra, out_);
        out_.end_object();
    }

    base::JsonWriter& out_;
};

// ---- reading

/// Reads one object. The first thing that is wrong is kept, and nothing is read after it.
class ClaimsReader {
  public:
    explicit ClaimsReader(const Json& object) : object_(object) { known_.reserve(32); }

    template <class T>
    [[nodiscard]] static base::Status read_object(const Json& json, T& claims) {
        if (!json.is_object()) return wrong_shape();
        ClaimsReader reader(json);
        describe(reader, claims);
        return reader.status_;
    }

    template <class T>
    void field(std::string_view name, T& value) {
        known_.push_back(name);
        value = T{};
        const Json* json = find_field(object_, name);
        if (json == nullptr || !status_) return;
        note(name, read(*json, value));
    }

    // A value that is always written may still be missing from a token that others made. An object is then
    // read as an empty one: new claims begin with limits of -1, and a token without limits has them all at 0.
    template <class T>
    void always(std::string_view name, T& value) {
        field(name, value);
        if constexpr (requires { describe(*this, value); }) {
            if (find_field(object_, name) == nullptr) note(name, read_object(Json::object(), value));
        }
    }

    void comma_list(std::string_view name, std::vector<std::string>& list) {
        known_.push_back(name);
        list.clear();
        const Json* json = find_field(object_, name);
        if (json == nullptr || !status_) return;
        note(name, json->is_string() ? split(json->get_ref<const std::string&>(), list) : read(*json, list));
    }

    void sampling(std::string_view name, std::int64_t& percent) {
        known_.push_back(name);
        percent = 0;
        const Json* json = find_field(object_, name);
        if (json == nullptr || !status_) return;
        const bool headers =
            json->is_string() && equal_without_case(json->get_ref<const std::string&>(), "headers");
        if (!headers) note(name, read(*json, percent));
    }

    template <class T>
    void by_subject(std::string_view name, std::vector<T>& list) {
        field(name, list);
    }

    void signing_keys(std::string_view name, std::map<std::string, std::optional<UserScope>>& keys) {
        known_.push_back(name);
        keys.clear();
        const Json* list = find_field(object_, name);
        if (list == nullptr || !status_) return;
        if (!list->is_array()) return note(name, wrong_shape());
        for (const Json& entry : *list)
            note(name, read_signing_key(entry, keys));
    }

    void default_permissions(std::string_view name, AccountClaims& account) {
        known_.push_back(name);
        account.default_permissions = {};
        const Json* json = find_field(object_, name);
        if (json == nullptr || !status_) return;
        if (!json->is_object()) return note(name, wrong_shape());
        ClaimsReader reader(*json);
        describe_permissions(reader, account.default_permissions);
        reader.rest(account.default_permissions_extra);
        note(name, reader.status_);
    }

    // Checked by whoever chose the claims' type.
    void type_and_version(std::string_view /*type*/) {
        known_.emplace_back("type");
        known_.emplace_back("version");
    }

    void rest(Extra& extra) {
        if (status_) status_ = each_once(object_, known_);
        extra = unknown_fields(object_, known_);
    }

  private:
    static base::Status wrong_shape() { return base::Error{Errc::bad_json, "wrong shape"}; }

    void note(std::string_view name, const base::Status& status) {
        if (status_ && !status) status_ = status.error().within("field " + std::string(name));
    }

    /// As Go reads it: without blanks, in lower case, each once.
    static base::Status split(std::string_view text, std::vector<std::string>& list) {
        while (!text.empty()) {
            const std::size_t comma = text.find(',');
            std::string entry = base::lower(base::trimmed(text.substr(0, comma)));
            if (!entry.empty() && std::ranges::find(list, entry) == list.end()) {
                list.push_back(std::move(entry));
            }
            text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
        }
        return {};
    }

    static base::Status read(const Json& json, std::string& value) {
        if (!json.is_string()) return wrong_shape();
        value = json.get_ref<const std::string&>();
        return {};
    }

    static base::Status read(const Json& json, bool& value) {
        if (!json.is_boolean()) return wrong_shape();
        value = json.get<bool>();
        return {};
    }

    static base::Status read(const Json& json, std::int64_t& value) {
        if (!json.is_number_integer()) return wrong_shape();
        const bool too_big = json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX;
        if (too_big) return wrong_shape();
        value = json.get<std::int64_t>();
        return {};
    }

    static base::Status read(const Json& json, std::chrono::nanoseconds& value) {
        std::int64_t count = 0;
        base::Status status = read(json, count);
        value = std::chrono::nanoseconds(count);
        return status;
    }

    template <class T>
    static base::Status read(const Json& json, std::optional<T>& value) {
        return read(json, value.emplace());
    }

    template <class T>
    static base::Status read(const Json& json, std::vector<T>& list) {
        if (!json.is_array()) return wrong_shape();
        for (const Json& element : json) {
            const base::Status status = read(element, list.emplace_back());
            if (!status) return status;
        }
        return {};
    }

    template <class T>
    static base::Status read(const Json& json, std::map<std::string, T>& map) {
        if (!json.is_object()) return wrong_shape();
        for (const auto& [name, value] : json.items()) {
            T& element = map[name];
            if (value.is_null()) continue;  // what Go makes of a list that was never set
            const base::Status status = read(value, element);
            if (!status) return status;
        }
        return {};
    }

    template <class T>
    requires std::is_class_v<T>
    static base::Status read(const Json& json, T& claims) { return read_object(json, claims); }

    static base::Status read_signing_key(const Json& entry,
                                         std::map<std::string, std::optional<UserScope>>& keys) {
        if (entry.is_string()) {
            keys[entry.get_ref<const std::string&>()] = std::nullopt;
            return {};
        }
        if (!entry.is_object()) return wrong_shape();
        ClaimsReader reader(entry);
        std::string kind;
        std::string key;
        UserScope scope;
        reader.field("kind", kind);
        reader.field("key", key);
        reader.field("role", scope.role);
        reader.scope_template("template", scope);
        reader.field("description", scope.description);
        reader.rest(scope.extra);
        if (!reader.status_) return reader.status_;
        if (kind != "user_scope")
            return base::Error{Errc::bad_json, "scope of the unknown kind \"" + kind + "\""};
        keys[key] = std::move(scope);
        return {};
    }

    void scope_template(std::string_view name, UserScope& scope) {
        known_.push_back(name);
        const Json* json = find_field(object_, name);
        if (json == nullptr || !status_) return;
        if (!json->is_object()) return note(name, wrong_shape());
        ClaimsReader reader(*json);
        describe(reader, scope.permissions);
        reader.rest(scope.permissions_extra);
        reader.no_limit_unless_given("subs", scope.permissions.subs);
        reader.no_limit_unless_given("data", scope.permissions.data);
        reader.no_limit_unless_given("payload", scope.permissions.payload);
        note(name, reader.status_);
    }

    /// In a scope, and nowhere else, Go and so the server take a missing limit for none.
    void no_limit_unless_given(std::string_view name, std::int64_t& limit) const {
        if (find_field(object_, name) == nullptr) limit = no_limit;
    }

    const Json& object_;
    std::vector<std::string_view> known_;
    base::Status status_;
};

/// The fields themselves: items() would make strings of their names.
const Json::object_t& fields_of(const Json& object) {
    return object.get_ref<const Json::object_t&>();
}

bool is_one_of(const std::vector<std::string_view>& names, std::string_view key) {
    return std::ranges::any_of(names, [&](std::string_view name) { return equal_without_case(key, name); });
}

}  // namespace

const Json* find_field(const Json& object, std::string_view name) {
    const auto exact = object.find(name);
    if (exact != object.end()) return exact->is_null() ? nullptr : &*exact;
    for (const auto& [key, value] : fields_of(object)) {
        if (equal_without_case(key, name)) return value.is_null() ? nullptr : &value;
    }
    return nullptr;
}

/// Of "exp" and "EXP" Go takes the last, and others the first: there is no telling which was meant.
base::Status each_once(const Json& object, const std::vector<std::string_view>& known) {
    std::vector<std::string_view> seen;
    for (const auto& field : fields_of(object)) {
        const std::string& key = field.first;
        const bool twice =
            std::ranges::any_of(seen, [&](std::string_view other) { return equal_without_case(key, other); });
        if (twice && is_one_of(known, key))
            return base::Error{Errc::bad_json, "field " + key + " is there twice"};
        seen.push_back(key);
    }
    return {};
}

Extra unknown_fields(const Json& object, const std::vector<std::string_view>& known) {
    Extra extra;
    for (const auto& [key, value] : fields_of(object)) {
        if (is_one_of(known, key)) continue;
        base::JsonWriter text;
        write_value(value, text);
        extra[key] = text.take();
    }
    return extra;
}

void write_extra(const Extra& extra, base::JsonWriter& writer) {
    for (const auto& [name, text] : extra) {
        writer.key(name);
        write_value(Json::parse(text, nullptr, false), writer);
    }
}

base::Result<std::string> read_string(const Json& object, std::string_view name) {
    const Json* json = find_field(object, name);
    if (json == nullptr) return std::string();
    if (!json->is_string()) return base::Error{Errc::bad_json, "field " + std::string(name)};
    return json->get_ref<const std::string&>();
}

base::Result<std::int64_t> read_integer(const Json& object, std::string_view name) {
    const Json* json = find_field(object, name);
    if (json == nullptr) return std::int64_t{0};
    const bool too_big = json->is_number_unsigned() && json->get<std::uint64_t>() > INT64_MAX;
    if (!json->is_number_integer() || too_big)
        return base::Error{Errc::bad_json, "field " + std::string(name)};
    return json->get<std::int64_t>();
}

template <class C>
base::Status write_claims(const C& claims, base::JsonWriter& writer) {
    ClaimsWriter(writer).object(claims);
    return {};
}

template <>
base::Status write_claims(const GenericClaims& claims, base::JsonWriter& writer) {
    base::Result<Json> body = parse_object(claims.body);
    if (!body) return body.error();
    (*body)["version"] = 2;
    write_value(*body, writer);
    return {};
}

template <class C>
base::Result<C> read_claims(const Json& object) {
    C claims;
    const base::Status status = ClaimsReader::read_object(object, claims);
    if (!status) return status.error();
    return claims;
}

template <>
base::Result<GenericClaims> read_claims(const Json& object) {
    base::JsonWriter text;
    write_value(object, text);
    return GenericClaims{.body = text.take()};
}

template base::Status write_claims(const OperatorClaims&, base::JsonWriter&);
template base::Status write_claims(const AccountClaims&, base::JsonWriter&);
template base::Status write_claims(const UserClaims&, base::JsonWriter&);
template base::Status write_claims(const ActivationClaims&, base::JsonWriter&);
template base::Status write_claims(const AuthorizationRequestClaims&, base::JsonWriter&);
template base::Status write_claims(const AuthorizationResponseClaims&, base::JsonWriter&);
template base::Result<OperatorClaims> read_claims(const Json&);
template base::Result<AccountClaims> read_claims(const Json&);
template base::Result<UserClaims> read_claims(const Json&);
template base::Result<ActivationClaims> read_claims(const Json&);
template base::Result<AuthorizationRequestClaims> read_claims(const Json&);
template base::Result<AuthorizationResponseClaims> read_claims(const Json&);

UserClaims UserClaims::scoped() {
    UserClaims claims;
    claims.subs = 0;
    claims.data = 0;
    claims.payload = 0;
    return claims;
}

bool UserClaims::has_own_permissions() const {
    return static_cast<const UserPermissionLimits&>(*this) !=
           static_cast<const UserPermissionLimits&>(UserClaims::scoped());
}

}  // namespace natscreds::jwt
