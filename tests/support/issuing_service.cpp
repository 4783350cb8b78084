#include <support/issuing_service.h>

#include <stdexcept>
#include <utility>

#include <natscreds/access/renewal.h>
#include <natscreds/base/random.h>
#include <support/eventually.h>

namespace natscreds::support {
namespace {

base::Time now() {
    return base::SystemClock().now();
}

bus::Connection connect(const IssuingService::Setup& setup) {
    base::SystemRandom random;
    bus::ConnectionOptions options;
    options.servers = {setup.server};
    options.credentials =
        setup.tree.credentials(nkeys::SigningKey::generate(nkeys::Kind::user, random).value(), {});
    base::Result<bus::Connection> connection = bus::Connection::open(std::move(options));
    if (!connection) throw std::runtime_error(connection.error().message());
    return *std::move(connection);
}

}  // namespace

IssuingService::IssuingService(const Setup& setup)
    : tree_(setup.tree), life_(setup.life), connection_(connect(setup)) {
    std::vector<std::string> subjects;
    for (const access::Endpoint endpoint : {access::Endpoint::access, access::Endpoint::renew}) {
        subjects.push_back(subjects_.direct(endpoint));
        if (setup.vouched == Vouched::yes) subjects.push_back(subjects_.direct(endpoint) + ".*");
    }
    for (const std::string& subject : subjects) {
        auto listening = connection_.listen(
            {subject, "provisioner"}, [this](const bus::Message& request) { answer(request); },
            default_timeout);
        if (!listening) throw std::runtime_error(listening.error().message());
        subscriptions_.push_back(*std::move(listening));
    }
}

void IssuingService::refuse_with(std::optional<access::Refusal> refusal) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(refusal);
}

void IssuingService::alter_with(std::function<void(access::Grant&)> alter) {
    const std::lock_guard lock(mutex_);
    alter_ = std::move(alter);
}

std::vector<std::string> IssuingService::asked(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, default_timeout, [&] { return asked_.size() >= count; });
    return asked_;
}

std::vector<std::string> IssuingService::proofs() {
    const std::lock_guard lock(mutex_);
    return proofs_;
}

void IssuingService::note(const std::optional<access::Identity>& identity) {
    if (!identity) return;
    const std::lock_guard lock(mutex_);
    proofs_.emplace_back(base::as_text(identity->token.expose()));
}

void IssuingService::answer(const bus::Message& request) {
    bus::Message reply;
    reply.subject = request.reply;
    reply.body = reply_to(request);
    (void)connection_.publish(reply);
    const std::lock_guard lock(mutex_);
    asked_.push_back(request.subject);
    changed_.notify_all();
}

std::string IssuingService::reply_to(const bus::Message& request) {
    {
        const std::lock_guard lock(mutex_);
        if (refusal_) return access::encode_refusal(*refusal_);
    }
    const std::string audience = subjects_.direct(access::Endpoint::renew);
    if (request.subject.starts_with(audience)) {
        const auto renewal = access::parse_renewal(request.body, {.audience = audience, .now = now()});
        if (!renewal) return access::encode_refusal({.error = renewal.error()});
        note(renewal->identity);
        return grant(renewal->key, renewal->current.content.name);
    }
    const std::string access_audience = subjects_.direct(access::Endpoint::access);
    const auto asked = access::parse_request(request.body, {.audience = access_audience, .now = now()});
    if (!asked) return access::encode_plain_refusal({access::Reason::plain_disabled, "no plain names here"});
    if (!*asked) return access::encode_refusal({.error = asked->error()});
    note((*asked)->options.identity);
    return grant((*asked)->key, (*asked)->options.name);
}

std::string IssuingService::grant(const nkeys::PublicKey& key, const std::string& name) {
    const base::Time issued = now();
    jwt::Draft<jwt::UserClaims> user;
    user.subject = key.text();
    user.name = name;
    user.expires = issued + life_;
    user.claims.issuer_account = tree_.account_key().public_key().text();
    user.claims.pub.allow = {subjects_.direct(access::Endpoint::renew),
                             subjects_.vouched(access::Endpoint::renew, key), "chat.KUBECON.posts.>"};
    user.claims.sub.allow = {"_INBOX_." + key.text() + ".>", "news"};
    access::Grant granted{.jwt = jwt::sign(user, tree_.signing_key(), issued)->text(),
                          .name = name,
                          .role = "chat",
                          .subject = key.text(),
                          .account = user.claims.issuer_account,
                          .issuers = {tree_.signing_key().public_key().text()},
                          .expires = issued + life_,
                          .renew_after = issued + life_ * 2 / 3,
                          .server_id = "test",
                          .generation = 0};
    const std::lock_guard lock(mutex_);
    if (alter_) alter_(granted);
    return access::encode_grant(granted);
}

}  // namespace natscreds::support
