#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>

namespace natscreds::bus {

/// Counts up with each change in a bucket; a key's revision is that of its last change.
using Revision = std::uint64_t;

/// What stands under a key.
struct KeyEntry {
    std::string value;
    Revision revision;
};

/// A change that a watch tells of.
struct KeyChange {
    std::string key;
    std::optional<std::string> value;  ///< none: the key is gone
    Revision revision;
};

/// What a watch calls, one at a time, on a thread of its own. They must not throw or end the watch.
struct KeyWatcher {
    /// For each key that is there, and then for each change.
    std::function<void(const KeyChange&)> changed;
    /// All that was there has been told: from now on what was told is the bucket.
    std::function<void()> current;
    /// The connection or the bucket is lost, so that what was told may be out of date. When it is back,
    /// everything is told again, also which keys are gone, and current() follows.
    std::function<void(const base::Error&)> cut_off;
};

/// Watching, for as long as this lives. When the destructor returns, no function of the KeyWatcher runs or
/// will run any more.
class KeyWatch {
  public:
    virtual ~KeyWatch() = default;
};

/// A JetStream key-value bucket: the last value under each key, changed by one writer at a time.
///
/// Shape:   a key is one or more of A-Z a-z 0-9 _ - / = and single dots inside.
/// Holds:   of several create() of one key, or update() from one revision, at the same time and wherever in
///          the supercluster, exactly one succeeds.
/// Fails:   Errc::bad_key; no_responders when there is no JetStream, or no leader for the bucket; timeout,
///          disconnected, closed as the Connection: whether a change took place is then not known.
/// Thread:  any.
class KeyValue {
  public:
    virtual ~KeyValue() = default;

    /// Nothing when the key is not there, or no more.
    [[nodiscard]] virtual base::Result<std::optional<KeyEntry>> get(const std::string& key) = 0;

    /// Fails: Errc::key_exists.
    [[nodiscard]] virtual base::Result<Revision> create(const std::string& key, std::string_view value) = 0;

    /// Fails: Errc::wrong_revision when the key's last change is another one.
    [[nodiscard]] virtual base::Result<Revision> update(const std::string& key, std::string_view value,
                                                        Revision last) = 0;

    /// Whatever is there.
    [[nodiscard]] virtual base::Result<Revision> put(const std::string& key, std::string_view value) = 0;

    /// Also when the key is not there.
    [[nodiscard]] virtual base::Status erase(const std::string& key) = 0;

    /// Takes the key out of the bucket without a trace, if `last` is its newest change; otherwise nothing
    /// happens, which is no failure. Watches are not told.
    [[nodiscard]] virtual base::Status forget(const std::string& key, Revision last) = 0;

    /// In no particular order.
    [[nodiscard]] virtual base::Result<std::vector<std::string>> keys() = 0;

    /// Starts watching all keys.
    [[nodiscard]] virtual base::Result<std::unique_ptr<KeyWatch>> watch(KeyWatcher watcher) = 0;
};

enum class BucketStorage { file, memory };

/// How a bucket is made.
struct BucketConfig {
    std::string name;  ///< one or more of A-Z a-z 0-9 _ -
    int replicas = 1;
    BucketStorage storage = BucketStorage::file;
    std::chrono::seconds ttl{0};  ///< a key that nobody changes for so long is gone; 0: never
    std::string home = {};        ///< the cluster that it lies in; empty: whichever the server chooses
    Timeout timeout{2000};        ///< for each of the servers' answers about it
};

/// Opens a bucket that is there. Fails: Errc::no_bucket, bad_option (its name), and as KeyValue.
/// The Connection may end before the KeyValue, which then fails with Errc::closed; its watches end first.
[[nodiscard]] base::Result<std::unique_ptr<KeyValue>> open_bucket(Connection& connection,
                                                                  const std::string& name);

/// The same; one that is not there is made first. One that is there stays as it is.
[[nodiscard]] base::Result<std::unique_ptr<KeyValue>> create_bucket(Connection& connection,
                                                                    const BucketConfig& config);

}  // namespace natscreds::bus
