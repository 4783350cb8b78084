#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::access {

/// What can be asked of the service.
enum class Endpoint { access, renew };

/// "access", "renew": the last token of its subject.
[[nodiscard]] std::string_view name(Endpoint endpoint) noexcept;

/// Who asks, as the servers' permissions vouch for it.
struct Requester {
    nkeys::PublicKey account;
    nkeys::PublicKey user;

    bool operator==(const Requester&) const = default;
};

/// What a subject says of the request that came on it.
struct Addressed {
    Endpoint endpoint;
    std::optional<Requester> requester;  ///< none: a direct request; nobody vouches for anybody

    bool operator==(const Addressed&) const = default;
};

/// The subjects of the provisioning protocol below one prefix: what clients send to, and what a service
/// listens on.
///
/// Shape:   direct    PREFIX.access            PREFIX.renew
///          vouched   PREFIX.access.U...       as the requester sends it
///          mapped    PREFIX.access.A....U...  as the service receives it: the requester's account put in by
///                                             the server, for the export names it as account token
/// Holds:   the prefix is a subject without wildcards.
/// Fails:   create: Errc::bad_prefix. parse: Reason::unvouched for a subject that is neither direct nor
///          mapped, or in which the keys are not an account's and a user's.
class Subjects {
  public:
    static constexpr std::string_view default_prefix = "chat.req";

    /// Those below default_prefix.
    Subjects() : prefix_(default_prefix) {}
    [[nodiscard]] static base::Result<Subjects> create(std::string prefix);

    /// Also the audience of each request, direct or vouched: the subject without keys.
    [[nodiscard]] std::string direct(Endpoint endpoint) const;
    [[nodiscard]] std::string vouched(Endpoint endpoint, const nkeys::PublicKey& user) const;
    [[nodiscard]] std::string mapped(Endpoint endpoint, const Requester& requester) const;

    /// All mapped subjects of an endpoint, "PREFIX.access.*.*": what the service's account exports, and
    /// listens on.
    [[nodiscard]] std::string exported(Endpoint endpoint) const;

    /// Which token of exported() is the account, counted from 1: 4 for "chat.req.access.*.*".
    [[nodiscard]] int account_token_position() const;

    /// A direct or mapped subject, as the service received it.
    [[nodiscard]] base::Result<Addressed> parse(std::string_view subject) const;

    [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }

  private:
    explicit Subjects(std::string prefix) : prefix_(std::move(prefix)) {}

    std::string prefix_;
};

}  // namespace natscreds::access
