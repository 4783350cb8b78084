#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include <natscreds/access/subjects.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/bus/message.h>
#include <natscreds/provisioner/audit/audit_log.h>
#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::provisioner {

/// How an answer is written: as JSON, as the tutorial's requesters read it, or as servers read a callout's.
enum class Style { json, plain, callout };

/// What is sent back for a request, and what has to be on disk before.
struct Answer {
    std::vector<bus::Header> headers = {};
    std::variant<std::string, base::Secret> body = {};  ///< a Secret where it holds a seed
    Style style = Style::json;
    access::Endpoint endpoint = access::Endpoint::access;
    std::error_code outcome = {};                          ///< no error: something was issued
    std::optional<std::chrono::seconds> retry_after = {};  ///< where the reason alone does not say it
    std::optional<base::Error> trouble = {};               ///< what is behind a refusal: for the log alone

    AuditRecord record = {};
    bool identified = false;  ///< somebody stands behind it, so that the audit has a line of its own for it
    Ticket ticket = 0;        ///< what the ledger has to flush
    std::vector<NameKey> superseded = {};  ///< keys that were replaced by the one that got something

    struct Stages {
        std::chrono::nanoseconds verify{0};
        std::chrono::nanoseconds ledger{0};
        std::chrono::nanoseconds sign{0};
    } stages = {};
};

/// Makes the answer a refusal: headers, body, outcome and record; the rest of the record stays. A callout's is an
/// empty body. `error` carries an access::Reason.
[[nodiscard]] Answer refuse(Answer answer, const base::Error& error, base::Time now);

}  // namespace natscreds::provisioner
