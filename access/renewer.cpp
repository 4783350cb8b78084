#include <natscreds/access/renewer.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include <natscreds/base/date.h>
#include <natscreds/base/pause.h>

namespace natscreds::access {
namespace {

using std::chrono::seconds;

/// Two thirds of a life, five hundredths more or less.
constexpr double usual_part = 2.0 / 3;
constexpr double jitter = 0.05;

/// After how much of a life to ask for the successor.
seconds usable(seconds life, double chance) {
    const double part = usual_part - jitter + 2 * jitter * chance;
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

/// Of a renewal only what is forbidden is final: while what it has lives, a copy of the service that is a moment behind
/// with roles or keys ends nobody.
bool is_final_renewal(const Refusal& refusal) {
    const std::optional<Reason> reason = reason_of(refusal.error.code);
    return is_final(refusal) && number(*reason) == 403;
}

/// Whether it is the JWT that the service does not renew: it expired, by the service's clock, or its signer's key is
/// not in use any more. That says nothing of its holder, who may ask for access.
bool is_of_jwt(const Refusal& refusal) {
    return refusal.error.code == Reason::stale || refusal.error.code == Reason::bad_signature;
}

}  // namespace

Renewer::Renewer(Parts parts, const jwt::Credentials& current)
    : parts_(std::move(parts)), current_(copy_of(current).value()), due_(clocks(), seconds(0)) {
    schedule(Age::by_date);
}

double Renewer::chance() {
    return base::chance(parts_.service.random);
}

void Renewer::schedule(Age age) {
    const jwt::Decoded<jwt::UserClaims>& user = current_.user();
    expires_ = user.content.expires;
    failures_ = 0;
    if (!expires_) return;
    life_ = std::max(*expires_ - user.issued_at, seconds(0));
    const seconds over = age == Age::new_born
                             ? seconds(0)
                             : std::clamp(clocks().wall.now() - user.issued_at, seconds(0), life_);
    ends_ = clocks().intervals.now() + life_ - over;
    due_ = base::Due(clocks(), std::max(usable(life_, chance()) - over, seconds(0)));
}

bool Renewer::ended() const {
    return clocks().wall.now() >= *expires_ || clocks().intervals.now() >= ends_;
}

std::optional<seconds> Renewer::left() const {
    if (!expires_) return std::nullopt;
    return std::max(std::min(*expires_ - clocks().wall.now(), ends_ - clocks().intervals.now()), seconds(0));
}

base::Error Renewer::ended_when() const {
    // By the date they may live: then it was set back, and the time since they came is what counts.
    const base::Time now = std::max(clocks().wall.now(), *expires_);
    return {Errc::not_in_time, base::why_not_valid(current_.user().validity(), now)};
}

base::Result<seconds> Renewer::renew_if_due() {
    if (!expires_) return base::Error{Errc::not_renewable, ""};
    if (!stored_) store_late();
    if (!due_.now(clocks())) return due_.left(clocks());
    retry_after_.reset();
    final_ = false;
    const base::Status renewed = renew();
    if (renewed && !expires_) return base::Error{Errc::not_renewable, ""};
    if (renewed) return due_.left(clocks());
    if (final_) return renewed.error();
    const bool over = ended() && !parts_.ask_anew;
    const bool is_news = !over || renewed.error().code != Errc::not_in_time;
    if (is_news && parts_.events.failed) parts_.events.failed(renewed.error());
    if (over) return ended_when();
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
    if (ended()) return ask_anew();
    // Whoever else uses them need not wait until the service answers.
    if (what == Found::nothing || what == Found::older) stored_ = store(found).has_value();
    return ask();
}

base::Status Renewer::ask() {
    base::Result<std::optional<Identity>> identity = std::optional<Identity>();
    if (parts_.identity) identity = parts_.identity();
    if (!identity) return identity.error();
    base::Result<Answer> answer = request_renewal(parts_.service, current_, *identity);
    const auto* const refusal = answer ? std::get_if<Refusal>(&*answer) : nullptr;
    if (refusal != nullptr && is_of_jwt(*refusal) && parts_.ask_anew) return ask_anew();
    final_ = refusal != nullptr && is_final_renewal(*refusal);
    return take(std::move(answer));
}

base::Status Renewer::ask_anew() {
    if (!parts_.ask_anew) return ended_when();
    base::Result<Answer> answer = parts_.ask_anew(current_.key());
    const auto* const refusal = answer ? std::get_if<Refusal>(&*answer) : nullptr;
    final_ = refusal != nullptr && is_final(*refusal);
    return take(std::move(answer));
}

base::Status Renewer::take(base::Result<Answer> answer) {
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

base::Due Renewer::next_attempt() {
    const seconds wanted =
        std::max(ended() ? after_the_end() : before_the_end(), retry_after_.value_or(seconds(0)));
    return {clocks(), std::max(wanted, seconds(1))};
}

/// Several attempts have to fit into what is left of the life.
seconds Renewer::before_the_end() {
    const auto delay = std::chrono::ceil<seconds>(retry_backoff.delay(failures_, chance()));
    const seconds left = (ends_ - clocks().intervals.now()) / 4;
    return std::min(delay, left);
}

seconds Renewer::after_the_end() {
    const seconds most = std::max(std::min(life_ / 3, ask_anew_at_most), seconds(1));
    return std::chrono::ceil<seconds>(bus::Backoff{seconds(1), most}.jittered(failures_, chance()));
}

base::Status keep_renewed(Renewer& renewer, const std::stop_token& stop) {
    constexpr seconds look_up{5};
    while (!stop.stop_requested()) {
        const base::Result<seconds> next = renewer.renew_if_due();
        if (!next) return next.error();
        if (renewer.events().looked) renewer.events().looked();
        const seconds left = renewer.left().value_or(look_up);
        // One that has ended is not waited for.
        base::pause(stop, std::min({*next, look_up, left.count() > 0 ? left : look_up}));
    }
    return {};
}

}  // namespace natscreds::access
