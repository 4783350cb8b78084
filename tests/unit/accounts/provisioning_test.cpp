#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/provisioning/provisioning_steps.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/provisioner/policy/reach.h>
#include <natscreds/provisioner/service/deployment_check.h>

using namespace natscreds;
using provisioner::Requirement;

namespace {

accounts::Name name(const char* text) {
    return accounts::Name::parse(text).value();
}

}  // namespace

TEST_CASE("Provisioning: the service's user may do what the service needs, and nothing else") {
    for (const std::string bucket : {"", "provisioner"}) {
        const accounts::Provisioning wanted{.service = name("PROVISION"),
                                            .user = name("provisioner"),
                                            .clients = {},
                                            .roles = {},
                                            .bucket = bucket};
        const std::string key = "UABC";
        const jwt::Permissions permissions = accounts::service_permissions(wanted, key);
        provisioner::Configuration configuration;
        configuration.requests = provisioner::Requests::vouched;
        if (!bucket.empty()) configuration.ledger.kind = provisioner::LedgerConfiguration::Kind::jetstream;
        configuration.ledger.bucket = bucket;
        std::vector<std::string> publish;
        std::vector<std::string> subscribe{"_INBOX_." + key + ".>"};
        for (const Requirement& one : provisioner::requirements(configuration, "_INBOX_." + key))
            (one.doing == Requirement::Doing::publish ? publish : subscribe).push_back(one.subject);
        for (auto* list : {&publish, &subscribe}) {
            std::ranges::sort(*list);
            list->erase(std::unique(list->begin(), list->end()), list->end());
        }
        CHECK(permissions.pub.allow == publish);
        CHECK(permissions.sub.allow == subscribe);
    }
}

TEST_CASE("Provisioning: presets let nobody ask in another's name, or listen to another's inbox") {
    for (const std::string& preset : accounts::presets()) {
        CAPTURE(preset);
        const auto permissions = accounts::preset_permissions(preset, name("KUBECON")).value();
        CHECK_FALSE(provisioner::forging(permissions.pub, "chat.req"));
        CHECK_FALSE(provisioner::reaching(permissions.sub, "_INBOX_.{{another}}.>"));
        CHECK(provisioner::reaches_all(permissions.sub, "_INBOX_.{{subject()}}.>"));
    }
    CHECK_FALSE(accounts::preset_permissions("nothing", name("A")));
}
