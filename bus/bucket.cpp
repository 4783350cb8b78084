#include <algorithm>
#include <utility>

#include <nats/nats.h>

#include <natscreds/bus/key_value.h>

#include "bound_bucket.h"
#include "client_error.h"
#include "connection_state.h"
#include "key_watch.h"

namespace natscreds::bus {
namespace {

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

base::Status check_key(const std::string& key) {
    const bool known_characters =
        key.find_first_not_of(std::string(letters_and_digits) + "/=.") == std::string::npos;
    const bool dots_inside =
        !key.empty() && key.front() != '.' && key.back() != '.' && key.find("..") == std::string::npos;
    if (known_characters && dots_inside) return {};
    return base::Error{Errc::bad_key, "'" + key + "'"};
}

base::Status check_bucket(const std::string& name) {
    if (!name.empty() && name.find_first_not_of(letters_and_digits) == std::string::npos) return {};
    return base::Error{Errc::bad_option, "'" + name + "' is not the name of a bucket"};
}

/// The stream behind a bucket, as every client makes it, and where it is to lie: which the library's own way of
/// making a bucket cannot say. Source: ADR-8.
class BucketStream {
  public:
    explicit BucketStream(const BucketConfig& bucket)
        : name_(stream_of(bucket.name)), keys_(subject_of(bucket.name, ">")), subject_(keys_.c_str()) {
        constexpr std::chrono::nanoseconds usual_duplicates = std::chrono::minutes(2);
        const std::chrono::nanoseconds ttl = bucket.ttl;
        jsStreamConfig_Init(&config_);
        config_.Name = name_.c_str();
        config_.Subjects = &subject_;
        config_.SubjectsLen = 1;
        config_.MaxMsgsPerSubject = 1;
        config_.MaxAge = ttl.count();
        // The server does not let it be longer than what it keeps.
        config_.Duplicates = (ttl.count() > 0 ? std::min(usual_duplicates, ttl) : usual_duplicates).count();
        config_.Discard = js_DiscardNew;
        config_.Storage = bucket.storage == BucketStorage::memory ? js_MemoryStorage : js_FileStorage;
        config_.Replicas = bucket.replicas;
        config_.AllowRollup = true;
        config_.DenyDelete = true;
        placement_.Cluster = bucket.home.c_str();
        if (!bucket.home.empty()) config_.Placement = &placement_;
    }
    BucketStream(const BucketStream&) = delete;
    BucketStream& operator=(const BucketStream&) = delete;

    [[nodiscard]] jsStreamConfig* config() noexcept { return &config_; }

  private:
    const std::string name_;
    const std::string keys_;
    const char* subject_;
    jsPlacement placement_{};
    jsStreamConfig config_{};
};

/// A list of keys as the library fills it.
class KeyList {
  public:
    KeyList() = default;
    ~KeyList() { kvKeysList_Destroy(&list_); }
    KeyList(const KeyList&) = delete;
    KeyList& operator=(const KeyList&) = delete;

    [[nodiscard]] kvKeysList* to_fill() noexcept { return &list_; }
    [[nodiscard]] std::vector<std::string> keys() const { return {list_.Keys, list_.Keys + list_.Count}; }

  private:
    kvKeysList list_{};
};

}  // namespace

/// A bucket by way of the client library's, which is tied to one link of a connection.
class Bucket final : public KeyValue {
  public:
    [[nodiscard]] static base::Result<std::unique_ptr<KeyValue>> open(Connection& connection,
                                                                      const std::string& name,
                                                                      std::optional<Timeout> timeout = {});
    [[nodiscard]] static base::Status make(Connection& connection, const BucketConfig& config);

    [[nodiscard]] base::Result<std::optional<KeyEntry>> get(const std::string& key) override;
    [[nodiscard]] base::Result<Revision> create(const std::string& key, std::string_view value) override;
    [[nodiscard]] base::Result<Revision> update(const std::string& key, std::string_view value,
                                                Revision last) override;
    [[nodiscard]] base::Result<Revision> put(const std::string& key, std::string_view value) override;
    [[nodiscard]] base::Status erase(const std::string& key) override;
    [[nodiscard]] base::Status forget(const std::string& key, Revision last) override;
    [[nodiscard]] base::Result<std::vector<std::string>> keys() override;
    [[nodiscard]] base::Result<std::unique_ptr<KeyWatch>> watch(KeyWatcher watcher) override;

  private:
    explicit Bucket(std::shared_ptr<BucketBinding> binding) : binding_(std::move(binding)) {}

    [[nodiscard]] base::Result<std::shared_ptr<const BoundBucket>> bound_for(const std::string& key);
    [[nodiscard]] std::string at(const std::string& key) const { return binding_->name() + ", key " + key; }

