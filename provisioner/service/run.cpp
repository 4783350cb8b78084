#include <natscreds/provisioner/service/run.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <sstream>
#include <thread>
#include <utility>
#include <variant>

#include <poll.h>

#include <natscreds/base/joined.h>
#include <natscreds/base/pause.h>
#include <natscreds/base/process.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/bus/errc.h>
#include <natscreds/cli/console/refused_credentials.h>
#include <natscreds/nkeys/seal_errc.h>
#include <natscreds/provisioner/audit/audit_log.h>
#include <natscreds/provisioner/kubernetes/role_feed.h>
#include <natscreds/provisioner/ledger/ledger_opening.h>
#include <natscreds/provisioner/observation/log.h>
#include <natscreds/provisioner/operations/carry_out.h>
#include <natscreds/provisioner/service/account_feed.h>
#include <natscreds/provisioner/service/callout_check.h>
#include <natscreds/provisioner/service/deployment_check.h>
#include <natscreds/provisioner/service/preflight.h>
#include <natscreds/provisioner/service/reload.h>
#include <natscreds/provisioner/service/service.h>
#include <natscreds/provisioner/service/supervisor.h>

#include "command_line.h"
#include "identities.h"
#include "identity_section.h"
#include "server_wait.h"

namespace natscreds::provisioner {
namespace {

using console::ExitCode;
using Task = CommandLine::Task;

std::string_view hint_for(const base::Error& error) {
    if (error.code == IssuerErrc::key_not_listed)
        return "nsctl edit account --sk KEY lists it; then use the new JWT";
    if (error.code == nkeys::SealErrc::locked)
        return "in the configuration, passphrase_file names the file with the passphrase";
    return {};
}

/// Reloads on a thread of its own, so that whoever watches the service hears of it meanwhile. What is wanted while
/// a reload is under way is done after it. Thread: any.
class Reloader {
  public:
    explicit Reloader(std::function<void()> reload)
        : reload_(std::move(reload)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

    void want() {
        const std::lock_guard lock(mutex_);
        wanted_ = true;
        changed_.notify_all();
    }

  private:
    void run(const std::stop_token& stop) {
        base::name_thread("reload");
        std::unique_lock lock(mutex_);
        while (changed_.wait(lock, stop, [this] { return wanted_; }) && !stop.stop_requested()) {
            wanted_ = false;
            lock.unlock();
            reload_();
            lock.lock();
        }
    }

    const std::function<void()> reload_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool wanted_ = false;
    std::jthread thread_;  ///< last: it uses all the others
};

/// Ends the process when stopping hangs in what nobody can interrupt, as a disk: sooner than a supervisor would, and
/// with a word. Nothing is lost by it: what was sent had been written down.
class LastResort {
  public:
    explicit LastResort(const Log& log) : log_(log) {}

    void arm() {
        thread_ = std::jthread([this](const std::stop_token& stop) { wait(stop); });
    }

  private:
    static constexpr std::chrono::seconds limit{13};

    void wait(const std::stop_token& stop) const {
        base::name_thread("last-resort");
        if (!base::pause(stop, limit)) return;
        log_.error("stopping has taken " + std::to_string(limit.count()) +
                   " s and does not come to an end: ending without it");
        std::_Exit(static_cast<int>(ExitCode::timeout));
    }

    const Log& log_;
    std::jthread thread_;
};

/// What tells credentials apart.
std::string jwt_of(const std::optional<jwt::Credentials>& credentials) {
    return credentials ? credentials->user().token.text() : std::string();
}

class Program {
  public:
    Program(const World& world, const console::Reporter& reporter, CommandLine line)
        : world_(world), reporter_(reporter), line_(std::move(line)) {}

    ExitCode run() {
        if (line_.task == Task::verify_audit && !line_.audit.empty()) return verify(line_.audit);
        if (line_.task == Task::passwords && !line_.password.file.empty()) return change_passwords();
        ReadConfiguration read = load();
        if (!read.mistakes.empty()) return failed(read.mistakes);
        configuration_ = std::move(read.configuration);
        switch (line_.task) {
            case Task::serve:
            case Task::check:
                return serve_or_check();
            case Task::operate:
                return operate();
            case Task::verify_audit:
                return verify(configuration_.audit);
            case Task::passwords:
                if (!configuration_.password)
                    return reporter_.wrong_usage("there is no [identity.password]: name a file with --file");
                line_.password.file = configuration_.password->file;
                return change_passwords();
        }
        return ExitCode::usage;
    }

