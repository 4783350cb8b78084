#include "identities.h"

#include <cstddef>
#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/base/joined.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/https_web.h>
#include <natscreds/provisioner/identity/key_fetcher.h>

namespace natscreds::provisioner {
namespace {

constexpr std::size_t max_key_file_bytes = 256 * 1024;

/// Keys in a file, which is read anew when they are asked for.
class KeyFile final : public identity::Web {
  public:
    [[nodiscard]] base::Result<std::string> read(const std::string& file) const override {
        return base::read_file(file, max_key_file_bytes);
    }
};

/// Below the issuer, whose name may end with a slash. Source: OpenID Connect Discovery 1.0 section 4.1.
std::string discovery_of(std::string issuer) {
    if (issuer.ends_with('/')) issuer.pop_back();
    return issuer + "/.well-known/openid-configuration";
}

std::string tokens_of(const std::string& issuer, const std::vector<std::string>& audiences) {
    return "tokens of " + issuer + " for the audience " + base::joined(audiences, " or ");
}

std::unique_ptr<identity::Web> web_for(const identity::OidcConfiguration& configured) {
    if (!configured.jwks.empty()) return std::make_unique<KeyFile>();
    return std::make_unique<identity::HttpsWeb>(configured.ca);
}

}  // namespace

/// An issuer, from the web to the verifier.
struct Identities::OidcIssuer {
    OidcIssuer(const identity::OidcConfiguration& configured, const base::Clocks& clocks)
        : web(web_for(configured)),
          keys({.name = configured.expected.issuer,
                .discovery_url = discovery_of(configured.expected.issuer),
                .key_set_url = configured.jwks.string(),
                .freshness = {.refuse_after = configured.keys_refused_after}},
               *web, clocks.intervals),
          verifier(configured.expected, keys, clocks.wall) {}

    std::unique_ptr<identity::Web> web;
    identity::KeyFetcher keys;
    identity::OidcVerifier verifier;
};

Identities::Identities() = default;
Identities::~Identities() = default;
Identities::Identities(Identities&&) noexcept = default;
Identities& Identities::operator=(Identities&&) noexcept = default;

base::Result<Identities> Identities::open(const Configuration& configuration, const base::Clocks& clocks) {
    Identities opened;
    if (configuration.kubernetes) {
        auto verifier = kubernetes::make_verifier(*configuration.kubernetes, clocks);
        if (!verifier) return verifier.error();
        opened.kubernetes_ = *std::move(verifier);
        opened.kubernetes_tokens_ =
            tokens_of(configuration.kubernetes->issuer, {configuration.kubernetes->audience});
    }
    for (const identity::OidcConfiguration& configured : configuration.oidc) {
        opened.issuers_.push_back(std::make_unique<OidcIssuer>(configured, clocks));
        if (configured.jwks.empty()) continue;
        // A file that cannot be used now will not be there later by itself, as an issuer may.
        const auto keys = opened.issuers_.back()->verifier.ask();
        if (!keys) return keys.error().within("identity " + configured.expected.name);
    }
    if (const base::Status read = opened.open_callout_identities(configuration, clocks.wall); !read)
        return read.error();
    return opened;
}

base::Status Identities::open_callout_identities(const Configuration& configuration,
                                                 const base::Clock& clock) {
    if (configuration.password) {
        password_ = std::make_unique<identity::PasswordVerifier>(*configuration.password);
        const auto users = password_->check();
        if (!users) return users.error().within("identity password");
    }
    for (const identity::CertificateConfiguration& configured : configuration.x509) {
        auto loaded = identity::CertificateVerifier::load(configured, clock);
        if (!loaded) return loaded.error().within("identity " + configured.name);
        x509_.push_back(*std::move(loaded));
    }
    return {};
}

identity::Verifiers Identities::verifiers() const {
    identity::Verifiers verifiers{.kubernetes = kubernetes_.get()};
    for (const auto& issuer : issuers_)
        verifiers.oidc.push_back(&issuer->verifier);
    verifiers.password = password_.get();
    for (const identity::CertificateVerifier& one : x509_)
        verifiers.x509.push_back(&one);
    return verifiers;
}

std::vector<Identities::Seen> Identities::check() const {
    std::vector<Seen> seen;
    if (kubernetes_) {
        const base::Status answers = kubernetes_->check();
        seen.push_back({.proofs = kubernetes_tokens_,
                        .keys = answers ? base::Result<std::string>("") : answers.error()});
    }
    for (const auto& issuer : issuers_) {
        const identity::OidcExpected& expected = issuer->verifier.expected();
        const auto keys = issuer->verifier.ask();
        seen.push_back({.proofs = tokens_of(expected.issuer, expected.audiences),
                        .keys = keys ? base::Result<std::string>(keys->describe())
                                     : keys.error().within("identity " + expected.name)});
    }
    if (password_) {
        const auto users = password_->check();
        seen.push_back({.proofs = "passwords of " + password_->configuration().file.string(),
                        .keys = users ? base::Result<std::string>(std::to_string(*users) + " users")
                                      : users.error().within("identity password")});
    }
    for (const identity::CertificateVerifier& one : x509_)
        seen.push_back({.proofs = "certificates of " + one.configuration().ca.string(),
                        .keys = std::to_string(one.authorities()) + " authorities"});
    return seen;
}

}  // namespace natscreds::provisioner
