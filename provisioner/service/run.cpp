#include <natscreds/provisioner/service/run.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <ostream>
#include <utility>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <natscreds/access/reason.h>
#include <natscreds/base/ending.h>
#include <natscreds/base/file.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/key_file.h>
#include <natscreds/provisioner/service/memory_ledger.h>
#include <natscreds/provisioner/service/serve.h>

#include "command_line.h"

namespace natscreds::provisioner {
namespace {

using console::ExitCode;

constexpr std::chrono::hours name_grace{24};
constexpr std::size_t most_names = 1'000'000;
constexpr std::size_t most_account_bytes = 1024 * 1024;
constexpr std::chrono::seconds drain_timeout{10};

// ---- what has to be there before it starts

base::Result<jwt::Decoded<jwt::AccountClaims>> load_account(const std::filesystem::path& path) {
    const base::Result<std::string> text = base::read_file(path, most_account_bytes);
    if (!text) return text.error();
    const base::Result<std::string> token = jwt::find_token(*text);
    if (!token) return token.error().within(path.string());
    base::Result<jwt::Decoded<jwt::AccountClaims>> account = jwt::decode<jwt::AccountClaims>(*token);
    if (!account) return account.error().within(path.string());
    return account;
}

base::Result<nkeys::SigningKey> load_signing_key(const std::filesystem::path& path) {
    const base::Result<bool> open = base::readable_by_others(path);
    if (!open) return open.error();
    if (*open) {
        return base::Error{std::make_error_code(std::errc::permission_denied),
                           path.string() + ": others can read this seed (chmod 600 " + path.string() + ")"};
    }
    base::Result<nkeys::SigningKey> key = nkeys::load_seed(path);
    if (!key || key->public_key().kind() == nkeys::Kind::account) return key;
    return base::Error{nkeys::Errc::wrong_kind, path.string() + ": seed of the kind " +
                                                    std::string(nkeys::name(key->public_key().kind())) +
                                                    " instead of account"};
}

base::Result<Issuer> make_issuer(const CommandLine& line, base::Time now) {
    base::Result<jwt::Decoded<jwt::AccountClaims>> account = load_account(line.account);
    if (!account) return account.error();
    base::Result<nkeys::SigningKey> key = load_signing_key(line.signing_key);
    if (!key) return key.error();
    base::Result<Role> role = chat_role(account->content.name);
    if (!role) return role.error();
    return Issuer::create({.account = std::move(*account), .key = std::move(*key), .role = std::move(*role)},
                          now);
}

std::string_view hint_for(const base::Error& error) {
    if (error.code == IssuerErrc::key_not_listed)
        return "nsctl edit account --sk KEY lists it; then use the new JWT";
    return {};
}

// ---- what the log says: one line a request, never a secret

void log_served(spdlog::logger& log, const Served& served) {
    if (served.answer == nullptr) return log.warn("dropped a request without a usable reply subject");
    const Answer& answer = *served.answer;
    if (!served.replied) log.error("a reply could not be sent: {}", served.replied.error().message());
    if (!answer.outcome) return log.info("issued name={} key={}", answer.name, answer.key);
    log.info("refused reason={}", answer.outcome.message());
}

bus::ConnectionEvents connection_events(spdlog::logger& log, base::Ending& ending) {
    return {.disconnected = [&log] { log.warn("disconnected; trying to reconnect"); },
            .reconnected = [&log] { log.info("reconnected"); },
            .closed =
                [&ending] {
                    ending.failed({bus::Errc::closed, "the connection ended"});
                },
            .error = [&log](const base::Error& error) { log.warn("{}", error.message()); }};
}

// ---- running

class Program {
  public:
    Program(const World& world, const console::Reporter& reporter, CommandLine line)
        : world_(world),
          reporter_(reporter),
          line_(std::move(line)),
          log_("provisioner", std::make_shared<spdlog::sinks::ostream_sink_mt>(world.err, true)) {}

    ExitCode run() {
        const base::Result<bus::Settings> settings =
            console::connection_settings(line_.connection, world_.environment, reporter_);
        if (!settings) return reporter_.failed(settings.error());
        if (line_.connection.show_config) {
            world_.out << settings->describe();
            return ExitCode::done;
        }
        const base::Result<Issuer> issuer = make_issuer(line_, world_.clock.now());
        if (!issuer) return cannot_start(issuer.error());
        base::Result<bus::ConnectionOptions> options = settings->load();
        if (!options) return reporter_.failed(options.error());
        if (line_.check_only) {
            world_.out << "ready to issue the role " << issuer->role().name << " of account "
                       << issuer->account() << '\n';
            return ExitCode::done;
        }
        options->name = reporter_.program();
        return serve_with(*issuer, std::move(*options));
    }

  private:
    ExitCode cannot_start(const base::Error& error) const {
        const ExitCode code = reporter_.failed(error);
        if (const std::string_view hint = hint_for(error); !hint.empty()) reporter_.hint(hint);
        return code;
    }

    ExitCode serve_with(const Issuer& issuer, bus::ConnectionOptions options) {
        base::Ending ending({SIGINT, SIGTERM});
        ResponderSettings settings;
        settings.server_id = line_.server_id;
        settings.plain_names = line_.plain_names;
        MemoryLedger ledger(NameRule(name_grace), most_names);
        const Responder responder(
            {.issuer = issuer, .ledger = ledger, .clock = world_.clock, .random = world_.random}, settings);
        base::Result<bus::Connection> connection =
            bus::Connection::open(std::move(options), connection_events(log_, ending));
        if (!connection) return reporter_.failed(connection.error());
        const base::Result<bus::Subscription> subscription = serve(
            *connection, responder,
            {.subject = settings.subject, .queue = "provisioner", .observe = [this](const Served& served) {
                 log_served(log_, served);
             }});
        if (!subscription) return reporter_.failed(subscription.error());
        log_.info("serving {} for account {} ({}), role {}", settings.subject, issuer.account(),
                  connection->connected_url().has_value() ? *connection->connected_url() : "no server",
                  issuer.role().name);
        return wait_and_drain(ending, *connection);
    }

    ExitCode wait_and_drain(base::Ending& ending, bus::Connection& connection) {
        const base::Status ended = ending.wait();
        if (!ended) return reporter_.failed(ended.error());
        log_.info("draining");
        const base::Status drained = connection.drain(drain_timeout);
        if (drained || drained.error().code == bus::Errc::disconnected) return ExitCode::done;
        return reporter_.failed(drained.error());
    }

    const World& world_;
    const console::Reporter& reporter_;
    CommandLine line_;
    spdlog::logger log_;
};

}  // namespace

int run(const std::vector<std::string>& arguments, const World& world) {
    const console::Reporter reporter("nats-provisioner", world.err);
    auto line = read_command_line(arguments, world, reporter);
    if (const auto* ended = std::get_if<ExitCode>(&line)) return static_cast<int>(*ended);
    return static_cast<int>(Program(world, reporter, std::get<CommandLine>(std::move(line))).run());
}

}  // namespace natscreds::provisioner
