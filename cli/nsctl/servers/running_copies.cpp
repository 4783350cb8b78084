#include "servers/running_copies.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <natscreds/bus/errc.h>

namespace natscreds::nsctl {

base::Result<std::vector<accounts::RunningCopy>> running_copies(const Session& session,
                                                                const accounts::Store& store,
                                                                const accounts::Name& service,
                                                                const LiveOptions& live) {
    constexpr std::size_t max_copies = 1000;
    const std::string question = "$SRV.INFO.provisioner";
    jwt::Permissions permissions;
    permissions.pub.allow = {question};
    permissions.sub.allow = {"_INBOX.>", "_INBOX_.>"};
    auto opened = connect_as(session, store, {service, "nsctl temporary status user", permissions}, live);
    if (!opened) return opened.error();
    std::vector<accounts::RunningCopy> copies;
    bus::Message message;
    message.subject = question;
    const base::Status asked =
        opened->request(message, {.timeout = std::chrono::seconds(live.timeout), .replies = max_copies},
                        [&](const bus::Message& answer) {
                            auto copy = accounts::parse_running_copy(answer.body);
                            if (copy) copies.push_back(*std::move(copy));
                        });
    const bool nobody = !asked && (asked.error().code == bus::Errc::no_responders ||
                                   asked.error().code == bus::Errc::timeout);
    if (!asked && !nobody) return asked.error();
    std::ranges::sort(copies, {}, &accounts::RunningCopy::id);
    return copies;
}

}  // namespace natscreds::nsctl
