#include "bound_bucket.h"

#include <utility>

#include <nats/nats.h>

#include "client_error.h"

namespace natscreds::bus {

void DestroyStream::operator()(ClientStream* stream) const noexcept {
    jsCtx_Destroy(stream);
}

void DestroyStore::operator()(ClientStore* store) const noexcept {
    kvStore_Destroy(store);
}

void DestroyEntry::operator()(ClientEntry* entry) const noexcept {
    kvEntry_Destroy(entry);
}

void DestroyStreamInfo::operator()(ClientStreamInfo* info) const noexcept {
    jsStreamInfo_Destroy(info);
}

std::string stream_of(const std::string& bucket) {
    return "KV_" + bucket;
}

std::string subject_of(const std::string& bucket, const std::string& key) {
    return "$KV." + bucket + "." + key;
}

base::Result<StreamHandle> stream_context(Link& link, Timeout timeout) {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = timeout.count();
    ClientStream* created = nullptr;
    const natsStatus status = natsConnection_JetStream(&created, &link.client(), &options);
    if (status != NATS_OK) return client_error(status, "JetStream");
    return StreamHandle(created);
}

base::Result<std::shared_ptr<const BoundBucket>> BucketBinding::bound() {
    std::shared_ptr<Link> link = newest_link_();
    if (link->closed()) return base::Error{link->ending() ? Errc::closed : Errc::disconnected, name_};
    // What is sent now would wait for the next connection, and be carried out when nobody expects it any more.
    if (!link->connected()) return base::Error{Errc::disconnected, name_};
    const std::lock_guard lock(mutex_);
    if (bound_ != nullptr && bound_->link == link) return bound_;
    base::Result<StreamHandle> stream = stream_context(*link, timeout_);
    if (!stream) return stream.error();
    ClientStore* opened = nullptr;
    const natsStatus status = js_KeyValue(&opened, stream->get(), name_.c_str());
    if (status == NATS_NOT_FOUND) return base::Error{Errc::no_bucket, name_};
    if (status != NATS_OK) return bucket_error(status, "opening the bucket " + name_);
    bound_ = std::make_shared<const BoundBucket>(
        BoundBucket{.link = std::move(link), .stream = *std::move(stream), .store = StoreHandle(opened)});
    return bound_;
}

base::Error bucket_error(int status, const std::string& doing) {
    // The library has no status of its own for this word of the server's.
    const bool other_revision =
        status == NATS_ERR && last_client_text().find("wrong last sequence") != std::string::npos;
    if (other_revision) return {Errc::wrong_revision, doing};
    return client_error(status, doing);
}

}  // namespace natscreds::bus
