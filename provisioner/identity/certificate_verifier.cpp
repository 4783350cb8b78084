#include <natscreds/provisioner/identity/certificate_verifier.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string_view>

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <natscreds/base/file.h>
#include <natscreds/base/sha256.h>
#include <natscreds/provisioner/identity/errc.h>

#include "x509.h"

namespace natscreds::provisioner::identity {
namespace {

constexpr std::size_t max_ca_bytes = std::size_t{1} << 20;
constexpr std::size_t max_chain = 10;
/// OpenSSL's level of 112 bits: RSA from 2048 bits on, no SHA-1.
constexpr int security_level = 2;

using Store = Owned<X509_STORE, X509_STORE_free>;
using Context = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using Text = Owned<BIO, BIO_free_all>;

/// Certificates that belong to somebody else.
struct ReleaseStack {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};
using Stack = std::unique_ptr<STACK_OF(X509), ReleaseStack>;

base::Error untrusted(const char* what) {
    return {Errc::untrusted_certificate, what};
}

std::string hexadecimal(const base::Sha256& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string key_id_of(const X509& certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
    if (size <= 0) return {};
    const base::Sha256 digest = base::sha256({der, static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    return hexadecimal(digest);
}

/// The moment when the first of them ends. Those that do not say when were refused before.
base::Time end_of(const STACK_OF(X509) & chain) {
    base::Time end = base::Time::max();
    for (int i = 0; i < sk_X509_num(&chain); ++i) {
        std::tm date{};
        if (ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(&chain, i)), &date) != 1) return {};
        end = std::min(end, base::Time(std::chrono::seconds(timegm(&date))));
    }
    return end;
}

/// Of a client, and of nothing that signs others'.
base::Status check_usage(X509& certificate) {
    if (X509_check_ca(&certificate) == 1) return untrusted("it is an authority's");
    const std::uint32_t usage = X509_get_extended_key_usage(&certificate);
    if (usage == UINT32_MAX || (usage & XKU_SSL_CLIENT) == 0)
        return untrusted("it is not made for clients: no extended key usage clientAuth");
    return {};
}

}  // namespace

struct CertificateVerifier::Authorities {
    Store store;
    std::size_t number = 0;
};

CertificateVerifier::CertificateVerifier(CertificateConfiguration configuration, const base::Clock& clock,
                                         std::unique_ptr<Authorities> authorities)
    : configuration_(std::move(configuration)), clock_(clock), authorities_(std::move(authorities)) {}
CertificateVerifier::~CertificateVerifier() = default;
CertificateVerifier::CertificateVerifier(CertificateVerifier&&) noexcept = default;

std::size_t CertificateVerifier::authorities() const noexcept {
    return authorities_->number;
}

base::Result<CertificateVerifier> CertificateVerifier::load(CertificateConfiguration configuration,
                                                            const base::Clock& clock) {
    const OwnErrors own;
    const auto pem = base::read_file(configuration.ca, max_ca_bytes);
    if (!pem) return pem.error();
    auto authorities = std::make_unique<Authorities>();
    authorities->store.reset(X509_STORE_new());
    const Text text(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
    if (!authorities->store || !text)
        return base::Error{std::make_error_code(std::errc::not_enough_memory), "OpenSSL"};
    while (const Certificate one{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)}) {
        if (X509_STORE_add_cert(authorities->store.get(), one.get()) != 1) break;
        ++authorities->number;
    }
    const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (authorities->number == 0 || !whole)
        return base::Error{Errc::bad_certificate, configuration.ca.string()};
    return CertificateVerifier(std::move(configuration), clock, std::move(authorities));
}

base::Result<CertificateOwner> CertificateVerifier::verify(std::span<const std::string> pems) const {
    const OwnErrors own;
    if (pems.empty() || pems.size() > max_chain) return untrusted("not a chain of 1 to 10 certificates");
    std::vector<Certificate> shown;
    const Stack others(sk_X509_new_null());
    for (const std::string& pem : pems) {
        auto parsed = parse_certificate(pem);
        if (!parsed) return parsed.error();
        shown.push_back(*std::move(parsed));
        sk_X509_push(others.get(), shown.back().get());
    }
    X509& own_certificate = *shown.front();
    const Context context(X509_STORE_CTX_new());
    if (!context ||
        X509_STORE_CTX_init(context.get(), authorities_->store.get(), &own_certificate, others.get()) != 1)
        return untrusted("it cannot be looked at");
    X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(context.get());
    const base::Time now = clock_.now();
    X509_VERIFY_PARAM_set_time(wanted, now.time_since_epoch().count());
    X509_VERIFY_PARAM_set_purpose(wanted, X509_PURPOSE_SSL_CLIENT);
    X509_VERIFY_PARAM_set_auth_level(wanted, security_level);
    // Whatever lies in the file is trusted, be it an authority that another one has signed.
    X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_PARTIAL_CHAIN);
    if (X509_verify_cert(context.get()) != 1)
        return untrusted(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
    if (const base::Status usage = check_usage(own_certificate); !usage) return usage.error();

    auto names = names_of(own_certificate);
    if (!names) return names.error();
    auto rule = choose_rule(configuration_.rules, names->claims);
    if (!rule) return rule.error().within(names->primary + " of " + configuration_.name);
    const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(context.get());
    CertificateOwner owner;
    owner.identity_ = configuration_.name;
    owner.issuer_key_ = key_id_of(*sk_X509_value(chain, std::min(1, sk_X509_num(chain) - 1)));
    owner.names_ = *std::move(names);
    owner.expires_ = end_of(*chain);
    owner.rule_ = *std::move(rule);
    return owner;
}

}  // namespace natscreds::provisioner::identity
