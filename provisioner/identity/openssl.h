#pragma once

#include <memory>

#include <openssl/err.h>

namespace natscreds::provisioner::identity {

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* object) const noexcept { release(object); }
};
/// What OpenSSL made for us, given back when this ends.
template <class T, void (*release)(T*)>
using Owned = std::unique_ptr<T, Release<T, release>>;

/// What OpenSSL says about a refused key or signature must not be found by the thread's next TLS call.
class OwnErrors {
  public:
    OwnErrors() { ERR_set_mark(); }
    ~OwnErrors() { ERR_pop_to_mark(); }
    OwnErrors(const OwnErrors&) = delete;
    OwnErrors& operator=(const OwnErrors&) = delete;
};

}  // namespace natscreds::provisioner::identity
