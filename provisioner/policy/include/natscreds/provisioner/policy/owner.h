#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <natscreds/nkeys/public_key.h>

namespace natscreds::provisioner {

/// Whether it is "namespace/name"; whether there is such a ServiceAccount is for the cluster to say.
[[nodiscard]] bool names_service_account(std::string_view text) noexcept;

/// Whose a name is: the strongest thing that is known of who asked for it.
///
/// Shape:   text() is `kubernetes:NAMESPACE/NAME`, `oidc:ISSUER#SUBJECT`, `password:USER` or `x509:KEY_ID#NAME` for a proof of
///          identity, KEY_ID being 64 hexadecimal digits; `requester:ACCOUNT/KEY` for whom the server vouches for, otherwise `key:KEY`, the user's own. `requester:/KEY` is a requester whose account was not
///          written down, as before 0.2, and `tag:TAG` an owner of whom no more is known than what a JWT says.
///          Empty: nobody, as after a release.
class Owner {
  public:
    Owner() = default;
    [[nodiscard]] static Owner of_key(const nkeys::PublicKey& key);
    [[nodiscard]] static Owner of_requester(const nkeys::PublicKey& account, const nkeys::PublicKey& user);
    /// `account` is "namespace/name".
    [[nodiscard]] static Owner of_service_account(std::string_view account);
    /// A subject of an OpenID Connect issuer, whose address has no `#`.
    [[nodiscard]] static Owner of_subject(std::string_view issuer, std::string_view subject);
    /// A user with a password: printable, without blanks.
    [[nodiscard]] static Owner of_password(std::string_view user);
    /// The owner of a certificate, whose issuer has the public key with that SHA-256.
    [[nodiscard]] static Owner of_certificate(std::string_view key_id, std::string_view name);
    /// By the requester's key alone.
    [[nodiscard]] static Owner of_requester(const nkeys::PublicKey& user);
    /// By what a JWT says; nobody for an empty tag.
    [[nodiscard]] static Owner of_tag(std::string_view tag);
    /// As text() writes it; nothing for what is none. Empty text is nobody.
    [[nodiscard]] static std::optional<Owner> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool nobody() const noexcept { return text_.empty(); }
    /// No more than a key is known: who loses it cannot show anything else.
    [[nodiscard]] bool is_key() const noexcept { return text_.starts_with("key:"); }

    /// Of `requester:...`; nothing for other owners.
    [[nodiscard]] std::optional<nkeys::PublicKey> requester() const;

    /// The first 16 bytes of the SHA-256 of text(), as base64url: what others may see of it.
    [[nodiscard]] std::string tag() const;

    /// Whether a record that has `known` as its owner is this one's: `known` may say less.
    [[nodiscard]] bool is(const Owner& known) const;

    bool operator==(const Owner&) const = default;

  private:
    explicit Owner(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace natscreds::provisioner
