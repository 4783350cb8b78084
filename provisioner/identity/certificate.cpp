#include <natscreds/provisioner/identity/certificate.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <nlohmann/json.hpp>

#include <natscreds/base/letters.h>
#include <natscreds/provisioner/identity/errc.h>

#include "x509.h"

namespace natscreds::provisioner::identity {
namespace {

constexpr std::size_t max_pem_bytes = std::size_t{16} * 1024;
constexpr std::size_t max_name_bytes = 400;

using Memory = Owned<BIO, BIO_free_all>;
using AlternativeNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

base::Error unreadable(const char* what) {
    return {Errc::bad_certificate, what};
}

bool is_plain(const std::string& name) {
    return !name.empty() && name.size() <= max_name_bytes && std::ranges::all_of(name, base::is_printable);
}

/// RFC 2253, with all that is not ASCII escaped.
std::string text_of_subject(X509& certificate) {
    const Memory memory(BIO_new(BIO_s_mem()));
    if (!memory ||
        X509_NAME_print_ex(memory.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253) < 0)
        return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::string text_of_string(const ASN1_STRING& string) {
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, &string);
    if (size < 0) return {};
    std::string copy(text, text + size);
    OPENSSL_free(text);
    return copy;
}

/// No control characters. Letters outside ASCII are nobody's name, but may stand in a subject.
bool can_be_shown(const std::string& text) {
    return std::ranges::none_of(
        text, [](char letter) { return (letter >= 0 && letter < ' ') || letter == '\x7f'; });
}

std::optional<std::vector<std::string>> common_names(X509& certificate) {
    std::vector<std::string> names;
    const X509_NAME* const subject = X509_get_subject_name(&certificate);
    int at = -1;
    while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0) {
        std::string name = text_of_string(*X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        if (name.empty() || name.size() > max_name_bytes || !can_be_shown(name)) return std::nullopt;
        names.push_back(std::move(name));
    }
    return names;
}

/// Subject alternative names, by kind.
struct Alternatives {
    std::vector<std::string> dns;
    std::vector<std::string> email;
    std::vector<std::string> uri;

    [[nodiscard]] std::vector<std::string>* of(int type) {
        if (type == GEN_DNS) return &dns;
        if (type == GEN_EMAIL) return &email;
        return type == GEN_URI ? &uri : nullptr;
    }
};

std::optional<Alternatives> alternatives_of(X509& certificate) {
    Alternatives found;
    int critical = 0;
    const AlternativeNames names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(&certificate, NID_subject_alt_name, &critical, nullptr)));
    // -1: there are none. Anything else without names is an extension that cannot be read, or is there twice.
    if (!names) return critical == -1 ? std::optional(found) : std::nullopt;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        const void* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
        std::vector<std::string>* const list = found.of(type);
        if (list == nullptr) continue;
        const auto* const text = static_cast<const ASN1_STRING*>(value);
        std::string name(ASN1_STRING_get0_data(text), ASN1_STRING_get0_data(text) + ASN1_STRING_length(text));
        if (!is_plain(name)) return std::nullopt;
        list->push_back(std::move(name));
    }
    return found;
}

void put_claim(nlohmann::json& claims, const char* name, const std::vector<std::string>& texts) {
    if (texts.size() == 1)
        claims[name] = texts.front();
    else if (!texts.empty())
        claims[name] = texts;
}

std::string first_of(const Alternatives& names, const std::string& subject) {
    for (const auto* const list : {&names.uri, &names.email, &names.dns}) {
        if (!list->empty()) return list->front();
    }
    return subject;
}

}  // namespace

base::Result<Certificate> parse_certificate(std::string_view pem) {
    const OwnErrors own;
    if (pem.size() > max_pem_bytes) return unreadable("a certificate of more than 16 KiB");
    const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Certificate parsed(memory ? PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr) : nullptr);
    if (!parsed) return unreadable("not a certificate");
    return parsed;
}

base::Result<CertificateNames> names_of(X509& certificate) {
    const OwnErrors own;
    const auto common = common_names(certificate);
    if (!common) return unreadable("a common name with control characters, or a long one");
    const auto alternatives = alternatives_of(certificate);
    if (!alternatives) return unreadable("alternative names that are not printable, or are there twice");
    const std::string subject = text_of_subject(certificate);
    const std::string primary = first_of(*alternatives, subject);
    if (!is_plain(primary)) return unreadable("no name of 1 to 400 printable characters");
    nlohmann::json claims = nlohmann::json::object();
    if (!subject.empty()) claims["subject"] = subject;
    put_claim(claims, "cn", *common);
    put_claim(claims, "dns", alternatives->dns);
    put_claim(claims, "email", alternatives->email);
    put_claim(claims, "uri", alternatives->uri);
    using Handler = nlohmann::json::error_handler_t;
    return CertificateNames{.primary = primary,
                            .claims = Claims::read(claims.dump(-1, ' ', false, Handler::replace))};
}

base::Result<CertificateNames> read_certificate(std::string_view pem) {
    const auto parsed = parse_certificate(pem);
    if (!parsed) return parsed.error();
    return names_of(**parsed);
}

}  // namespace natscreds::provisioner::identity
