#include <natscreds/base/thread_name.h>

#include <pthread.h>

namespace natscreds::base {

void name_thread(const char* name) noexcept {
    (void)pthread_setname_np(pthread_self(), name);
}

}  // namespace natscreds::base