  private:
    ExitCode failed(const base::Error& error) const {
        const ExitCode code = reporter_.failed(error);
        if (const std::string_view hint = hint_for(error); !hint.empty()) reporter_.hint(hint);
        return code;
    }

    /// Each in a line; the exit code is that of the first.
    ExitCode failed(const std::vector<base::Error>& errors) const {
        ExitCode code = ExitCode::done;
        for (const base::Error& error : errors) {
            const ExitCode one = failed(error);
            if (code == ExitCode::done) code = one;
        }
        return code;
    }

    [[nodiscard]] ReadConfiguration from_flags() const {
        base::Result<Configuration> made = tutorial_configuration(line_.tutorial);
        if (!made) return {.configuration = {}, .mistakes = {made.error()}};
        return {.configuration = std::move(*made), .mistakes = {}};
    }

    /// What the file or the tutorial says, where no flag says otherwise.
    [[nodiscard]] ReadConfiguration load() const {
        ReadConfiguration read = line_.config.empty() ? from_flags() : read_configuration_file(line_.config);
        Configuration& configuration = read.configuration;
        if (line_.workers) {
            configuration.workers = *line_.workers;
            configuration.values["workers"] = std::to_string(*line_.workers);
        }
        if (!line_.http.empty()) configuration.values["http.address"] = configuration.http = line_.http;
        return read;
    }

    /// The file's settings, where no flag says otherwise. What somebody selected for the `nats` tool is not a service's.
    [[nodiscard]] base::Result<bus::Settings> settings() const {
        console::ConnectionFlags flags = line_.connection;
        flags.given.insert(configuration_.connection.begin(), configuration_.connection.end());
        if (world_.environment("NATS_CONTEXT").value_or("").empty())
            flags.given.try_emplace(bus::Key::context);
        return console::connection_settings(flags, world_.environment, reporter_);
    }

    [[nodiscard]] base::Result<bus::ConnectionOptions> connection_options() const {
        const base::Result<bus::Settings> resolved = settings();
        if (!resolved) return resolved.error();
        return connection_options(*resolved);
    }

    [[nodiscard]] base::Result<bus::ConnectionOptions> connection_options(
        const bus::Settings& resolved) const {
        base::Result<bus::ConnectionOptions> options = resolved.load();
        if (options) options->name = reporter_.program();
        return options;
    }

    /// Passwords and tokens are left out: they are no files.
    [[nodiscard]] static bus::GivenOptions given_in(const bus::Settings& resolved) {
        using bus::Key;
        bus::GivenOptions given;
        for (const Key key : {Key::server, Key::creds, Key::nkey, Key::password_file, Key::tls_ca,
                              Key::tls_cert, Key::tls_key}) {
            const bus::Setting* const setting = resolved.find(key);
            if (setting != nullptr) given[key] = setting->value;
        }
        return given;
    }

    /// The configuration with what the servers are that the service connects to, wherever that was said: the callout's
    /// users connect to the same ones.
    [[nodiscard]] Configuration with_servers(const bus::Settings& resolved) const {
        Configuration all = configuration_;
        const bus::GivenOptions given = given_in(resolved);
        for (const bus::Key key : {bus::Key::server, bus::Key::tls_ca}) {
            const auto found = given.find(key);
            if (found != given.end()) all.connection[key] = found->second;
        }
        return all;
    }

    // ---- serving

    ExitCode serve_or_check() {
        if (line_.connection.show_config) return show_settings();
        return line_.task == Task::check ? check() : load_and_serve();
    }

    /// What was loaded to serve with.
    struct Loaded {
        Policy policy;
        bus::ConnectionOptions connection;
        std::optional<bus::ConnectionOptions> system;
        std::optional<CalloutSetup> callout;
    };

