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

/// After how much of a life to ask for the successor.
seconds usable(seconds life, double chance) {
    const double part = usual_part - scatter + 2 * scatter * chance;
    return seconds(static_cast<std::int64_t>(static_cast<double>(life.count()) * part));
}

base::Result<jwt::Credentials> copy_of(const jwt::Credentials& credentials) {
    return jwt::Credentials::parse(credentials.text());
}

bool of_one_user(const jwt::Decoded<jwt::UserClaims>& a, const jwt::Decoded<jwt::UserClaims>& b) {
    const auto account = account_of(a);
    const auto other = account_of(b);
    return a.content.subject == b.content.subject && account && other && *account == *other;
}

}  // namespace

Renewer::Renewer(Parts parts, const jwt::Credentials& current)
    : parts_(std::move(parts)), current_(copy_of(current).value()), due_(clocks(), seconds(0)) {
    schedule(Age::by_date);
}

double Renewer::chance() {
    std::array<std::uint8_t, 2> bytes{};
    parts_.service.random.fill(bytes);
    return (bytes[0] * 256 + bytes[1]) / 65535.0;
}

void Renewer::schedule(Age age) {
    const jwt::Decoded<jwt::UserClaims>& user = current_.user();
    expires_ = user.content.expires;
    failures_ = 0;
    if (!expires_) return;
    const seconds life = std::max(*expires_ - user.issued_at, seconds(0));
    const seconds over = age == Age::new_born
                             ? seconds(0)
                             : std::clamp(clocks().wall.now() - user.issued_at, seconds(0), life);
    ends_ = clocks().intervals.now() + life - over;
    due_ = base::Due(clocks(), std::max(usable(life, chance()) - over, seconds(0)));
}

bool Renewer::ended() const {
    return clocks().wall.now() >= *expires_ || clocks().intervals.now() >= ends_;
}

base::Result<seconds> Renewer::renew_if_due() {
    if (!expires_) return base::Error{Errc::not_renewable, ""};
    if (!stored_) store_late();
    if (!due_.now(clocks())) return due_.left(clocks());
    retry_after_.reset();
    const base::Status renewed = renew();
    if (renewed && !expires_) return base::Error{Errc::not_renewable, ""};
    if (renewed) return due_.left(clocks());
    if (parts_.events.failed) parts_.events.failed(renewed.error());
    if (ended()) return base::Error{Errc::not_in_time, ""};
    due_ = next_attempt();
    ++failures_;
    return due_.left(clocks());
}

/// One attempt.
base::Status Renewer::renew() {
    base::Result<jwt::Credentials> found = parts_.store.load();
    const Found what = compare(found);
    if (what == Found::newer && !found->user().expired(parts_.service.clock.now())) {
        stored_ = true;
        const nkeys::PublicKey issuer = found->user().issuer;
        return use({.credentials = std::move(*found), .issuers = {issuer}}, Age::by_date);
    }
    // Whoever else uses them need not wait until the service answers.
    if (what == Found::nothing || what == Found::older) stored_ = store(found).has_value();
    return ask();
}

base::Status Renewer::ask() {
    base::Result<std::optional<Identity>> identity = std::optional<Identity>();
    if (parts_.identity) identity = parts_.identity();
    if (!identity) return identity.error();
    base::Result<Answer> answer = request_renewal(parts_.service, current_, *identity);
    if (!answer) return answer.error();
    if (const auto* const refusal = std::get_if<Refusal>(&*answer)) {
        retry_after_ = refusal->retry_after;
        return refusal->error;
    }
    Granted& granted = std::get<Granted>(*answer);
    stored_ = false;
    return use({.credentials = std::move(granted.credentials), .issuers = issuers_of(granted.grant)},
               Age::new_born);
}

Renewer::Found Renewer::compare(const base::Result<jwt::Credentials>& stored) const {
    if (!stored) {
        const bool gone = stored.error().code == std::errc::no_such_file_or_directory;
        return gone ? Found::nothing : Found::unreadable;
    }
    const jwt::Decoded<jwt::UserClaims>& theirs = stored->user();
    if (theirs.token == current_.user().token) return Found::same;
    if (!of_one_user(theirs, current_.user())) return Found::of_others;
    return theirs.issued_at > current_.user().issued_at ? Found::newer : Found::older;
}

/// Puts what is in use into the store, where `before` lies now.
base::Status Renewer::store(const base::Result<jwt::Credentials>& before) {
    switch (compare(before)) {
        case Found::newer:
        case Found::same:
            return {};
        case Found::of_others:
            return base::Error{std::make_error_code(std::errc::file_exists),
                               "the credentials of another user, which are not overwritten"};
        case Found::unreadable:
            return before.error();
        case Found::older:
        case Found::nothing:
            break;
    }
    return parts_.store.save(current_);
}

void Renewer::store_late() {
    stored_ = store(parts_.store.load()).has_value();
    if (stored_ && parts_.events.stored) parts_.events.stored();
}

base::Status Renewer::use(Renewal newer, Age age) {
    base::Result<jwt::Credentials> copy = copy_of(newer.credentials);
    if (!copy) return copy.error();
    current_ = std::move(*copy);
    schedule(age);
    if (!stored_) newer.stored = store(parts_.store.load());
    stored_ = newer.stored.has_value();
    if (parts_.events.renewed) parts_.events.renewed(std::move(newer));
    return {};
}

/// Several attempts have to fit into what is left of the life.
base::Due Renewer::next_attempt() {
    const auto delay = std::chrono::ceil<seconds>(retry_backoff.delay(failures_, chance()));
    const seconds left = (ends_ - clocks().intervals.now()) / 4;
    const seconds wanted = std::max(std::min(delay, left), retry_after_.value_or(seconds(0)));
    return {clocks(), std::max(wanted, seconds(1))};
}

base::Status keep_renewed(Renewer& renewer, const std::stop_token& stop) {
    constexpr seconds look_up{5};
    std::mutex mutex;
    std::condition_variable_any stopped;
    while (!stop.stop_requested()) {
        const base::Result<seconds> next = renewer.renew_if_due();
        if (!next) return next.error();
        const seconds wait = std::min(*next, look_up);
        std::unique_lock lock(mutex);
        (void)stopped.wait_for(lock, stop, wait, [] { return false; });
    }
    return {};
}

}  // namespace natscreds::access
