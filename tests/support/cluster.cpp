#include <support/cluster.h>

#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/letters.h>
#include <support/certificates.h>
#include <support/cluster_tokens.h>
#include <support/https_server.h>
#include <support/test_data.h>

namespace natscreds::support {
namespace {

using Json = nlohmann::json;

Json recorded(const std::string& name) {
    return Json::parse(read_test_data("kubernetes/" + name));
}

/// The server goes away and comes back at the same address.
class RecordedCluster final : public Cluster {
  public:
    RecordedCluster() {
        rotate_keys();
        server_.emplace(certificates_, [this](const HttpsCall& call) { return answer(call); });
        own_token_ = certificates_.folder().write("own.token", "own\n").string();
    }

    [[nodiscard]] std::string issuer() const override { return server_->url(); }
    [[nodiscard]] std::string ca() const override { return certificates_.file("ca.pem"); }
    [[nodiscard]] std::string own_token_file() const override { return own_token_; }

    std::string token(const TokenOptions& options) override {
        const std::size_t slash = options.service_account.find('/');
        const TokenClaims claims{
            .issuer = issuer(),
            .audience = options.audience,
            .namespace_name = options.service_account.substr(0, slash),
            .name = options.service_account.substr(slash + 1),
            .bound_to = base::lower(options.bound_to.substr(0, options.bound_to.find('/'))),
            .issued = base::SystemClock().now(),
            .life = options.life};
        const std::lock_guard lock(mutex_);
        std::string made = keys_.back()->token(claims.json());
        issued_.insert(made);
        return made;
    }

    void delete_account(const std::string& name) override {
        const std::lock_guard lock(mutex_);
        deleted_.insert(name);
    }

    void rotate_keys() override {
        const std::lock_guard lock(mutex_);
        keys_.push_back(std::make_unique<ForeignIssuer>("RSA", "key-" + std::to_string(keys_.size())));
    }

    void stop() override { down_ = true; }
    void start() override { down_ = false; }

  private:
    HttpsReply answer(const HttpsCall& call) {
        const std::lock_guard lock(mutex_);
        if (down_) return {.status = 503, .body = "{}"};
        if (call.authorization != "Bearer own") return {.status = 403, .body = "{}"};
        if (call.target == "/.well-known/openid-configuration") return {.body = discovery()};
        if (call.target == "/openid/v1/jwks") return {.body = key_set()};
        if (call.method == "POST" && call.target == "/apis/authentication.k8s.io/v1/tokenreviews")
            return {.status = 201, .body = review(Json::parse(call.body))};
        return {.status = 404, .body = "{}"};
    }

    [[nodiscard]] std::string discovery() const {
        Json document = recorded("discovery.json");
        document["issuer"] = issuer();
        document["jwks_uri"] = issuer() + "/openid/v1/jwks";
        return document.dump();
    }

    [[nodiscard]] std::string key_set() const {
        Json set{{"keys", Json::array()}};
        for (const auto& key : keys_)
            set["keys"].push_back(Json::parse(key->jwk()));
        return set.dump();
    }

    [[nodiscard]] std::string review(const Json& asked) const {
        const auto token = asked.at("spec").at("token").get<std::string>();
        if (!issued_.contains(token)) return recorded("review_altered.json").dump();
        const std::string body = token.substr(token.find('.') + 1);
        const auto decoded = base::base64url_decode(body.substr(0, body.find('.'))).value();
        const Json claims = Json::parse(decoded.begin(), decoded.end());
        if (claims.at("aud") != asked.at("spec").at("audiences"))
            return recorded("review_other_audience.json").dump();
        const Json& account = claims.at("kubernetes.io").at("serviceaccount");
        if (deleted_.contains(account.at("name").get<std::string>()))
            return recorded("review_deleted.json").dump();
        Json good = recorded("review.json");
        good["status"]["user"]["username"] = claims.at("sub");
        good["status"]["user"]["uid"] = account.at("uid");
        return good.dump();
    }

    Certificates certificates_;
    std::mutex mutex_;
    std::atomic<bool> down_ = false;
    std::vector<std::unique_ptr<ForeignIssuer>> keys_;  ///< the last one signs
    std::set<std::string> issued_;
    std::set<std::string> deleted_;
    std::string own_token_;
    std::optional<HttpsServer> server_;
};

constexpr auto accounts = R"(
apiVersion: v1
kind: Namespace
metadata: {name: nats-io}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: nats-user, namespace: nats-io}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: nats-admin-user, namespace: nats-io}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: provisioner, namespace: nats-io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: provisioner-reviews-tokens}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:auth-delegator"}
subjects: [{kind: ServiceAccount, name: provisioner, namespace: nats-io}]
)";

class RealCluster final : public Cluster {
  public:
    RealCluster() {
        server_.apply(accounts);
        const std::string own =
            server_.token({.service_account = "nats-io/provisioner", .audience = server_.url()});
        own_token_ = folder_.write("own.token", own).string();
    }

    [[nodiscard]] std::string issuer() const override { return server_.url(); }
    [[nodiscard]] std::string ca() const override { return server_.ca(); }
    [[nodiscard]] std::string own_token_file() const override { return own_token_; }
    std::string token(const TokenOptions& options) override { return server_.token(options); }
    void delete_account(const std::string& name) override {
        server_.kubectl({"-n", "nats-io", "delete", "serviceaccount", name});
    }
    void rotate_keys() override { server_.rotate_keys(TokenKey::ec); }
    void stop() override { server_.stop(); }
    void start() override { server_.start(); }

  private:
    KubernetesServer server_;
    TempDir folder_;
    std::string own_token_;
};

}  // namespace

std::unique_ptr<Cluster> recorded_cluster() {
    return std::make_unique<RecordedCluster>();
}

std::unique_ptr<Cluster> real_cluster() {
    return std::make_unique<RealCluster>();
}

}  // namespace natscreds::support