    ExitCode load_and_serve() {
        std::variant<Loaded, ExitCode> loaded = load_all();
        if (const auto* const ended = std::get_if<ExitCode>(&loaded)) return *ended;
        // Before any other thread is made, so that none of them is interrupted.
        const base::SignalWait signals({SIGINT, SIGTERM, SIGHUP});
        const Supervisor supervisor(world_.environment);
        const Log log(configuration_.log, world_.err);
        const auto waited = line_.no_wait ? ServerWait::Waited::not_at_all
                                          : ServerWait({.log = log,
                                                        .signals = signals,
                                                        .supervisor = supervisor,
                                                        .random = world_.random,
                                                        .options = [this] { return first_connection(); },
                                                        .http = configuration_.http})
                                                .run();
        if (!waited) return failed(waited.error());
        // What lies in the files may be newer by now.
        if (*waited == ServerWait::Waited::some_time) loaded = load_all();
        if (const auto* const ended = std::get_if<ExitCode>(&loaded)) return *ended;
        return serve(std::get<Loaded>(std::move(loaded)), {signals, supervisor, log});
    }

    std::variant<Loaded, ExitCode> load_all() {
        base::Result<Policy> policy = load_policy(configuration_, world_.clock.now());
        if (!policy) return failed(policy.error());
        base::Result<bus::Settings> resolved = settings();
        if (!resolved) return reporter_.cannot_connect(resolved.error());
        resolved_ = std::move(*resolved);
        base::Result<bus::ConnectionOptions> options = connection_options(*resolved_);
        if (!options) return reporter_.cannot_connect(options.error());
        const auto findings = unless_refused(look_at_deployment(configuration_, *options));
        if (!findings) return failed(findings.error());
        const Configuration configuration = with_servers(*resolved_);
        base::Result<std::optional<CalloutSetup>> callout = load_configured_callout(configuration);
        if (!callout) return failed(callout.error());
        base::Result<std::optional<bus::ConnectionOptions>> system = load_system(configuration);
        if (!system) return failed(system.error());
        warn(open_secrets(given_in(*resolved_)));
        warn(open_secrets(configuration_.system));
        return Loaded{.policy = std::move(*policy),
                      .connection = std::move(*options),
                      .system = std::move(*system),
                      .callout = std::move(*callout)};
    }

    /// How the service connects first: to answer requests, or else a callout's questions.
    [[nodiscard]] base::Result<bus::ConnectionOptions> first_connection() const {
        if (configuration_.requests != Requests::none) return connection_options(*resolved_);
        base::Result<CalloutSetup> callout = load_callout(with_servers(*resolved_));
        if (!callout) return callout.error();
        return std::move(callout->connection);
    }

    [[nodiscard]] base::Result<std::optional<CalloutSetup>> load_configured_callout(
        const Configuration& configuration) const {
        if (!configuration.callout) return std::optional<CalloutSetup>();
        base::Result<CalloutSetup> setup = load_callout(configuration);
        if (!setup) return setup.error();
        const auto findings = unless_refused(look_at_callout_account(configuration, *setup));
        if (!findings) return findings.error();
        warn(*findings);
        warn(open_secrets(configuration.callout->connection));
        warn(open_secrets(configuration.callout->system));
        return std::optional(std::move(*setup));
    }

    void warn(const std::vector<Finding>& findings) const {
        for (const Finding& finding : findings) {
            if (finding.weight == Weight::warning) reporter_.message("warning: " + finding.error.message());
        }
    }

    /// All that is in the way, each in a line; the exit code is that of the first.
    ExitCode check() {
        ExitCode code = ExitCode::done;
        const auto note = [&code](ExitCode one) { code = code == ExitCode::done ? one : code; };
        const base::Result<bus::Settings> resolved = settings();
        base::Result<bus::ConnectionOptions> options =
            resolved ? connection_options(*resolved) : resolved.error();
        const bus::GivenOptions given = resolved ? given_in(*resolved) : bus::GivenOptions();
        const Configuration configuration = resolved ? with_servers(*resolved) : configuration_;
        const std::vector<Finding> findings = look_ahead({.configuration = configuration,
                                                          .settings = given,
                                                          .connection = options ? &*options : nullptr,
                                                          .now = world_.clock.now()});
        warn(findings);
        for (const Finding& finding : findings) {
            if (finding.weight == Weight::refusal) note(failed(finding.error));
        }
        std::ostringstream ready;
        const base::Status connects = check_server(std::move(options), ready);
        if (!connects) note(reporter_.cannot_connect(connects.error()));
        if (const base::Status answered = check_system_account(configuration, ready); !answered)
            note(reporter_.cannot_connect(answered.error().within("[system]")));
        if (const base::Status proves = check_identity(ready); !proves) note(failed(proves.error()));
        if (const base::Status read = check_service_roles(ready); !read) note(failed(read.error()));
        if (code == ExitCode::done) say_ready(ready.str());
        return code;
    }

