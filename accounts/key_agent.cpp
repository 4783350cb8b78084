#include <natscreds/accounts/key_agent.h>

#include <utility>

namespace natscreds::accounts {

AgentReply KeyAgent::answer(const AgentRequest& request) {
    using What = AgentRequest::What;
    if (request.what == What::forget) kept_.reset();
    if (request.what == What::keep && request.key && request.time <= max_kept_time) {
        auto key = nkeys::SealingKey::restore(base::Secret::copy_of(request.key->expose()), request.settings);
        if (key) kept_ = Kept{.key = *std::move(key), .until = clock_.now() + request.time};
    }
    AgentReply reply{.left = left()};
    if (request.what == What::find && kept_ && kept_->key.settings() == request.settings)
        reply.key = base::Secret::copy_of(kept_->key.secret().expose());
    return reply;
}

std::chrono::seconds KeyAgent::left() {
    if (!kept_) return std::chrono::seconds(0);
    const std::chrono::seconds left = kept_->until - clock_.now();
    if (left.count() > 0) return left;
    kept_.reset();
    return std::chrono::seconds(0);
}

}  // namespace natscreds::accounts
