#pragma once

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <support/nats_server.h>
#include <support/programs.h>
#include <support/temp_dir.h>

#include "page.h"
#include "page_walk.h"
#include "supercluster.h"

namespace natscreds::test {

/// docs/identities.md, typed from nothing on: a store, a server, and then what a section adds.
class IdentitiesPage {
  public:
    /// `hosts` are the page's, and what stands for them here.
    explicit IdentitiesPage(PageWalk::Exchanges hosts) : walk(folder.path(), with_own(std::move(hosts))) {
        std::filesystem::create_directory(folder / "bin");
        std::filesystem::create_symlink(support::nats_servers().back().path, folder / "bin/nats-server");
        const auto programs = std::filesystem::path(support::program("nsctl")).parent_path();
        REQUIRE(walk.type("export PATH=$PWD/bin:" + programs.string() + ":$PATH XDG_STATE_HOME=$PWD/state") ==
                0);
        for (const Shown& shown : shown_in(page, "## From nothing to a service")) {
            walk.follow(shown);
            // Metrics are for somebody else here, who may run at the same time.
            if (shown.command.starts_with("nsctl provisioning init"))
                REQUIRE(walk.type("sed -i 's/127.0.0.1:9464/127.0.0.1:0/' service/provisioner.toml") == 0);
        }
    }

    /// Types a section's commands.
    void follow(const std::string& section) {
        const auto commands = shown_in(page, section);
        REQUIRE(!commands.empty());
        for (const Shown& shown : commands)
            walk.follow(shown);
    }

    /// All programs believe certificates of these authorities.
    void believe(const std::string& ca) {
        elsewhere("unset CURL_CA_BUNDLE SSL_CERT_DIR; export SSL_CERT_FILE=" + ca);
    }

    /// What somebody else does, who is not on the page.
    void elsewhere(const std::string& command) {
        INFO(walk.screen());
        REQUIRE(walk.type(command) == 0);
    }

    static constexpr const char* page = "docs/identities.md";
    support::TempDir folder;
    PageWalk walk;

  private:
    static PageWalk::Exchanges with_own(PageWalk::Exchanges hosts) {
        hosts.insert(hosts.end(),
                     {{"-a localhost", "-a " + own_address()}, {"localhost:", own_address() + ":"}});
        return hosts;
    }
};

}  // namespace natscreds::test
