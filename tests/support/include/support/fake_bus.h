#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/bus/key_value.h>
#include <natscreds/bus/requests.h>

namespace natscreds::support {

/// Requests that a function of the test's answers, and that are remembered. Thread: any.
class FakeRequests final : public bus::Requests {
  public:
    using Answer = std::function<base::Result<bus::Message>(const bus::Message&)>;
    explicit FakeRequests(Answer answer) : answer_(std::move(answer)) {}

    [[nodiscard]] base::Result<bus::Message> request(const bus::Message& message, bus::Timeout) override;

    /// The subjects of all requests so far.
    [[nodiscard]] std::vector<std::string> subjects() const;

  private:
    Answer answer_;
    mutable std::mutex mutex_;
    std::vector<std::string> subjects_;
};

/// A bucket in memory, with the rules of a real one. Watchers are called by whoever changes something.
///
/// Thread:  any; but a watcher must not use the bucket.
class FakeKeyValue final : public bus::KeyValue {
  public:
    FakeKeyValue();
    ~FakeKeyValue() override;

    /// The same bucket, as another program has it.
    [[nodiscard]] std::unique_ptr<FakeKeyValue> again() const;

    /// From now on everything fails in this way, and watchers are cut off; with nothing, all is well again.
    void fail_with(std::optional<base::Error> error);
    /// The same, without the watchers' noticing.
    void fail_unnoticed_with(std::optional<base::Error> error);
    /// From now on what is read is there, and what is written fails in this way; with nothing, all is well again.
    void fail_writes_with(std::optional<base::Error> error);
    /// The watchers are cut off for a moment, and told everything again.
    void interrupt_watchers();
    /// How often somebody wanted to change something.
    [[nodiscard]] std::size_t attempts() const;

    [[nodiscard]] base::Result<std::optional<bus::KeyEntry>> get(const std::string& key) override;
    [[nodiscard]] base::Result<bus::Revision> create(const std::string& key, std::string_view value) override;
    [[nodiscard]] base::Result<bus::Revision> update(const std::string& key, std::string_view value,
                                                     bus::Revision last) override;
    [[nodiscard]] base::Result<bus::Revision> put(const std::string& key, std::string_view value) override;
    [[nodiscard]] base::Status erase(const std::string& key) override;
    [[nodiscard]] base::Status forget(const std::string& key, bus::Revision last) override;
    [[nodiscard]] base::Result<std::vector<std::string>> keys() override;
    [[nodiscard]] base::Result<std::unique_ptr<bus::KeyWatch>> watch(bus::KeyWatcher watcher) override;

  private:
    class Watch;
    struct Shared;
    explicit FakeKeyValue(std::shared_ptr<Shared> shared);

    std::shared_ptr<Shared> shared_;
};

}  // namespace natscreds::support
