#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <natscreds/access/request.h>
#include <natscreds/access/subjects.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>
#include <natscreds/base/secret.h>
#include <natscreds/bus/message.h>
#include <natscreds/provisioner/core/issuer.h>
#include <natscreds/provisioner/service/ledger.h>

namespace natscreds::provisioner {

enum class PlainNames { refused, answered };

/// How a service answers, apart from what it may issue.
struct ResponderSettings {
    std::string subject = access::Subjects().direct(access::Endpoint::access);
    /// A reply goes only to subjects that begin with one of these and a dot (or are one of these):
    /// otherwise a requester could make the service publish wherever the service may.
    std::vector<std::string> reply_prefixes{"_INBOX", "_INBOX_", "_R_"};
    std::string server_id;
    PlainNames plain_names = PlainNames::refused;
};

/// What is sent back, and what the log may say of it.
struct Answer {
    std::vector<bus::Header> headers;
    std::variant<std::string, base::Secret> body;  ///< a Secret where it holds a seed

    std::error_code outcome;  ///< no error: something was issued
    std::string name;         ///< that was issued; empty otherwise, for it could be anything
    std::string key;          ///< that asked, or was made
};

/// Turns an access request into its answer: the whole of the protocol but for the network.
///
/// Holds:   exactly one answer to each request with a usable reply subject; what is refused is never signed.
/// Thread:  respond() may be called from several threads at once, if clock and random allow that.
class Responder {
  public:
    struct Parts {
        const Issuer& issuer;
        Ledger& ledger;
        const base::Clock& clock;
        base::Random& random;
    };
    Responder(const Parts& parts, ResponderSettings settings)
        : parts_(parts), settings_(std::move(settings)) {}

    /// Nothing when the request has no usable reply subject: such requests are dropped.
    [[nodiscard]] std::optional<Answer> respond(const bus::Message& request) const;

  private:
    struct Wanted {
        Name name;
        nkeys::PublicKey key;
        Form form;
        base::Time expires;
    };
    struct Issued {
        jwt::Token token;
        std::int64_t generation;
    };

    [[nodiscard]] bool usable(std::string_view reply) const;
    [[nodiscard]] base::Result<Answer> answer_key_bound(const access::AccessRequest& request,
                                                        base::Time now) const;
    [[nodiscard]] base::Result<Answer> answer_plain(std::string_view body, base::Time now) const;
    [[nodiscard]] base::Result<Issued> issue(const Wanted& wanted, base::Time now) const;

    Parts parts_;
    ResponderSettings settings_;
};

}  // namespace natscreds::provisioner