    void say_ready(const std::string& for_what) const {
        world_.out << for_what;
        const base::Result<Policy> policy = load_policy(configuration_, world_.clock.now());
        if (!policy) return;
        for (const Issuer& issuer : policy->issuers()) {
            if (configuration_.requests == Requests::none) break;
            world_.out << "ready to issue the role " << issuer.role().name << " of account "
                       << issuer.account() << '\n';
        }
        if (configuration_.callout)
            world_.out << "ready to let " + kinds_let_in() + " into account " << policy->account() << '\n';
    }

    [[nodiscard]] std::string kinds_let_in() const {
        std::vector<std::string> kinds;
        if (configuration_.kubernetes) kinds.emplace_back("ServiceAccounts");
        if (!configuration_.oidc.empty()) kinds.emplace_back("tokens");
        if (configuration_.password) kinds.emplace_back("passwords");
        if (!configuration_.x509.empty()) kinds.emplace_back("certificates");
        return base::joined(kinds, ", ");
    }

    /// With -s, whether a server takes the service's own credentials.
    [[nodiscard]] base::Status check_server(base::Result<bus::ConnectionOptions> options,
                                            std::ostream& ready) const {
        if (!options) return options.error();
        const bool asked = line_.connection.given.contains(bus::Key::server);
        if (!asked || configuration_.requests == Requests::none) return {};
        const auto connection = bus::Connection::open(*std::move(options));
        if (!connection) return connection.error();
        const auto url = connection->connected_url();
        ready << "ready to connect to " << (url ? *url : line_.connection.given.at(bus::Key::server)) << '\n';
        if (configuration_.system.empty())
            reporter_.message(
                "warning: without [system] the servers' JWTs of the accounts are not looked at");
        return {};
    }

    /// Whether servers answer the user of the system account. What is wrong with the files was said before.
    [[nodiscard]] base::Status check_system_account(const Configuration& configuration,
                                                    std::ostream& ready) const {
        base::Result<std::optional<bus::ConnectionOptions>> system = load_system(configuration);
        const base::Result<Policy> policy = load_policy(configuration, world_.clock.now());
        if (!system || !*system || !policy) return {};
        const auto findings = look_at_live_accounts(std::move(**system), *policy);
        if (!findings) return findings.error();
        for (const base::Error& finding : *findings)
            reporter_.message("warning: " + finding.message());
        for (const auto* const account : policy->account_tokens())
            ready << "ready to follow the JWT of account " << account->content.subject << '\n';
        return {};
    }

    /// Whether the cluster answers, and us, and each issuer.
    [[nodiscard]] base::Status check_identity(std::ostream& ready) const {
        const auto identities = Identities::open(configuration_, {world_.clock, world_.intervals});
        if (!identities) return identities.error();
        warn_of_open_roles();
        for (const Identities::Seen& seen : identities->check()) {
            if (!seen.keys) return seen.keys.error();
            ready << "ready to check " << seen.proofs << (seen.keys->empty() ? "" : ": " + *seen.keys)
                  << '\n';
        }
        return {};
    }

    /// A role that rules give and that no proof is wanted for is most likely a mistake.
    void warn_of_open_roles() const {
        if (configuration_.requests == Requests::none) return;
        for (const auto& [name, rules] : rules_of(configuration_)) {
            for (const identity::IdentityRule& rule : rules) {
                const Role* const role = configured_role(configuration_, rule.role);
                if (role == nullptr || !role->identity.empty() || !role->requesters.empty()) continue;
                reporter_.message("warning: whoever may ask has the role " + rule.role +
                                  " without a token: put identity = \"" + name + "\" into [roles." +
                                  rule.role + "]");
            }
        }
    }

