#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/provisioning/provisioning_status.h>
#include <natscreds/bus/errc.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "servers/live_connection.h"
#include "servers/running_copies.h"

namespace natscreds::nsctl {
namespace {

using accounts::RunningCopy;
using accounts::StatusLine;

struct StatusOptions {
    std::string service = "PROVISION";
    LiveOptions live;
};

void print_status(const Session& session, const std::vector<StatusLine>& lines) {
    std::ostream& out = session.world().out;
    if (session.json()) {
        nlohmann::ordered_json json = nlohmann::ordered_json::array();
        for (const StatusLine& line : lines) {
            nlohmann::ordered_json one{{"fits", line.fits}, {"about", line.about}, {"found", line.found}};
            if (!line.advice.empty()) one["advice"] = line.advice;
            json.push_back(std::move(one));
        }
        out << json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
        return;
    }
    for (const StatusLine& line : lines) {
        out << (line.fits ? "ok       " : "differs  ") << line.about << ": " << line.found << '\n';
        if (!line.advice.empty()) out << "         -> " << line.advice << '\n';
    }
}

base::Status status(const Session& session, const StatusOptions& options) {
    const auto service = accounts::Name::parse(options.service);
    if (!service) return service.error();
    const auto store = session.store();
    if (!store) return store.error();
    auto live = connect_live(session, *store, options.live);
    if (!live) return live.error();
    auto copies = running_copies(session, *store, *service, options.live);
    // An account that no server has lets nobody in, and that is what is to be said.
    const bool refused = !copies && copies.error().code == bus::Errc::not_authorized;
    if (!copies && !refused) return copies.error();
    accounts::ProvisioningFacts facts{.store = *store,
                                      .service = *service,
                                      .copies = refused ? std::vector<RunningCopy>() : *std::move(copies),
                                      .live = {},
                                      .in_memory = live->resolver() == accounts::Resolver::memory};
    const auto involved = accounts::provisioning_accounts(*store, *service, facts.copies);
    if (!involved) return involved.error();
    for (const auto& account : *involved) {
        auto found = live->read(account.content.subject);
        if (!found) return found.error();
        facts.live[account.content.subject] = *std::move(found);
    }
    const auto lines = accounts::provisioning_status(facts);
    if (!lines) return lines.error();
    print_status(session, *lines);
    const bool all_fit = std::ranges::all_of(*lines, &StatusLine::fits);
    return all_fit ? base::Status() : base::Error{Errc::does_not_fit, ""};
}

}  // namespace

Command provisioning_status() {
    const auto options = std::make_shared<StatusOptions>();
    return {
        .options = joined(
            {{{"--service-account", &options->service, "the service's own account (default: PROVISION)"},
              list_option("-s,--server", options->live.urls,
                          "servers (default: the operator's, or else NATS_URL)")},
             options->live.options()}),
        .examples = {"nsctl provisioning status -s nats://localhost:4222"},
        .run = [options](const Session& session) { return status(session, *options); },
    };
}

}  // namespace natscreds::nsctl
