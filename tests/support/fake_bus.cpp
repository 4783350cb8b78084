#include <support/fake_bus.h>

#include <utility>

namespace natscreds::support {

using bus::Errc;
using bus::KeyChange;
using bus::KeyEntry;
using bus::Revision;

base::Result<bus::Message> FakeRequests::request(const bus::Message& message, bus::Timeout) {
    {
        const std::lock_guard lock(mutex_);
        subjects_.push_back(message.subject);
    }
    return answer_(message);
}

std::vector<std::string> FakeRequests::subjects() const {
    const std::lock_guard lock(mutex_);
    return subjects_;
}

struct FakeKeyValue::Shared {
    std::mutex mutex;
    std::map<std::string, KeyEntry> entries;
    Revision last = 0;
    std::size_t attempts = 0;
    std::optional<base::Error> failure;         ///< of reading and writing
    std::optional<base::Error> writes_failing;  ///< of writing alone
    std::set<Watch*> watches;

    [[nodiscard]] const std::optional<base::Error>& write_failure() const {
        return failure ? failure : writes_failing;
    }
    Revision write(const std::string& key, std::string_view value);
    void tell_all(Watch& watch);
};

class FakeKeyValue::Watch final : public bus::KeyWatch {
  public:
    Watch(std::shared_ptr<Shared> shared, bus::KeyWatcher whom)
        : watcher(std::move(whom)), shared_(std::move(shared)) {}
    ~Watch() override {
        const std::lock_guard lock(shared_->mutex);
        shared_->watches.erase(this);
    }

    const bus::KeyWatcher watcher;

  private:
    std::shared_ptr<Shared> shared_;
};

Revision FakeKeyValue::Shared::write(const std::string& key, std::string_view value) {
    entries[key] = {.value = std::string(value), .revision = ++last};
    for (Watch* const watch : watches)
        watch->watcher.changed({.key = key, .value = std::string(value), .revision = last});
    return last;
}

void FakeKeyValue::Shared::tell_all(Watch& watch) {
    for (const auto& [key, entry] : entries)
        watch.watcher.changed({.key = key, .value = entry.value, .revision = entry.revision});
    if (watch.watcher.current) watch.watcher.current();
}

FakeKeyValue::FakeKeyValue() : shared_(std::make_shared<Shared>()) {}
FakeKeyValue::FakeKeyValue(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
FakeKeyValue::~FakeKeyValue() = default;

std::unique_ptr<FakeKeyValue> FakeKeyValue::again() const {
    return std::unique_ptr<FakeKeyValue>(new FakeKeyValue(shared_));
}

void FakeKeyValue::fail_with(std::optional<base::Error> error) {
    const std::lock_guard lock(shared_->mutex);
    shared_->failure = std::move(error);
    for (Watch* const watch : shared_->watches) {
        if (!shared_->failure) {
            shared_->tell_all(*watch);
        } else if (watch->watcher.cut_off) {
            watch->watcher.cut_off(*shared_->failure);
        }
    }
}

void FakeKeyValue::fail_unnoticed_with(std::optional<base::Error> error) {
    const std::lock_guard lock(shared_->mutex);
    shared_->failure = std::move(error);
}

void FakeKeyValue::fail_writes_with(std::optional<base::Error> error) {
    const std::lock_guard lock(shared_->mutex);
    shared_->writes_failing = std::move(error);
}

void FakeKeyValue::interrupt_watchers() {
    const std::lock_guard lock(shared_->mutex);
    for (Watch* const watch : shared_->watches) {
        if (watch->watcher.cut_off) watch->watcher.cut_off(base::Error{Errc::disconnected, "for a moment"});
        shared_->tell_all(*watch);
    }
}

std::size_t FakeKeyValue::attempts() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->attempts;
}

base::Result<std::optional<KeyEntry>> FakeKeyValue::get(const std::string& key) {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->failure) return *shared_->failure;
    const auto found = shared_->entries.find(key);
    return found != shared_->entries.end() ? std::optional(found->second) : std::nullopt;
}

base::Result<Revision> FakeKeyValue::create(const std::string& key, std::string_view value) {
    const std::lock_guard lock(shared_->mutex);
    ++shared_->attempts;
    if (const auto failure = shared_->write_failure()) return *failure;
    if (shared_->entries.contains(key)) return base::Error{Errc::key_exists, key};
    return shared_->write(key, value);
}

base::Result<Revision> FakeKeyValue::update(const std::string& key, std::string_view value, Revision last) {
    const std::lock_guard lock(shared_->mutex);
    ++shared_->attempts;
    if (const auto failure = shared_->write_failure()) return *failure;
    const auto found = shared_->entries.find(key);
    const bool as_known = found != shared_->entries.end() && found->second.revision == last;
    if (!as_known) return base::Error{Errc::wrong_revision, key};
    return shared_->write(key, value);
}

base::Result<Revision> FakeKeyValue::put(const std::string& key, std::string_view value) {
    const std::lock_guard lock(shared_->mutex);
    if (const auto failure = shared_->write_failure()) return *failure;
    return shared_->write(key, value);
}

base::Status FakeKeyValue::erase(const std::string& key) {
    const std::lock_guard lock(shared_->mutex);
    if (const auto failure = shared_->write_failure()) return *failure;
    shared_->entries.erase(key);
    ++shared_->last;
    for (Watch* const watch : shared_->watches)
        watch->watcher.changed({.key = key, .value = std::nullopt, .revision = shared_->last});
    return {};
}

base::Status FakeKeyValue::forget(const std::string& key, Revision last) {
    const std::lock_guard lock(shared_->mutex);
    if (const auto failure = shared_->write_failure()) return *failure;
    const auto found = shared_->entries.find(key);
    if (found != shared_->entries.end() && found->second.revision == last) shared_->entries.erase(found);
    return {};
}

base::Result<std::vector<std::string>> FakeKeyValue::keys() {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->failure) return *shared_->failure;
    std::vector<std::string> keys;
    for (const auto& [key, entry] : shared_->entries)
        keys.push_back(key);
    return keys;
}

base::Result<std::unique_ptr<bus::KeyWatch>> FakeKeyValue::watch(bus::KeyWatcher watcher) {
    auto watch = std::make_unique<Watch>(shared_, std::move(watcher));
    const std::lock_guard lock(shared_->mutex);
    if (shared_->failure) return *shared_->failure;
    shared_->watches.insert(watch.get());
    shared_->tell_all(*watch);
    return std::unique_ptr<bus::KeyWatch>(std::move(watch));
}

}  // namespace natscreds::support