    /// Whether the NatsServiceRoles can be read now.
    [[nodiscard]] base::Status check_service_roles(std::ostream& ready) const {
        if (!configuration_.service_roles) return {};
        const auto accounts = kubernetes::list_service_roles({.roles = *configuration_.service_roles,
                                                              .kubernetes = configuration_.kubernetes,
                                                              .tokens = configuration_.tokens},
                                                             world_.intervals);
        if (!accounts) return accounts.error();
        for (const identity::AccountName& account : *accounts) {
            const std::string why = configuration_.callout ? kubernetes::kept_out(account) : std::string();
            if (!why.empty()) reporter_.message("warning: " + why);
        }
        ready << "ready to follow " << accounts->size() << " NatsServiceRoles of the cluster "
              << configuration_.service_roles->cluster << '\n';
        return {};
    }

    ExitCode show_settings() {
        const base::Result<bus::Settings> resolved = settings();
        if (!resolved) return failed(resolved.error());
        world_.out << resolved->describe();
        return ExitCode::done;
    }

    /// What it runs among.
    struct Surroundings {
        const base::SignalWait& signals;
        const Supervisor& supervisor;
        const Log& log;
    };

    ExitCode serve(Loaded loaded, const Surroundings& around) {
        const base::SignalWait& signals = around.signals;
        const Supervisor& supervisor = around.supervisor;
        const Log& log = around.log;
        LastResort last_resort(log);
        credentials_in_use_ = jwt_of(loaded.connection.credentials);
        const console::ShownCredentials shown(loaded.connection.credentials,
                                              loaded.connection.credentials_file);
        bool told_to_end = false;
        auto service = Service::start({.world = world_,
                                       .log = log,
                                       .configuration = configuration_,
                                       .policy = std::move(loaded.policy),
                                       .connection = std::move(loaded.connection),
                                       .system = std::move(loaded.system),
                                       .callout = std::move(loaded.callout),
                                       .wait = [&](auto time) {
                                           told_to_end = !wait(signals, time);
                                           return !told_to_end;
                                       }});
        if (!service && told_to_end) {
            log.info("told to end before it could serve");
            return ExitCode::done;
        }
        if (!service) return failed(shown.explain(service.error(), world_.clock.now()));
        supervisor.ready();
        Reloader reloader([&] {
            supervisor.reloading();
            reload(**service, log);
            supervisor.ready();
        });
        while (next_signal(signals, supervisor) == SIGHUP)
            reloader.want();
        last_resort.arm();
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
        ReadConfiguration next = load();
        if (next.mistakes.empty()) {
            const base::Status reloaded = try_reload(service, next.configuration);
            if (!reloaded) next.mistakes = {reloaded.error()};
        }
        service.note_reload(next.mistakes.empty() ? base::Status() : next.mistakes.front());
        if (next.mistakes.empty()) return log.info("reloaded");
        for (const base::Error& mistake : next.mistakes)
            log.error("not reloaded, all is as before: " + mistake.message());
    }

    base::Status try_reload(Service& service, const Configuration& next) {
        if (const auto changed = needs_restart(configuration_, next); !changed.empty()) {
            return base::Error{ConfigurationErrc::contradiction,
                               "to change " + base::joined(changed, ", ") + ", restart the service"};
        }
        base::Result<Policy> policy = load_policy(next, world_.clock.now());
        if (!policy) return policy.error();
        base::Result<bus::ConnectionOptions> options = connection_options();
        if (!options) return options.error();
        const auto findings = unless_refused(look_at_deployment(next, *options));
        if (!findings) return findings.error();
        const std::string jwt = jwt_of(options->credentials);
        if (jwt == credentials_in_use_)
            return service.reload({.policy = std::move(*policy), .accounts = next.account_files()});
        if (const base::Status taken = try_credentials(); !taken) return taken;
        const base::Status reloaded = service.reload({.policy = std::move(*policy),
                                                      .accounts = next.account_files(),
                                                      .credentials = std::move(options->credentials)});
        if (reloaded) credentials_in_use_ = jwt;
        return reloaded;
    }

