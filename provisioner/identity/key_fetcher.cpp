#include <natscreds/provisioner/identity/key_fetcher.h>

#include <utility>

#include <natscreds/base/thread_name.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {
namespace {

/// A web gives up before.
constexpr std::chrono::seconds fetch_timeout{30};

base::Error being_fetched() {
    return {Errc::unreachable, "the issuer's keys are being fetched"};
}

}  // namespace

KeyFetcher::KeyFetcher(KeyIssuer issuer, Web& web, const base::IntervalClock& clock)
    : web_(web),
      clock_(clock),
      cache_(std::move(issuer), web, clock),
      last_(being_fetched()),
      thread_([this](const std::stop_token& stop) { fetch_when_wanted(stop); }) {}

KeyFetcher::~KeyFetcher() {
    thread_.request_stop();
    web_.stop();
}

void KeyFetcher::fetch_when_wanted(const std::stop_token& stop) {
    base::name_thread("issuer-keys");
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return wanted_; })) {
        if (stop.stop_requested()) return;
        lock.unlock();
        base::Result<KeySet> answer = cache_.renew();
        lock.lock();
        last_ = std::move(answer);
        wanted_ = false;
        changed_.notify_all();
    }
}

base::Result<KeySet> KeyFetcher::keys_for(const ForeignJwt& token) {
    std::unique_lock lock(mutex_);
    const base::Instant now = clock_.now();
    auto known = cache_.known(now);
    if (!cache_.worth_asking(token, now)) return known;
    wanted_ = true;
    changed_.notify_all();
    if (known && known->knows(token)) return known;
    if (waiting_) return being_fetched();
    waiting_ = true;
    const bool fetched = changed_.wait_for(lock, max_wait, [this] { return !wanted_; });
    waiting_ = false;
    if (!fetched) return being_fetched();
    return cache_.known(clock_.now());
}

base::Result<KeySet> KeyFetcher::renew() {
    std::unique_lock lock(mutex_);
    wanted_ = true;
    changed_.notify_all();
    if (!changed_.wait_for(lock, fetch_timeout, [this] { return !wanted_; })) return being_fetched();
    return last_;
}

}  // namespace natscreds::provisioner::identity
