#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <natscreds/base/result.h>

#include "client_types.h"
#include "link.h"

namespace natscreds::bus {

/// A key-value bucket as the client library has it: over one link.
struct BoundBucket {
    std::shared_ptr<Link> link;
    StreamHandle stream;
    StoreHandle store;
};

/// The stream that a bucket is, and the subject of one of its keys. Source: ADR-8.
[[nodiscard]] std::string stream_of(const std::string& bucket);
[[nodiscard]] std::string subject_of(const std::string& bucket, const std::string& key);

/// JetStream over a link; `timeout` is for each of its requests.
[[nodiscard]] base::Result<StreamHandle> stream_context(Link& link, Timeout timeout);

/// A bucket over whichever link is the newest when it is asked for.
///
/// Thread:  any.
class BucketBinding {
  public:
    using NewestLink = std::function<std::shared_ptr<Link>()>;
    BucketBinding(NewestLink newest_link, std::string name, Timeout timeout)
        : newest_link_(std::move(newest_link)), name_(std::move(name)), timeout_(timeout) {}

    /// Fails: Errc::disconnected, closed, no_bucket, and as a request of JetStream.
    [[nodiscard]] base::Result<std::shared_ptr<const BoundBucket>> bound();

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

  private:
    const NewestLink newest_link_;
    const std::string name_;
    const Timeout timeout_;
    std::mutex mutex_;
    std::shared_ptr<const BoundBucket> bound_;
};

/// The library's status of an operation on a bucket as an error of ours.
[[nodiscard]] base::Error bucket_error(int status, const std::string& doing);

}  // namespace natscreds::bus
