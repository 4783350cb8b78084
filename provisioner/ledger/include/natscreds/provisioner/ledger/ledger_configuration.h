#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace natscreds::provisioner {

/// Where names, denials and generations are kept.
struct LedgerConfiguration {
    enum class Kind { memory, sqlite, jetstream };
    Kind kind = Kind::memory;
    std::filesystem::path file;                                   ///< sqlite
    std::string bucket;                                           ///< jetstream
    int replicas = 1;                                             ///< jetstream, when the bucket is made
    std::string home;                                             ///< jetstream: the cluster it lies in
    std::chrono::seconds max_offline = std::chrono::minutes(15);  ///< jetstream: renewing without the bucket
    std::size_t max_names = 1'000'000;                            ///< memory, jetstream

    bool operator==(const LedgerConfiguration&) const = default;
};

}  // namespace natscreds::provisioner