    const std::shared_ptr<BucketBinding> binding_;
};

base::Result<std::unique_ptr<KeyValue>> Bucket::open(Connection& connection, const std::string& name,
                                                     std::optional<Timeout> timeout) {
    if (const base::Status sound = check_bucket(name); !sound) return sound.error();
    const std::shared_ptr<Connection::State> state = connection.state_;
    const auto binding = std::make_shared<BucketBinding>([state] { return state->link(); }, name,
                                                         timeout.value_or(state->timeout()));
    const auto bound = binding->bound();
    if (!bound) return bound.error();
    return std::unique_ptr<KeyValue>(new Bucket(binding));
}

base::Status Bucket::make(Connection& connection, const BucketConfig& config) {
    if (const base::Status sound = check_bucket(config.name); !sound) return sound;
    const std::shared_ptr<Link> link = connection.state_->link();
    const base::Result<StreamHandle> stream = stream_context(*link, config.timeout);
    if (!stream) return stream.error();
    BucketStream made(config);
    jsStreamInfo* info = nullptr;
    jsErrCode reason{};
    const natsStatus status = js_AddStream(&info, stream->get(), made.config(), nullptr, &reason);
    const StreamInfoHandle owner(info);
    if (status == NATS_OK || reason == JSStreamNameExistErr) return {};
    return bucket_error(status, "making the bucket " + config.name);
}

base::Result<std::shared_ptr<const BoundBucket>> Bucket::bound_for(const std::string& key) {
    if (const base::Status sound = check_key(key); !sound) return sound.error();
    return binding_->bound();
}

base::Result<std::optional<KeyEntry>> Bucket::get(const std::string& key) {
    const auto bucket = bound_for(key);
    if (!bucket) return bucket.error();
    kvEntry* found = nullptr;
    const natsStatus status = kvStore_Get(&found, (*bucket)->store.get(), key.c_str());
    const EntryHandle entry(found);
    if (status == NATS_NOT_FOUND) return std::optional<KeyEntry>();
    if (status != NATS_OK) return bucket_error(status, "reading " + at(key));
    const auto* const bytes = static_cast<const char*>(kvEntry_Value(found));
    return std::optional(KeyEntry{.value = {bytes, static_cast<std::size_t>(kvEntry_ValueLen(found))},
                                  .revision = kvEntry_Revision(found)});
}

base::Result<Revision> Bucket::create(const std::string& key, std::string_view value) {
    const auto bucket = bound_for(key);
    if (!bucket) return bucket.error();
    Revision revision = 0;
    const natsStatus status = kvStore_Create(&revision, (*bucket)->store.get(), key.c_str(), value.data(),
                                             static_cast<int>(value.size()));
    if (status == NATS_OK) return revision;
    base::Error error = bucket_error(status, "creating " + at(key));
    if (error.code == Errc::wrong_revision) error.code = Errc::key_exists;
    return error;
}

base::Result<Revision> Bucket::update(const std::string& key, std::string_view value, Revision last) {
    const auto bucket = bound_for(key);
    if (!bucket) return bucket.error();
    Revision revision = 0;
    const natsStatus status = kvStore_Update(&revision, (*bucket)->store.get(), key.c_str(), value.data(),
                                             static_cast<int>(value.size()), last);
    if (status == NATS_OK) return revision;
    return bucket_error(status, "changing " + at(key));
}

base::Result<Revision> Bucket::put(const std::string& key, std::string_view value) {
    const auto bucket = bound_for(key);
    if (!bucket) return bucket.error();
    Revision revision = 0;
    const natsStatus status = kvStore_Put(&revision, (*bucket)->store.get(), key.c_str(), value.data(),
                                          static_cast<int>(value.size()));
    if (status == NATS_OK) return revision;
    return bucket_error(status, "writing " + at(key));
}

base::Status Bucket::erase(const std::string& key) {
    const auto bucket = bound_for(key);
    if (!bucket) return bucket.error();
    const natsStatus status = kvStore_Delete((*bucket)->store.get(), key.c_str());
    if (status == NATS_OK) return {};
    return bucket_error(status, "erasing " + at(key));
}

/// The server takes out what is older than the revision after this one: a newer change outlives it.
base::Status Bucket::forget(const std::string& key, Revision last) {
    const auto bucket = bound_for(key);
    if (!bucket) return bucket.error();
    const std::string stream = stream_of(binding_->name());
    const std::string subject = subject_of(binding_->name(), key);
    jsOptions options;
    jsOptions_Init(&options);
    options.Stream.Purge.Subject = subject.c_str();
    options.Stream.Purge.Sequence = last + 1;
    const natsStatus status = js_PurgeStream((*bucket)->stream.get(), stream.c_str(), &options, nullptr);
    if (status == NATS_OK) return {};
    return bucket_error(status, "forgetting " + at(key));
}

base::Result<std::vector<std::string>> Bucket::keys() {
    const auto bucket = binding_->bound();
    if (!bucket) return bucket.error();
    KeyList list;
    const natsStatus status = kvStore_Keys(list.to_fill(), (*bucket)->store.get(), nullptr);
    if (status == NATS_NOT_FOUND) return std::vector<std::string>();
    if (status != NATS_OK) return bucket_error(status, "listing the bucket " + binding_->name());
    return list.keys();
}

base::Result<std::unique_ptr<KeyWatch>> Bucket::watch(KeyWatcher watcher) {
    const auto bucket = binding_->bound();
    if (!bucket) return bucket.error();
    return std::unique_ptr<KeyWatch>(std::make_unique<BucketWatch>(binding_, std::move(watcher)));
}

base::Result<std::unique_ptr<KeyValue>> open_bucket(Connection& connection, const std::string& name) {
    return Bucket::open(connection, name);
}

base::Result<std::unique_ptr<KeyValue>> create_bucket(Connection& connection, const BucketConfig& config) {
    const base::Status made = Bucket::make(connection, config);
    if (!made) return made.error();
    return Bucket::open(connection, config.name, config.timeout);
}

}  // namespace natscreds::bus
