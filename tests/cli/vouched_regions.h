#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <support/asker.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/vouched_tree.h>

#include "nsctl_shell.h"
#include "supercluster.h"

namespace natscreds::test {

inline const std::array<std::string, 3> regions{"sfo2", "sgp1", "ams3"};

/// Three regions with one vouched deployment: a supercluster with TLS, a copy of the service in each region, and a
/// bucket of names that lies in sfo2.
///
/// Holds:   all of it runs when the constructor returns. Credentials live for a minute.
/// Fails:   as a test does.
class VouchedRegions {
  public:
    struct Shape {
        support::ServerBinary server;
        int nodes = 1;  ///< of each region; from three on the bucket is on three of sfo2's
        int requesters = 50;
    };
    explicit VouchedRegions(const Shape& shape);

    /// How somebody in a region reaches servers: its own first, then the others.
    [[nodiscard]] support::Way from(const std::string& region) const;
    /// The same as flags of our programs.
    [[nodiscard]] std::vector<std::string> flags(const std::string& region) const;

    [[nodiscard]] const support::VouchedTree& tree() const noexcept { return tree_; }
    [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
    [[nodiscard]] std::vector<std::string> nodes() const;

    /// A command of scripts/supercluster ("kill sfo2-1").
    void servers(const std::string& command) const;
    /// What `supercluster status` says: nodes, and their gateways.
    [[nodiscard]] std::string status() const;

    void kill_service(const std::string& region);
    /// In order, as systemd does.
    void stop_service(const std::string& region);
    void start_service(const std::string& region);

    /// The audit files of all copies.
    [[nodiscard]] std::vector<std::filesystem::path> audits() const;
    /// How many renewals they tell of, the talkers' too.
    [[nodiscard]] std::size_t renewals() const;

  private:
    [[nodiscard]] support::Command service_command(const std::string& region) const;

    Shape shape_;
    support::VouchedTree tree_;
    nsctl::test::Shell shell_;
    Supercluster servers_;
    std::map<std::string, std::unique_ptr<support::Process>> services_;
};

}  // namespace natscreds::test
