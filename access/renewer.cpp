#include <natscreds/access/renewer.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace natscreds::access {
namespace {

using std::chrono::seconds;

/// Two thirds of a life, five hundredths more or less.
constexpr double usual_part = 2.0 / 3;
constexpr double scatter = 0.05;

/// When to ask for the successor of credentials that were issued and end then.
base::Time due_time(base::Time issued, base::Time expires, double chance) {
    const double part = usual_part - scatter + 2 * scatter * chance;
    const double life = static_cast<double>((expires - issued).count());
    return issued + seconds(static_cast<std::int64_t>(life * part));
}

}  // namespace

Renewer::Renewer(Parts parts, const jwt::Credentials& current)
    : parts_(std::move(parts)), token_(current.user().token) {
    schedule(current.user());
}

double Renewer::chance() {
    std::array<std::uint8_t, 2> bytes{};
    parts_.service.random.fill(bytes);
    return (bytes[0] * 256 + bytes[1]) / 65535.0;
}

void Renewer::schedule(const jwt::Decoded<jwt::UserClaims>& user) {
    token_ = user.token;
    expires_ = user.content.expires;
    if (expires_) due_ = due_time(user.issued_at, *expires_, chance());
    failures_ = 0;
}

base::Result<base::Time> Renewer::renew_if_due() {
    if (!expires_) return base::Error{Errc::not_renewable, ""};
    const base::Time now = parts_.service.clock.now();
    if (now < due_) return due_;
    retry_after_.reset();
    const base::Status renewed = renew();
    if (renewed) return expires_ ? base::Result<base::Time>(due_) : base::Error{Errc::not_renewable, ""};
    if (parts_.events.failed) parts_.events.failed(renewed.error());
    if (now >= *expires_) return base::Error{Errc::not_in_time, ""};
    due_ = next_attempt(now);
    ++failures_;
    return due_;
}

/// One attempt.
base::Status Renewer::renew() {
    base::Result<jwt::Credentials> current = parts_.store.load();
    if (!current) return current.error();
    const bool by_others = current->user().token != token_;
    if (by_others && !current->user().expired(parts_.service.clock.now())) {
        const nkeys::PublicKey issuer = current->user().issuer;
        use({.credentials = std::move(*current), .issuers = {issuer}});
        return {};
    }
    base::Result<std::optional<Identity>> identity = std::optional<Identity>();
    if (parts_.identity) identity = parts_.identity();
    if (!identity) return identity.error();
    base::Result<Answer> answer = request_renewal(parts_.service, *current, *identity);
    if (!answer) return answer.error();
    if (const auto* const refusal = std::get_if<Refusal>(&*answer)) {
        retry_after_ = refusal->retry_after;
        return refusal->error;
    }
    Granted& granted = std::get<Granted>(*answer);
    const base::Status saved = parts_.store.save(granted.credentials);
    if (!saved) return saved;
    use({.credentials = std::move(granted.credentials), .issuers = issuers_of(granted.grant)});
    return {};
}

void Renewer::use(Renewal renewal) {
    schedule(renewal.credentials.user());
    if (parts_.events.renewed) parts_.events.renewed(std::move(renewal));
}

/// Several attempts have to fit into what is left of the life.
base::Time Renewer::next_attempt(base::Time now) {
    const auto delay = std::chrono::ceil<seconds>(retry_backoff.delay(failures_, chance()));
    const seconds left = (*expires_ - now) / 4;
    const seconds wanted = std::max(std::min(delay, left), retry_after_.value_or(seconds(0)));
    return now + std::max(wanted, seconds(1));
}

base::Status keep_renewed(Renewer& renewer, const base::Clock& clock, const std::stop_token& stop) {
    constexpr seconds look_up{5};
    std::mutex mutex;
    std::condition_variable_any stopped;
    while (!stop.stop_requested()) {
        const base::Result<base::Time> next = renewer.renew_if_due();
        if (!next) return next.error();
        const seconds wait = std::clamp(*next - clock.now(), seconds(0), look_up);
        std::unique_lock lock(mutex);
        (void)stopped.wait_for(lock, stop, wait, [] { return false; });
    }
    return {};
}

}  // namespace natscreds::access