    /// Whether servers take the credentials that lie there now: the service itself would go on trying with
    /// them at its next connection.
    base::Status try_credentials() {
        if (configuration_.requests == Requests::none) return {};
        base::Result<bus::ConnectionOptions> options = connection_options();
        if (!options) return options.error();
        const base::Result<bus::Connection> trial = bus::Connection::open(std::move(*options));
        return trial ? base::Status() : trial.error().within("the new credentials");
    }

    // ---- what operators do by commands

    ExitCode operate() {
        if (configuration_.ledger.kind == LedgerConfiguration::Kind::memory) {
            reporter_.message(
                "this service keeps its ledger in memory, where nobody else can read and write");
            return ExitCode::refused;
        }
        std::optional<bus::Connection> connection;
        if (configuration_.ledger.kind == LedgerConfiguration::Kind::jetstream) {
            base::Result<bus::ConnectionOptions> options = connection_options();
            if (!options) return reporter_.cannot_connect(options.error());
            base::Result<bus::Connection> opened = bus::Connection::open(std::move(*options));
            if (!opened) return failed(opened.error());
            connection.emplace(std::move(*opened));
        }
        auto ledger = open_ledger(configuration_.ledger, configuration_.rules.name_rule(),
                                  {.connection = connection ? &*connection : nullptr,
                                   .intervals = world_.intervals,
                                   .reading = looks_up_only(line_.command) ? LedgerReading::single_records
                                                                           : LedgerReading::all_at_once,
                                   .timeout = std::chrono::minutes(1)});
        if (!ledger) return failed(ledger.error());
        std::optional<bus::Connection> system = connect_system();
        std::optional<SystemServers> servers;
        if (system) servers.emplace(*system);
        const auto account = load_account(configuration_.account);
        const base::Status done = carry_out(line_.command, {.ledger = **ledger,
                                                            .rules = configuration_.rules,
                                                            .account = account ? account->content.name : "",
                                                            .now = world_.clock.now(),
                                                            .random = world_.random,
                                                            .by = world_.operated_by,
                                                            .out = world_.out,
                                                            .reporter = reporter_,
                                                            .servers = servers ? &*servers : nullptr});
        return done ? ExitCode::done : failed(done.error());
    }

    /// As the user of the system account that the configuration names, where the command needs one. That there is no
    /// connection is told, and what can be done without is done.
    [[nodiscard]] std::optional<bus::Connection> connect_system() const {
        if (!std::holds_alternative<Revoke>(line_.command)) return std::nullopt;
        auto options = system_options();
        if (options && !*options) return std::nullopt;
        auto opened = options ? bus::Connection::open(std::move(**options))
                              : base::Result<bus::Connection>(options.error());
        if (opened) return std::move(*opened);
        reporter_.message("warning: connections go on: " + opened.error().within("[system]").message());
        return std::nullopt;
    }

    [[nodiscard]] base::Result<std::optional<bus::ConnectionOptions>> system_options() const {
        const base::Result<bus::Settings> resolved = settings();
        if (!resolved) return resolved.error();
        const Configuration configuration = with_servers(*resolved);
        if (!configuration.system.empty() || !configuration.callout) return load_system(configuration);
        base::Result<CalloutSetup> callout = load_callout(configuration);
        if (!callout) return callout.error();
        return std::move(callout->system);
    }

    ExitCode change_passwords() {
        const base::Status done = carry_out(line_.password, world_.out);
        return done ? ExitCode::done : failed(done.error());
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
        if (summary->after_expected > 0)
            world_.out << summary->after_expected << " of them were written since the expected head\n";
        return ExitCode::done;
    }

    const World& world_;
    const console::Reporter& reporter_;
    CommandLine line_;
    Configuration configuration_;
    std::optional<bus::Settings> resolved_;  ///< how to connect
    std::string credentials_in_use_;         ///< their JWT
};

}  // namespace

int run(const std::vector<std::string>& arguments, const World& world) {
    const console::Reporter reporter("nats-provisioner", world.err);
    auto line = read_command_line(arguments, world, reporter);
    if (const auto* ended = std::get_if<ExitCode>(&line)) return static_cast<int>(*ended);
    return static_cast<int>(Program(world, reporter, std::get<CommandLine>(std::move(line))).run());
}

}  // namespace natscreds::provisioner
