#include <natscreds/provisioner/kubernetes/secret_tokens.h>

#include <algorithm>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/bytes.h>
#include <natscreds/base/time_at.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>
#include <natscreds/provisioner/identity/role_object.h>

#include "api_objects.h"

namespace natscreds::provisioner::kubernetes {
namespace {

using identity::AccountName;
using identity::ServiceRole;
using Json = nlohmann::json;

constexpr int created = 201;
constexpr int not_found = 404;
constexpr int conflict = 409;

constexpr const char* manager_label = "app.kubernetes.io/managed-by";
constexpr const char* manager = "nats-provisioner";

const Json* member(const Json& object, const Json::json_pointer& where) {
    return object.contains(where) ? &object.at(where) : nullptr;
}

std::string secrets_path(const std::string& namespace_name) {
    return "/api/v1/namespaces/" + namespace_name + "/secrets";
}

/// A Secret's value is in base64 with padding.
std::string decoded(std::string base64) {
    std::ranges::replace(base64, '+', '-');
    std::ranges::replace(base64, '/', '_');
    base64.erase(std::min(base64.size(), base64.find('=')));
    const auto bytes = base::base64url_decode(base64);
    return bytes ? std::string(base::as_text(*bytes)) : std::string();
}

/// The role that it goes with; none for a role from a file.
Json owners(const ServiceRole& role) {
    if (role.uid.empty()) return Json::array();
    return Json::array({{{"apiVersion", identity::role_api_version},
                         {"kind", identity::role_kind},
                         {"name", role.account.name},
                         {"uid", role.uid}}});
}

}  // namespace

/// What a token says that we put into a Secret ourselves.
struct SecretTokens::TokenFacts {
    base::Time issued;
    base::Time expires;
    Json audiences;
    std::string secret_uid;

    [[nodiscard]] std::chrono::seconds usable() const {
        return std::max(expires - issued, std::chrono::seconds(0)) * 4 / 5;
    }

    static std::optional<TokenFacts> read(const std::string& token) {
        const auto parsed = identity::ForeignJwt::parse(std::string_view(token));
        if (!parsed) return std::nullopt;
        const Json claims = Json::parse(parsed->claims(), nullptr, false);
        const Json* const issued = member(claims, "/iat"_json_pointer);
        const Json* const expires = member(claims, "/exp"_json_pointer);
        if (issued == nullptr || expires == nullptr) return std::nullopt;
        if (!issued->is_number_unsigned() || !expires->is_number_unsigned()) return std::nullopt;
        const auto issued_at = base::time_at(issued->get<std::uint64_t>());
        const auto expires_at = base::time_at(expires->get<std::uint64_t>());
        if (!issued_at || !expires_at) return std::nullopt;
        return TokenFacts{.issued = *issued_at,
                          .expires = *expires_at,
                          .audiences = claims.value("aud", Json()),
                          .secret_uid = text(claims, "/kubernetes.io/secret/uid"_json_pointer)};
    }
};

struct SecretTokens::Secret {
    std::string uid;
    std::string resource_version;
    std::string owner_uid;
    bool ours = false;
    std::string token;

