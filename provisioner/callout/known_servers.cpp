#include "known_servers.h"

#include <natscreds/base/erase_lowest.h>

namespace natscreds::provisioner {

std::optional<bool> KnownServers::find(const nkeys::PublicKey& key, base::Instant now) {
    if (servers_.contains(key)) return true;
    std::erase_if(strangers_, [&](const auto& entry) { return now - entry.second >= pause; });
    return strangers_.contains(key) ? std::optional(false) : std::nullopt;
}

void KnownServers::note_server(const nkeys::PublicKey& key) {
    if (servers_.size() >= max_servers && !servers_.contains(key)) servers_.clear();
    servers_.insert(key);
}

void KnownServers::note_stranger(const nkeys::PublicKey& key, base::Instant now) {
    if (strangers_.size() >= max_strangers && !strangers_.contains(key)) base::erase_lowest(strangers_);
    strangers_.emplace(key, now);
}

}  // namespace natscreds::provisioner
