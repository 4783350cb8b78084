#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include <natscreds/base/interval_clock.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::provisioner {

/// Which keys are servers', as far as it was asked for.
///
/// Holds:   a server is known until there are `max_servers`; then each is looked for again. A key that was no server's
///          is not looked for again for `pause`, and of those the oldest makes room: whoever makes up keys keeps no
///          server from being looked for.
/// Thread:  one at a time.
class KnownServers {
  public:
    static constexpr std::size_t max_servers = 4096;
    static constexpr std::size_t max_strangers = 1024;
    static constexpr std::chrono::seconds pause{5};

    /// Nothing where it has to be looked for.
    [[nodiscard]] std::optional<bool> find(const nkeys::PublicKey& key, base::Instant now);
    /// It was looked for.
    void note_server(const nkeys::PublicKey& key);
    void note_stranger(const nkeys::PublicKey& key, base::Instant now);

    [[nodiscard]] std::size_t servers() const noexcept { return servers_.size(); }
    [[nodiscard]] std::size_t strangers() const noexcept { return strangers_.size(); }

  private:
    std::set<nkeys::PublicKey> servers_;
    std::map<nkeys::PublicKey, base::Instant> strangers_;
};

}  // namespace natscreds::provisioner
