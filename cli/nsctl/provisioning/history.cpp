#include "provisioning/history_age.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/accounts/moment.h>
#include <natscreds/accounts/provisioning/chat_history.h>
#include <natscreds/bus/errc.h>
#include <natscreds/bus/stored.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "servers/live_connection.h"

namespace natscreds::nsctl {
namespace {

struct HistoryOptions {
    std::string account;
    std::string age = "30d";
    std::uint64_t messages = 10'000;
    std::uint64_t megabytes = 1024;
    std::uint64_t sealed_megabytes = 256;
    std::uint64_t replicas = 1;
    std::string cluster;
    LiveOptions live;
};

base::Result<bus::Connection> connect_to_make(const Session& session, const accounts::Store& store,
                                              const accounts::Name& account, const HistoryOptions& options) {
    jwt::Permissions permissions;
    for (const std::string& stream : {accounts::posts_stream(account), accounts::keys_stream(account),
                                      accounts::sealed_stream(account)}) {
        for (const char* verb : {"CREATE.", "UPDATE."})
            permissions.pub.allow.push_back("$JS.API.STREAM." + std::string(verb) + stream);
    }
    permissions.sub.allow = {"_INBOX.>", "_INBOX_.>"};
    return connect_as(session, store, {account, "nsctl temporary history user", permissions}, options.live);
}

base::Status keep(const Session& session, bus::Connection& connection, const bus::StreamConfig& stream,
                  const HistoryOptions& options) {
    const auto made = bus::make_stream(connection, stream, std::chrono::seconds(options.live.timeout + 4));
    if (!made && made.error().code == bus::Errc::no_responders)
        return base::Error{bus::Errc::no_responders,
                           "JetStream: neither the servers nor the account may be without it "
                           "(nsctl provisioning init --history gives it to the account, then nsctl push)"};
    if (!made) return made.error();
    const std::string how_long = stream.max_age.count() == 0 ? "for good" : "for " + options.age;
    session.done((*made == bus::StreamMade::made ? "made stream " : "changed stream ") + stream.name + ": " +
                 stream.subjects.front() + " is kept " + how_long);
    return {};
}

constexpr std::int64_t a_megabyte = 1024 * 1024;
constexpr std::int64_t keys_megabytes = 64;

/// The posts of each channel; of each person the key that was announced last, for good; and what is sealed for each.
std::vector<bus::StreamConfig> streams_of(const accounts::Name& account, const HistoryOptions& options,
                                          std::chrono::seconds age) {
    const auto stream = [&](std::string name, std::string subject) {
        return bus::StreamConfig{.name = std::move(name),
                                 .subjects = {std::move(subject)},
                                 .max_age = age,
                                 .max_for_subject = 1,
                                 .replicas = static_cast<int>(options.replicas),
                                 .cluster = options.cluster};
    };
    bus::StreamConfig posts = stream(accounts::posts_stream(account), accounts::posts_subject(account));
    posts.max_for_subject = static_cast<std::int64_t>(options.messages);
    posts.max_bytes = static_cast<std::int64_t>(options.megabytes) * a_megabyte;
    bus::StreamConfig keys = stream(accounts::keys_stream(account), accounts::keys_subject(account));
    keys.max_age = std::chrono::seconds(0);
    keys.max_bytes = keys_megabytes * a_megabyte;
    bus::StreamConfig sealed = stream(accounts::sealed_stream(account), accounts::sealed_subject(account));
    sealed.max_bytes = static_cast<std::int64_t>(options.sealed_megabytes) * a_megabyte;
    return {std::move(posts), std::move(keys), std::move(sealed)};
}

base::Status keep_history(const Session& session, const HistoryOptions& options) {
    const auto age = history_age(options.age, session.world().clock.now());
    if (!age) return age.error().within("--age");
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    auto connection = connect_to_make(session, *store, *account, options);
    if (!connection) return connection.error();
    for (const bus::StreamConfig& stream : streams_of(*account, options, *age)) {
        if (const base::Status kept = keep(session, *connection, stream, options); !kept) return kept;
    }
    return {};
}

}  // namespace

base::Result<std::chrono::seconds> history_age(const std::string& text, base::Time now) {
    const auto end = accounts::parse_moment(text, now);
    if (!end) return end.error();
    const auto age = *end ? **end - now : std::chrono::seconds(0);
    if (age < std::chrono::minutes(1)) return base::Error{accounts::Errc::bad_moment, "'" + text + "'"};
    return age;
}

Command provisioning_history() {
    const auto options = std::make_shared<HistoryOptions>();
    return {
        .options = joined(
            {{account_option(options->account),
              {"--age", &options->age, "for how long a message is kept (default: 30d)"},
              {.names = "--messages",
               .to = &options->messages,
               .help = "messages of one channel that are kept (default: 10000)",
               .value = "N",
               .range = console::Range{.least = 1, .most = 1'000'000'000}},
              {.names = "--megabytes",
               .to = &options->megabytes,
               .help = "megabytes of disk for all of them (default: 1024)",
               .value = "N",
               .range = console::Range{.least = 1, .most = 100'000'000}},
              {.names = "--sealed-megabytes",
               .to = &options->sealed_megabytes,
               .help = "megabytes of disk for sealed direct messages (default: 256)",
               .value = "N",
               .range = console::Range{.least = 1, .most = 100'000'000}},
              {.names = "--replicas",
               .to = &options->replicas,
               .help = "servers that keep each message (default: 1)",
               .value = "N",
               .range = console::Range{.least = 1, .most = 5}},
              {"--cluster", &options->cluster, "the cluster that keeps them (default: the servers choose)"},
              list_option("-s,--server", options->live.urls,
                          "servers (default: the operator's, or else NATS_URL)")},
             options->live.options()}),
        .examples = {"nsctl provisioning history -a KUBECON --age 30d -s nats://localhost:4222",
                     "nsctl provisioning history -a KUBECON --age 90d --replicas 3 --cluster sfo2"},
        .run = [options](const Session& session) { return keep_history(session, *options); },
    };
}

}  // namespace natscreds::nsctl
