#include <natscreds/provisioner/policy/owner.h>

#include <algorithm>
#include <span>

#include <natscreds/base/base64url.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/sha256.h>

namespace natscreds::provisioner {
namespace {

constexpr std::string_view key_kind = "key:";
constexpr std::string_view requester_kind = "requester:";
constexpr std::string_view kubernetes_kind = "kubernetes:";
constexpr std::string_view oidc_kind = "oidc:";
constexpr std::string_view password_kind = "password:";
constexpr std::string_view x509_kind = "x509:";
constexpr std::string_view tag_kind = "tag:";

constexpr std::size_t longest = 512;
constexpr std::size_t tag_bytes = 16;

bool is_key_of(std::string_view text, nkeys::Kind kind) {
    return nkeys::PublicKey::parse(text, kind).has_value();
}

/// "A.../U...", or "/U..." where the account is not known.
bool is_requester(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || !is_key_of(text.substr(slash + 1), nkeys::Kind::user))
        return false;
    return slash == 0 || is_key_of(text.substr(0, slash), nkeys::Kind::account);
}

/// "https://...#...", of printable ASCII.
bool is_subject(std::string_view text) {
    const std::size_t hash = text.find('#');
    return text.starts_with("https://") && hash != std::string_view::npos && hash + 1 < text.size() &&
           std::ranges::all_of(text, base::is_printable);
}

bool is_user(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, base::is_visible);
}

/// "KEY_ID#NAME", of printable ASCII.
bool is_certificate(std::string_view text) {
    constexpr std::size_t digits = 64;
    const auto is_digit = [](char c) { return base::is_hex(c) && base::lower(c) == c; };
    return text.size() > digits + 1 && text[digits] == '#' &&
           std::ranges::all_of(text.substr(0, digits), is_digit) &&
           std::ranges::all_of(text.substr(digits), base::is_printable);
}

bool is_tag(std::string_view text) {
    const auto bytes = base::base64url_decode(text);
    return bytes && bytes->size() == tag_bytes;
}

}  // namespace

bool names_service_account(std::string_view text) noexcept {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-./";
    const std::size_t slash = text.find('/');
    return text.find_first_not_of(allowed) == std::string_view::npos && slash != std::string_view::npos &&
           slash > 0 && slash + 1 < text.size() && text.find('/', slash + 1) == std::string_view::npos;
}

Owner Owner::of_key(const nkeys::PublicKey& key) {
    return Owner(std::string(key_kind) + key.text());
}

Owner Owner::of_requester(const nkeys::PublicKey& account, const nkeys::PublicKey& user) {
    return Owner(std::string(requester_kind) + account.text() + "/" + user.text());
}

Owner Owner::of_requester(const nkeys::PublicKey& user) {
    return Owner(std::string(requester_kind) + "/" + user.text());
}

Owner Owner::of_service_account(std::string_view account) {
    return Owner(std::string(kubernetes_kind) + std::string(account));
}

Owner Owner::of_subject(std::string_view issuer, std::string_view subject) {
    return Owner(std::string(oidc_kind) + std::string(issuer) + "#" + std::string(subject));
}

Owner Owner::of_password(std::string_view user) {
    return Owner(std::string(password_kind) + std::string(user));
}

Owner Owner::of_certificate(std::string_view key_id, std::string_view name) {
    return Owner(std::string(x509_kind) + std::string(key_id) + "#" + std::string(name));
}

Owner Owner::of_tag(std::string_view tag) {
    return tag.empty() ? Owner() : Owner(std::string(tag_kind) + std::string(tag));
}

std::optional<Owner> Owner::parse(std::string_view text) {
    const auto rest_is = [&](std::string_view kind, auto good) {
        return text.starts_with(kind) && good(text.substr(kind.size()));
    };
    const bool good =
        text.empty() ||
        (text.size() <= longest &&
         (rest_is(key_kind, [](auto rest) { return is_key_of(rest, nkeys::Kind::user); }) ||
          rest_is(requester_kind, is_requester) || rest_is(tag_kind, is_tag) ||
          rest_is(oidc_kind, is_subject) || rest_is(password_kind, is_user) ||
          rest_is(x509_kind, is_certificate) || rest_is(kubernetes_kind, names_service_account)));
    return good ? std::optional(Owner(std::string(text))) : std::nullopt;
}

std::optional<nkeys::PublicKey> Owner::requester() const {
    if (!text_.starts_with(requester_kind)) return std::nullopt;
    return nkeys::PublicKey::parse(text_.substr(text_.find('/') + 1), nkeys::Kind::user).value();
}

std::string Owner::tag() const {
    const base::Sha256 digest = base::sha256(base::as_bytes(text_));
    return base::base64url_encode(std::span(digest).first<tag_bytes>());
}

bool Owner::is(const Owner& known) const {
    if (nobody() || known.nobody()) return false;
    if (known.text_ == text_) return true;
    if (known.text_.starts_with(tag_kind)) return known.text_.substr(tag_kind.size()) == tag();
    const std::string by_key_alone = std::string(requester_kind) + "/";
    return text_.starts_with(requester_kind) && known.text_.starts_with(by_key_alone) &&
           text_.ends_with(known.text_.substr(requester_kind.size()));
}

}  // namespace natscreds::provisioner
