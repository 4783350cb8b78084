#include <natscreds/provisioner/identity/key_cache.h>

#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/jwt/strict_json.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_document_bytes = 256 * 1024;

}  // namespace

base::Result<std::string> key_set_address(std::string_view document, std::string_view issuer) {
    if (document.size() > max_document_bytes) return base::Error{Errc::too_large, "discovery document"};
    const auto checked = jwt::check_json_object(document);
    if (!checked) return base::Error{Errc::bad_json, "discovery document: " + checked.error().detail};
    const Json json = Json::parse(document);
    if (json.value("issuer", Json()) != issuer)
        return base::Error{Errc::bad_discovery, "not of the issuer \"" + std::string(issuer) + "\""};
    const Json address = json.value("jwks_uri", Json());
    if (!address.is_string() || !address.get_ref<const std::string&>().starts_with("https://"))
        return base::Error{Errc::bad_discovery, "its jwks_uri is not at https"};
    return address.get<std::string>();
}

KeyCache::KeyCache(KeyIssuer issuer, const Web& web, const base::IntervalClock& clock)
    : issuer_(std::move(issuer)), web_(web), clock_(clock) {}

base::Result<KeySet> KeyCache::keys_for(const ForeignJwt& token) {
    const base::Instant now = clock_.now();
    if (!worth_asking(token, now)) return known(now);
    const std::unique_lock asking(asking_, std::try_to_lock);
    // Nobody waits for another's question, which an issuer that is gone may not answer for seconds.
    if (asking && worth_asking(token, now)) keep(ask(), now);
    return known(now);
}

base::Result<KeySet> KeyCache::renew() {
    const std::scoped_lock asking(asking_);
    base::Result<KeySet> answer = ask();
    keep(answer, clock_.now());
    return answer;
}

bool KeyCache::worth_asking(const ForeignJwt& token, base::Instant now) const {
    const std::scoped_lock lock(mutex_);
    if (asked_at_ && now - *asked_at_ < issuer_.freshness.ask_at_most_every) return false;
    return !keys_ || now - keys_at_ >= issuer_.freshness.renew_after || !keys_->knows(token);
}

base::Result<KeySet> KeyCache::known(base::Instant now) const {
    const std::scoped_lock lock(mutex_);
    if (keys_ && now - keys_at_ < issuer_.freshness.refuse_after) return *keys_;
    return base::Error{Errc::stale_keys, failure_};
}

base::Result<std::string> KeyCache::address_of_keys() const {
    if (!issuer_.key_set_url.empty()) return issuer_.key_set_url;
    const auto document = web_.read(issuer_.discovery_url);
    if (!document) return document.error().within(issuer_.discovery_url);
    auto address = key_set_address(*document, issuer_.name);
    if (!address) return address.error().within(issuer_.discovery_url);
    return address;
}

base::Result<KeySet> KeyCache::ask() const {
    const auto address = address_of_keys();
    if (!address) return address.error();
    const auto text = web_.read(*address);
    if (!text) return text.error().within(*address);
    auto keys = KeySet::parse(*text);
    if (!keys) return keys.error().within(*address);
    return keys;
}

void KeyCache::keep(base::Result<KeySet> answer, base::Instant asked_at) {
    const std::scoped_lock lock(mutex_);
    asked_at_ = asked_at;
    failure_ = answer ? "" : answer.error().message();
    if (!answer) return;
    keys_ = std::move(*answer);
    keys_at_ = asked_at;
}

}  // namespace natscreds::provisioner::identity
