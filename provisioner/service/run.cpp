#include <natscreds/provisioner/service/run.h>

#include <csignal>
#include <memory>
#include <ostream>
#include <utility>

#include <poll.h>

#include <natscreds/base/process.h>
#include <natscreds/bus/errc.h>
#include <natscreds/provisioner/service/audit_log.h>
#include <natscreds/provisioner/service/deployment_check.h>
#include <natscreds/provisioner/service/service.h>
#include <natscreds/provisioner/service/supervisor.h>

#include "command_line.h"
#include "log.h"

namespace natscreds::provisioner {
namespace {

using console::ExitCode;
using Task = CommandLine::Task;

std::string_view hint_for(const base::Error& error) {
    if (error.code == IssuerErrc::key_not_listed)
        return "nsctl edit account --sk KEY lists it; then use the new JWT";
    return {};
}

/// What a signal cannot change while the service runs.
std::string needs_restart(const Configuration& now, const Configuration& next) {
    if (now.requests != next.requests) return "requests";
    if (now.prefix != next.prefix || now.queue != next.queue) return "prefix or queue";
    if (now.workers != next.workers) return "workers";
    if (now.ledger != next.ledger) return "ledger";
    if (now.audit != next.audit) return "audit";
    if (now.kubernetes != next.kubernetes) return "identity";
    if (now.callout != next.callout) return "callout";
    if (now.service_roles != next.service_roles) return "service_roles";
    if (now.tokens != next.tokens) return "tokens";
    if (now.http != next.http) return "http";
    if (now.connection != next.connection) return "connection";
    return {};
}

class Program {
  public:
    Program(const World& world, const console::Reporter& reporter, CommandLine line)
        : world_(world), reporter_(reporter), line_(std::move(line)) {}

    ExitCode run() {
        if (line_.task == Task::verify_audit && !line_.audit.empty()) return verify(line_.audit);
        base::Result<Configuration> configuration = load();
        if (!configuration) return failed(configuration.error());
        configuration_ = std::move(*configuration);
        switch (line_.task) {
            case Task::serve:
            case Task::check:
                return serve_or_check();
            case Task::deny:
            case Task::allow:
                return change_denial();
            case Task::verify_audit:
                return verify(configuration_.audit);
        }
        return ExitCode::usage;
    }

  private:
    ExitCode failed(const base::Error& error) const {
        const ExitCode code = reporter_.failed(error);
        if (const std::string_view hint = hint_for(error); !hint.empty()) reporter_.hint(hint);
        return code;
    }

    /// What the file or the tutorial says, where no flag says otherwise.
    [[nodiscard]] base::Result<Configuration> load() const {
        base::Result<Configuration> loaded =
            line_.config.empty() ? tutorial_configuration(line_.tutorial) : load_configuration(line_.config);
        if (loaded && line_.workers) loaded->workers = *line_.workers;
        if (loaded && !line_.http.empty()) loaded->http = line_.http;
        return loaded;
    }

    /// The file's settings, where no flag says otherwise.
    [[nodiscard]] base::Result<bus::Settings> settings() const {
        console::ConnectionFlags flags = line_.connection;
        flags.given.insert(configuration_.connection.begin(), configuration_.connection.end());
        return console::connection_settings(flags, world_.environment, reporter_);
    }

    [[nodiscard]] base::Result<bus::ConnectionOptions> connection_options() const {
        const base::Result<bus::Settings> resolved = settings();
        if (!resolved) return resolved.error();
        base::Result<bus::ConnectionOptions> options = resolved->load();
        if (options) options->name = reporter_.program();
        return options;
    }

    // ---- serving

