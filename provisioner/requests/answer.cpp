#include <natscreds/provisioner/requests/answer.h>

#include <utility>

#include <natscreds/access/reason.h>
#include <natscreds/access/reply.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;

/// When it makes sense to come back.
std::optional<std::chrono::seconds> retry_after(Reason reason) {
    switch (reason) {
        case Reason::rate_limited:
        case Reason::busy:
        case Reason::draining:
            return std::chrono::seconds(1);
        case Reason::audit_unavailable:
        case Reason::ledger_unavailable:
            return std::chrono::seconds(5);
        default:
            return std::nullopt;
    }
}

/// The part that the requester sees.
void write(Answer& answer, Reason reason, const base::Error& error, base::Time now) {
    const access::Refusal refusal{
        .error = error,
        .retry_after = answer.retry_after ? answer.retry_after : retry_after(reason),
        .now = reason == Reason::stale ? std::optional(now) : std::nullopt};
    answer.headers = {{std::string(access::error_code_header), std::to_string(access::number(reason))},
                      {std::string(access::error_header), error.detail}};
    answer.body =
        answer.style == Style::json ? access::encode_refusal(refusal) : access::encode_plain_refusal(error);
}

}  // namespace

Answer refuse(Answer answer, const base::Error& error, base::Time now) {
    const Reason reason = access::reason_of(error.code).value_or(Reason::malformed);
    answer.headers.clear();
    answer.body = std::string();
    if (answer.style != Style::callout) write(answer, reason, error, now);
    answer.outcome = reason;
    answer.record.time = now;
    answer.record.event = "refused";
    answer.record.reason = access::name(reason);
    answer.record.jwt.clear();
    answer.record.expires.reset();
    return answer;
}

}  // namespace natscreds::provisioner