    static Secret read(const Json& object) {
        return {
            .uid = text(object, "/metadata/uid"_json_pointer),
            .resource_version = text(object, "/metadata/resourceVersion"_json_pointer),
            .owner_uid = text(object, "/metadata/ownerReferences/0/uid"_json_pointer),
            .ours = text(object, "/metadata/labels/app.kubernetes.io~1managed-by"_json_pointer) == manager,
            .token = decoded(text(object, "/data/token"_json_pointer))};
    }
};

std::string SecretTokens::path_of(const AccountName& account) const {
    return secrets_path(account.namespace_name) + "/" + secret_name(account.name, settings_.cluster);
}

std::string SecretTokens::secret_name(const std::string& account, const std::string& cluster) {
    return account + "-" + cluster + "-bound-token";
}

void SecretTokens::keep() {
    std::set<AccountName> wanted;
    for (const ServiceRole& role : parts_.roles.all()) {
        if (std::ranges::find(settings_.namespaces, role.account.namespace_name) ==
            settings_.namespaces.end())
            continue;
        wanted.insert(role.account);
        tell_once(role.account, provide(role));
    }
    for (const AccountName& account : kept_) {
        if (wanted.contains(account)) continue;
        const base::Status removed = remove(account);
        tell_once(account, removed);
        if (!removed) wanted.insert(account);
    }
    kept_ = std::move(wanted);
    std::erase_if(replacements_, [this](const auto& entry) { return !kept_.contains(entry.first); });
}

base::Status SecretTokens::provide(const ServiceRole& role) {
    auto secret = find(role.account);
    if (!secret) return secret.error();
    if (!*secret) {
        secret = create(role);
        if (!secret) return secret.error();
        if (!*secret) return {};
    }
    if (!(*secret)->ours) {
        return base::Error{std::make_error_code(std::errc::file_exists),
                           path_of(role.account) + " is somebody else's"};
    }
    return due(role, **secret) ? renew(role, **secret) : base::Status();
}

base::Status SecretTokens::remove(const AccountName& account) const {
    const auto secret = find(account);
    if (!secret) return secret.error();
    if (!*secret || !(*secret)->ours) return {};
    const std::string path = path_of(account);
    // What others have changed or made anew since we looked is looked at again, in the next round.
    const Json just_this{
        {"apiVersion", "v1"},
        {"kind", "DeleteOptions"},
        {"preconditions", {{"uid", (*secret)->uid}, {"resourceVersion", (*secret)->resource_version}}}};
    const auto answer = server_.delete_(path, json_text(just_this));
    if (!answer) return answer.error();
    return answer->status == ok || answer->status == not_found ? base::Status() : refusal(*answer, path);
}

base::Result<std::optional<SecretTokens::Secret>> SecretTokens::find(const AccountName& account) const {
    const std::string path = path_of(account);
    const auto answer = server_.get(path);
    if (!answer) return answer.error();
    if (answer->status == not_found) return std::optional<Secret>();
    if (answer->status != ok) return refusal(*answer, path);
    return std::optional(Secret::read(Json::parse(answer->body, nullptr, false)));
}

/// Nothing where another copy of the service has just made it, and fills it.
base::Result<std::optional<SecretTokens::Secret>> SecretTokens::create(const ServiceRole& role) const {
    const std::string path = secrets_path(role.account.namespace_name);
    const Json secret{
        {"apiVersion", "v1"},
        {"kind", "Secret"},
        {"type", "Opaque"},
        {"metadata",
         {{"name", secret_name(role.account.name, settings_.cluster)},
          {"labels",
           {{std::string(identity::role_cluster_label), settings_.cluster}, {manager_label, manager}}},
          {"ownerReferences", owners(role)}}}};
    const auto answer = server_.post(path, json_text(secret));
    if (!answer) return answer.error();
    if (answer->status == conflict) return std::optional<Secret>();
    if (answer->status != created) return refusal(*answer, path);
    return std::optional(Secret::read(Json::parse(answer->body, nullptr, false)));
}

base::Status SecretTokens::renew(const ServiceRole& role, const Secret& secret) {
    const auto token = request_token(role, secret);
    if (!token) return token.error();
    const std::string path = path_of(role.account);
    const Json change{
        {"metadata", {{"resourceVersion", secret.resource_version}, {"ownerReferences", owners(role)}}},
        {"stringData", {{"token", *token}}}};
    const auto answer = server_.patch(path, json_text(change));
    if (!answer) return answer.error();
    if (answer->status == ok) {
        const auto facts = TokenFacts::read(*token);
        replacements_.insert_or_assign(
            role.account,
            Replacement{.issued = facts->issued, .due = base::Due(parts_.clocks, facts->usable())});
        return {};
    }
    const bool others_were_first = answer->status == conflict || answer->status == not_found;
    return others_were_first ? base::Status() : refusal(*answer, path);
}

base::Result<std::string> SecretTokens::request_token(const ServiceRole& role, const Secret& secret) const {
    const std::string path = "/api/v1/namespaces/" + role.account.namespace_name + "/serviceaccounts/" +
                             role.account.name + "/token";
    const Json request{{"apiVersion", "authentication.k8s.io/v1"},
                       {"kind", "TokenRequest"},
                       {"spec",
                        {{"audiences", {settings_.audience}},
                         {"expirationSeconds", settings_.life.count()},
                         {"boundObjectRef",
                          {{"apiVersion", "v1"},
                           {"kind", "Secret"},
                           {"name", secret_name(role.account.name, settings_.cluster)},
                           {"uid", secret.uid}}}}}};
    const auto answer = server_.post(path, json_text(request));
    if (!answer) return answer.error();
    if (answer->status != created) return refusal(*answer, path);
    const std::string token = text(Json::parse(answer->body, nullptr, false), "/status/token"_json_pointer);
    if (TokenFacts::read(token)) return token;
    return base::Error{identity::Errc::bad_answer, path + ": not a token"};
}

bool SecretTokens::due(const ServiceRole& role, const Secret& secret) {
    const auto facts = TokenFacts::read(secret.token);
    if (!facts) return true;
    const bool ours = facts->audiences == Json::array({settings_.audience}) &&
                      facts->secret_uid == secret.uid && secret.owner_uid == role.uid;
    return !ours || due_of(role.account, *facts).now(parts_.clocks);
}

/// One that has come since the last round is new.
base::Due SecretTokens::due_of(const AccountName& account, const TokenFacts& facts) {
    const auto known = replacements_.find(account);
    const bool there_before_us = known == replacements_.end();
    if (!there_before_us && known->second.issued == facts.issued) return known->second.due;
    std::chrono::seconds left = facts.usable();
    if (there_before_us) left -= parts_.clocks.wall.now() - facts.issued;
    const base::Due due(parts_.clocks, std::clamp(left, std::chrono::seconds(0), facts.usable()));
    replacements_.insert_or_assign(account, Replacement{.issued = facts.issued, .due = due});
    return due;
}

void SecretTokens::tell_once(const AccountName& about, const base::Status& done) {
    if (done) {
        told_.erase(about);
        return;
    }
    const std::string wrong = done.error().message();
    if (std::exchange(told_[about], wrong) != wrong)
        parts_.tell("no fresh token for " + about.text() + ": " + wrong);
}

}  // namespace natscreds::provisioner::kubernetes