    ExitCode serve_or_check() {
        if (line_.connection.show_config) return show_settings();
        base::Result<Policy> policy = load_policy(configuration_, world_.clock.now());
        if (!policy) return failed(policy.error());
        base::Result<bus::ConnectionOptions> options = connection_options();
        if (!options) return failed(options.error());
        const auto findings = look_at_deployment(configuration_, *options);
        if (!findings) return failed(findings.error());
        base::Result<std::optional<CalloutSetup>> callout = load_configured_callout();
        if (!callout) return failed(callout.error());
        if (line_.task == Task::serve)
            return serve({.policy = std::move(*policy),
                          .connection = std::move(*options),
                          .callout = std::move(*callout)});
        for (const Finding& finding : *findings)
            reporter_.message("warning: " + finding.error.message());
        if (const base::Status proves = check_identity(); !proves) return failed(proves.error());
        if (const base::Status read = check_service_roles(); !read) return failed(read.error());
        for (const Issuer& issuer : policy->issuers()) {
            if (configuration_.requests == Requests::none) break;
            world_.out << "ready to issue the role " << issuer.role().name << " of account "
                       << issuer.account() << '\n';
        }
        if (configuration_.callout)
            world_.out << "ready to let ServiceAccounts into account " << policy->account() << '\n';
        return ExitCode::done;
    }

    [[nodiscard]] base::Result<std::optional<CalloutSetup>> load_configured_callout() const {
        if (!configuration_.callout) return std::optional<CalloutSetup>();
        base::Result<CalloutSetup> setup = load_callout(configuration_);
        if (!setup) return setup.error();
        return std::optional(std::move(*setup));
    }

    /// Whether the cluster answers, and us.
    [[nodiscard]] base::Status check_identity() const {
        if (!configuration_.kubernetes) return {};
        const auto prover = make_prover(*configuration_.kubernetes, world_.clock);
        if (!prover) return prover.error();
        if (const base::Status proves = (*prover)->check(); !proves) return proves;
        world_.out << "ready to check tokens of " << configuration_.kubernetes->issuer << " for the audience "
                   << configuration_.kubernetes->audience << '\n';
        return {};
    }

    /// Whether the NatsServiceRoles can be read now.
    [[nodiscard]] base::Status check_service_roles() const {
        if (!configuration_.service_roles) return {};
        const base::Result<std::size_t> count = count_service_roles({.roles = *configuration_.service_roles,
                                                                     .kubernetes = configuration_.kubernetes,
                                                                     .tokens = configuration_.tokens},
                                                                    world_.clock);
        if (!count) return count.error();
        world_.out << "ready to follow " << *count << " NatsServiceRoles of the cluster "
                   << configuration_.service_roles->cluster << '\n';
        return {};
    }

    ExitCode show_settings() {
        const base::Result<bus::Settings> resolved = settings();
        if (!resolved) return failed(resolved.error());
        world_.out << resolved->describe();
        return ExitCode::done;
    }

    /// What was loaded to serve with.
    struct Loaded {
        Policy policy;
        bus::ConnectionOptions connection;
        std::optional<CalloutSetup> callout;
    };

    ExitCode serve(Loaded loaded) {
        // Before any other thread is made, so that none of them is interrupted.
        const base::SignalWait signals({SIGINT, SIGTERM, SIGHUP});
        const Supervisor supervisor(world_.environment);
        const Log log(configuration_.log, world_.err);
        auto service = Service::start({.world = world_,
                                       .log = log,
                                       .configuration = configuration_,
                                       .policy = std::move(loaded.policy),
                                       .connection = std::move(loaded.connection),
                                       .callout = std::move(loaded.callout),
                                       .wait = [&](auto time) { return wait(signals, time); }});
        if (!service) return failed(service.error());
        supervisor.ready();
        while (next_signal(signals, supervisor) == SIGHUP) {
            supervisor.reloading();
            reload(**service, log);
            supervisor.ready();
        }
        signals.release();
        supervisor.stopping();
        log.info("draining");
        const base::Status drained = (*service)->drain();
        return drained ? ExitCode::done : failed(drained.error());
    }

    /// Whether the time went by without a signal to end. There is nothing to reload before the start.
    static bool wait(const base::SignalWait& signals, std::chrono::milliseconds time) {
        pollfd waited{.fd = signals.descriptor(), .events = POLLIN, .revents = 0};
        return poll(&waited, 1, static_cast<int>(time.count())) <= 0 || signals.next() == SIGHUP;
    }

    static int next_signal(const base::SignalWait& signals, const Supervisor& supervisor) {
        const auto interval = supervisor.interval();
        pollfd waited{.fd = signals.descriptor(), .events = POLLIN, .revents = 0};
        while (poll(&waited, 1, interval ? static_cast<int>(interval->count()) : -1) <= 0)
            supervisor.alive();
        return signals.next();
    }

