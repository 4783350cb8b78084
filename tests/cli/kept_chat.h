#pragma once

#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/jwt/creds.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

#include "nsctl_shell.h"

namespace natscreds::test {

/// A deployment whose chat is kept, with credentials of ann and derek in their files.
class KeptChat : public nsctl::test::Shell {
  public:
    /// `more` is run in the store before the server starts.
    explicit KeptChat(const support::ServerBinary& binary, const std::string& history,
                      const std::string& more = "") {
        (void)out("nsctl provisioning init --new-operator KO -a KUBECON --role chat -o service " + history);
        if (!more.empty()) (void)out(more);
        (void)out("nsctl generate config --mem-resolver --sys-account SYS --config-file resolver.conf");
        const std::string config = support::read_text(folder / "resolver.conf") +
                                   "jetstream: {store_dir: \"" + (folder / "jetstream").string() + "\"}\n";
        server_ = std::make_unique<support::NatsServer>(binary, support::ServerSetup{.config = config});
        service_ = std::make_unique<support::Process>(
            support::command("nats-provisioner", {"-s", url(), "--http", "127.0.0.1:0", "--config",
                                                  (folder / "service" / "provisioner.toml").string()}));
        service_->wait_for_output("serving ");
        for (const char* name : {"ann", "derek"})
            ask_for(name);
    }

    [[nodiscard]] std::string url() const { return server_->url(); }
    [[nodiscard]] std::string creds(const std::string& name) const {
        return (folder / (name + ".creds")).string();
    }
    [[nodiscard]] bus::Connection connection(const std::string& name) const {
        bus::ConnectionOptions options;
        options.servers = {url()};
        options.credentials = jwt::Credentials::load(creds(name)).value();
        auto made = bus::Connection::open(std::move(options));
        if (!made) FAIL(made.error().message());
        return *std::move(made);
    }

  private:
    void ask_for(const std::string& name) const {
        const std::string asking = name + ".requester.creds";
        (void)out("nsctl provisioning add-requester " + name + " -a KUBECON --key $(nats-req --enrol -o " +
                  asking + ") -o " + name + ".jwt && nats-req --enrol -o " + asking + " --jwt " + name +
                  ".jwt && nats-req -s " + url() + " --creds " + asking + " --access " + name +
                  " --timeout 20s -o " + name + ".creds");
    }

    std::unique_ptr<support::NatsServer> server_;
    std::unique_ptr<support::Process> service_;
};

}  // namespace natscreds::test