    /// All of the new configuration, or none of it.
    void reload(Service& service, const Log& log) {
        const base::Status reloaded = try_reload(service);
        if (reloaded) return log.info("reloaded");
        log.error("not reloaded, all is as before: " + reloaded.error().message());
    }

    base::Status try_reload(Service& service) {
        base::Result<Configuration> next = load();
        if (!next) return next.error();
        if (const std::string what = needs_restart(configuration_, *next); !what.empty()) {
            return base::Error{ConfigurationErrc::contradiction,
                               "to change " + what + ", restart the service"};
        }
        base::Result<Policy> policy = load_policy(*next, world_.clock.now());
        if (!policy) return policy.error();
        base::Result<bus::ConnectionOptions> options = connection_options();
        if (!options) return options.error();
        if (const auto findings = look_at_deployment(*next, *options); !findings) return findings.error();
        if (const base::Status taken = try_credentials(); !taken) return taken;
        return service.reload(std::move(*policy), std::move(options->credentials));
    }

    /// Whether servers take the credentials that lie there now: the service itself would go on trying with
    /// them at its next connection.
    base::Status try_credentials() {
        if (configuration_.requests == Requests::none) return {};
        base::Result<bus::ConnectionOptions> options = connection_options();
        if (!options) return options.error();
        const base::Result<bus::Connection> trial = bus::Connection::open(std::move(*options));
        const bool refused = !trial && trial.error().code == bus::Errc::not_authorized;
        return refused ? base::Status(trial.error()) : base::Status();
    }

    // ---- denying

    ExitCode change_denial() {
        if (configuration_.ledger.kind == LedgerConfiguration::Kind::memory) {
            reporter_.message("this service keeps its ledger in memory, where nobody else can write");
            return ExitCode::refused;
        }
        std::optional<bus::Connection> connection;
        if (configuration_.ledger.kind == LedgerConfiguration::Kind::jetstream) {
            base::Result<bus::ConnectionOptions> options = connection_options();
            if (!options) return failed(options.error());
            base::Result<bus::Connection> opened = bus::Connection::open(std::move(*options));
            if (!opened) return failed(opened.error());
            connection.emplace(std::move(*opened));
        }
        auto ledger = open_ledger(configuration_, connection ? &*connection : nullptr, world_.clock);
        if (!ledger) return failed(ledger.error());
        return change_denial_in(**ledger);
    }

    ExitCode change_denial_in(Ledger& ledger) {
        const bool deny = line_.task == Task::deny;
        const base::Status changed = deny ? ledger.deny(line_.denial) : ledger.allow(line_.denial);
        if (!changed) return failed(changed.error());
        reporter_.message((deny ? "denied: " : "allowed: ") + std::string(word(line_.denial.kind)) + " " +
                          line_.denial.value);
        if (deny && line_.denial.kind == Denial::Kind::key)
            reporter_.hint("whoever has this key can make another: deny the name or the requester as well");
        return ExitCode::done;
    }

    // ---- the audit

    ExitCode verify(const std::filesystem::path& file) {
        const base::Result<AuditSummary> summary = verify_audit(file, line_.audit_head);
        if (!summary) {
            const ExitCode code = reporter_.failed(summary.error());
            return summary.error().code.category() == make_error_code(AuditErrc::unfinished).category()
                       ? ExitCode::not_verified
                       : code;
        }
        world_.out << summary->lines << " lines, head " << summary->head << '\n';
        return ExitCode::done;
    }

    const World& world_;
    const console::Reporter& reporter_;
    CommandLine line_;
    Configuration configuration_;
};

}  // namespace

int run(const std::vector<std::string>& arguments, const World& world) {
    const console::Reporter reporter("nats-provisioner", world.err);
    auto line = read_command_line(arguments, world, reporter);
    if (const auto* ended = std::get_if<ExitCode>(&line)) return static_cast<int>(*ended);
    return static_cast<int>(Program(world, reporter, std::get<CommandLine>(std::move(line))).run());
}

}  // namespace natscreds::provisioner
