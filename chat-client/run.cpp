#include <natscreds/chat-client/run.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <ostream>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <natscreds/access/client.h>
#include <natscreds/base/process.h>
#include <natscreds/base/state_folder.h>
#include <natscreds/bus/connection.h>
#include <natscreds/chat-client/model/text.h>
#include <natscreds/cli/console/command_line.h>
#include <natscreds/cli/console/connection_flags.h>
#include <natscreds/cli/console/refused_credentials.h>
#include <natscreds/cli/person/login.h>

#include "conversation.h"
#include "impatience.h"
#include "own_credentials.h"
#include "personal_settings.h"
#include "plain.h"
#include "rooms_file.h"
#include "screen_loop.h"
#include "sealed_files.h"

namespace natscreds::chat {
namespace {

using console::ExitCode;
using namespace std::chrono_literals;

constexpr const char* how_to_get_credentials =
    "get some: nats-req --access NAME --creds chat-creds-request.creds -o my.creds; or let this program do "
    "it: "
    "--access NAME --request-creds FILE";

/// What was typed and is not confirmed is waited for; then the goodbye.
constexpr auto finish_timeout = 10s;
constexpr auto told_after = 1s;
constexpr auto leave_timeout = 3s;
constexpr std::chrono::milliseconds key_tick{200};

struct CommandLine {
    console::ConnectionFlags connection;
    bool plain = false;
    bool json = false;
    std::string name;
    std::string community = "KUBECON";
    std::vector<std::string> channels;
    std::string access;
    std::string request_creds;
    person::LoginFlags login;
    bool forget = false;
    std::string settings;
};

console::Command command(CommandLine& line) {
    using console::Takes;
    const console::OptionList own{
        {"-h,--help", console::Help{}, "Print this help message and exit"},
        {"--version", console::Version{"nats-chat " NATSCREDS_VERSION}, "print the version"},
        {"--plain", &line.plain,
         "lines in, lines out: for pipes and screen readers; also where input or output is no terminal, "
         "and with TERM=dumb"},
        {"--json", &line.json, "for bots, with --plain: a JSON object a line, both ways (docs/chat.md)"},
        {"-n,--name", &line.name, "call yourself so; the verified name stays visible", Takes::text, "NAME"},
        {"--chat", &line.community, "the chat's name in its subjects (KUBECON)", Takes::text, "NAME"},
        {"--channel", &line.channels, "a channel to begin with; the first one is looked at", Takes::text,
         "NAME"},
        {"--access", &line.access,
         "get credentials for this name, and keep them for the next time (~/.local/state/natscreds)",
         Takes::text, "NAME"},
        {"--request-creds", &line.request_creds, "the credentials to ask for them with", Takes::file, "FILE"},
        {"--login", &line.login.issuer,
         "prove who you are by a login there, with --client-id ID [--audience TEXT]; nats-req --logout ends "
         "it",
         Takes::text, "ISSUER"},
        person::client_id_option(line.login),
        person::audience_option(line.login, "whom the token of --login is for"),
        {"--forget", &line.forget, "remove what is kept for the name of --access, and end"},
        {"--settings", &line.settings, "keys, colours, bell, mouse (~/.config/natscreds/chat.toml)",
         Takes::file, "FILE"},
    };
    return {
        .words = "nats-chat",
        .summary = "Talks to others over NATS, and says whose names are verified.",
        .options = console::joined(
            {own, console::generated_options(), console::connection_options(line.connection)}),
        .examples = {"nats-chat -s nats://west:4222 --creds my.creds",
                     "nats-chat --access wallyqs --request-creds chat-creds-request.creds",
                     "echo 'the build is green' | nats-chat --plain --creds bot.creds --channel NATS"},
    };
}

class Program {
  public:
    Program(const World& world, const console::Reporter& reporter, CommandLine line)
        : world_(world), reporter_(reporter), line_(std::move(line)) {}

    ExitCode run() {
        const base::Result<bus::Settings> connection =
            console::connection_settings(line_.connection, world_.environment, reporter_);
        if (!connection) return reporter_.failed(connection.error());
        if (line_.forget) return forget();
        if (line_.json && !line_.plain) return reporter_.wrong_usage("--json goes with --plain");
        if (line_.connection.show_config) {
            world_.out << connection->describe();
            return ExitCode::done;
        }
        if (const std::string wrong = person::objection(line_.login, world_.environment); !wrong.empty())
            return reporter_.wrong_usage(wrong);
        const base::Result<ChatSubjects> subjects = ChatSubjects::create(line_.community);
        if (!subjects) return reporter_.wrong_usage(subjects.error().message());
        for (const std::string& channel : line_.channels) {
            if (!is_name(channel))
                return reporter_.wrong_usage("--channel " + channel + ": not a channel's name");
        }
        base::Result<Settings> settings = personal_settings(line_.settings, world_.environment);
        if (!settings) return reporter_.wrong_usage(settings.error().message());
        settings_ = std::move(*settings);
        signals_.emplace(std::initializer_list<int>{SIGINT, SIGTERM, SIGHUP, SIGQUIT});
        // In plain mode the terminal stops and goes on with us by itself.
        if (!plain()) job_signals_.emplace(std::initializer_list<int>{SIGTSTP, SIGCONT, SIGWINCH});
        impatience_.emplace(*signals_);
        return begin(*connection, *subjects);
    }

  private:
    ExitCode forget() {
        if (line_.access.empty()) return reporter_.wrong_usage("--forget needs --access NAME");
        std::optional<nkeys::PublicKey> requester;
        if (!line_.request_creds.empty()) {
            const base::Result<jwt::Credentials> of = jwt::Credentials::load(line_.request_creds);
            if (!of) return reporter_.failed(of.error());
            requester = of->key().public_key();
        }
        const auto removed = forget_kept(base::state_folder(world_.environment), line_.access, requester);
        if (!removed) return reporter_.failed(removed.error());
        for (const std::filesystem::path& file : *removed)
            reporter_.message("removed " + file.string());
        if (removed->empty()) reporter_.message("nothing is kept for " + line_.access);
        return ExitCode::done;
    }

    ExitCode begin(const bus::Settings& settings, const ChatSubjects& subjects) {
        using Kept = OwnCredentials::Kept;
        if (!line_.access.empty() && line_.request_creds.empty())
            return reporter_.wrong_usage("--access needs --request-creds FILE, the credentials to ask with");
        if (!line_.request_creds.empty()) console::warn_of_readable(line_.request_creds, reporter_);
        if (const ExitCode code = log_in(); code != ExitCode::done) return code;
        own_.emplace(OwnCredentials::Parts{.world = world_,
                                           .reporter = reporter_,
                                           .settings = settings,
                                           .name = line_.access,
                                           .request_creds = line_.request_creds,
                                           .login = login_ ? &*login_ : nullptr});
        base::Result<ExitCode> talked =
            talk_as(line_.access.empty() ? load_credentials(settings) : own_->find(Kept::welcome), subjects);
        // They may have been revoked, or were given by another deployment.
        const bool refused = !talked && talked.error().code == bus::Errc::not_authorized;
        if (refused && !line_.access.empty()) talked = talk_as(own_->find(Kept::refused), subjects);
        return talked ? *talked : reporter_.cannot_connect(talked.error());
    }

    /// Without the issuer one talks as long as what is kept is good.
    ExitCode log_in() {
        if (line_.login.issuer.empty()) return ExitCode::done;
        login_.emplace(person::login_of(line_.login, {.environment = world_.environment,
                                                      .intervals = world_.intervals,
                                                      .reporter = reporter_,
                                                      .err = world_.err}));
        const base::Status in = person::log_in(*login_, reporter_);
        if (in) return ExitCode::done;
        const ExitCode code = person::login_failed(reporter_, in.error());
        return code == ExitCode::not_connected ? ExitCode::done : code;
    }

    std::variant<ChatUser, ExitCode> load_credentials(const bus::Settings& settings) {
        base::Result<bus::ConnectionOptions> options = settings.load();
        if (!options) return reporter_.cannot_connect(options.error());
        console::warn_of_readable(settings, reporter_);
        options->name = reporter_.program();
        if (!options->credentials) {
            reporter_.message("a chat needs credentials: --creds FILE");
            reporter_.hint(how_to_get_credentials);
            return ExitCode::usage;
        }
        const nkeys::PublicKey issuer = options->credentials->user().issuer;
        auto store = std::make_unique<access::CredentialsFile>(options->credentials_file);
        return ChatUser{.options = std::move(*options), .issuers = {issuer}, .store = std::move(store)};
    }

    /// Fails: where there is no connection.
    base::Result<ExitCode> talk_as(std::variant<ChatUser, ExitCode> identity, const ChatSubjects& subjects) {
        if (const auto* const ended = std::get_if<ExitCode>(&identity)) return *ended;
        return talk(std::get<ChatUser>(std::move(identity)), subjects);
    }

    base::Result<ExitCode> talk(ChatUser identity, const ChatSubjects& subjects) {
        const jwt::Credentials& credentials = *identity.options.credentials;
        const std::string own_name = credentials.user().content.name;
        Beginning beginning{.self = credentials.key().public_key(),
                            .name = line_.name.empty() ? own_name : line_.name,
                            .issuers = identity.issuers,
                            .settings = settings_,
                            .id_prefix = new_message_id(world_.random) + "."};
        const std::string id_prefix = beginning.id_prefix;
        const RoomsFile rooms(plain() ? std::filesystem::path() : base::state_folder(world_.environment),
                              line_.community, beginning.self);
        begin_with(beginning, rooms.load());
        const SealedFiles files(base::state_folder(world_.environment), line_.community, beginning.self);
        std::vector<nkeys::CurveKey> curves = curves_of(files);
        begin_sealed(beginning, curves, files.load_state());
        const Link link{.server = {},
                        .region = {},
                        // A server can ask for TLS by itself; that is then not known here.
                        .tls = bus::wants_tls(identity.options),
                        .credentials_end = credentials.user().content.expires};
        const console::ShownCredentials shown(identity.options.credentials,
                                              identity.options.credentials_file);
        Mailbox mailbox;
        base::Result<Session> session = Session::open(
            {.options = std::move(identity.options),
             .name = beginning.name,
             .subjects = subjects,
             .store = *identity.store,
             .clock = world_.clock,
             .intervals = world_.intervals,
             .random = world_.random,
             .mailbox = mailbox,
             .id_prefix = id_prefix,
             .identity = [this] { return own_->proof(); },
             .ask_anew = ask_anew(own_name),
             .reading = plain() ? SessionParts::Reading::from_now_on : SessionParts::Reading::from_before,
             .curves = std::move(curves),
             .sealed_from = beginning.sealed.sequence});
        if (!session) return shown.explain(session.error(), world_.clock.now());
        Conversation conversation(
            {.chat = Chat(std::move(beginning)),
             .link = link,
             .session = *session,
             .mailbox = mailbox,
             .clock = world_.clock,
             .intervals = world_.intervals,
             .keep = [&](const KeptRooms& open) { (void)rooms.save(open); },
             .keep_sealed = [&](const SealedState& state) { (void)files.save_state(state); },
             .new_curve = [&] { return files.add_curve(world_.random); }});
        impatience_.reset();
        const base::Status talked = show(conversation, mailbox);
        if (const base::Status kept = rooms.save(conversation.chat().kept()); !kept)
            reporter_.message("what is open here is not kept for the next time: " + kept.error().message());
        impatience_.emplace(*signals_);
        await_keys(conversation, mailbox);
        const ExitCode finished = finish(conversation, *session);
        const base::Status kept =
            sealed_kept_ ? files.save_state(conversation.chat().sealed().state) : base::Status();
        if (!kept)
            reporter_.message("sealed messages may be shown again the next time: " + kept.error().message());
        const ExitCode ended = talked ? finished : reporter_.failed(talked.error());
        impatience_.reset();
        impatience_.emplace(*signals_,
                            Limits{.deadline = leave_timeout, .exit_code = static_cast<int>(ended)});
        return ended;
    }

    /// The newest first. Where they cannot be kept there is one for as long as the chat lasts.
    std::vector<nkeys::CurveKey> curves_of(const SealedFiles& files) {
        base::Result<std::vector<nkeys::CurveKey>> curves = files.load_curves(world_.random);
        if (curves) return *std::move(curves);
        reporter_.message(curves.error().message() +
                          ": the curve key for sealed messages is not kept, and ends with the chat");
        sealed_kept_ = false;
        std::vector<nkeys::CurveKey> one;
        one.push_back(nkeys::CurveKey::generate(world_.random));
        return one;
    }

    void begin_sealed(Beginning& beginning, const std::vector<nkeys::CurveKey>& curves,
                      base::Result<SealedState> kept) const {
        beginning.curve = curves.front().public_key();
        if (!kept) reporter_.message(kept.error().message() + ": whose curve keys are known is forgotten");
        if (kept) beginning.sealed = *std::move(kept);
    }

    /// What was typed to somebody whose curve key is still asked for.
    static void await_keys(Conversation& conversation, const Mailbox& mailbox) {
        pollfd waiting{mailbox.descriptor(), POLLIN, 0};
        while (conversation.chat().sealed().holds()) {
            (void)poll(&waiting, 1, static_cast<int>(key_tick.count()));
            conversation.update();
        }
    }

    /// What was left in an earlier chat stays left.
    void begin_with(Beginning& beginning, const base::Result<KeptRooms>& kept) const {
        if (!kept) reporter_.message(kept.error().message() + ": the chat begins with no rooms open");
        if (kept) beginning.kept = *kept;
        if (!line_.channels.empty()) {
            beginning.channels = line_.channels;
        } else if (!beginning.kept.rooms.empty()) {
            beginning.channels.clear();
        }
    }

    /// Nobody can be asked without a requester's credentials.
    std::function<base::Result<access::Answer>(const nkeys::SigningKey&)> ask_anew(const std::string& name) {
        if (line_.request_creds.empty()) return {};
        return [this, name](const nkeys::SigningKey& key) { return own_->ask(name, key); };
    }

    base::Status show(Conversation& conversation, const Mailbox& mailbox) const {
        if (job_signals_) {
            return run_screen(conversation, {.input = world_.input,
                                             .signals = *signals_,
                                             .job_signals = *job_signals_,
                                             .mailbox = mailbox,
                                             .clock = world_.clock,
                                             .coloured = !is_set("NO_COLOR")});
        }
        run_plain(conversation, {.input = world_.input,
                                 .out = world_.out,
                                 .signals = *signals_,
                                 .mailbox = mailbox,
                                 .lines = line_.json ? PlainLines::json : PlainLines::text});
        return {};
    }

    [[nodiscard]] bool is_set(const char* variable) const {
        const std::optional<std::string> value = world_.environment(variable);
        return value && !value->empty();
    }

    /// A screen needs a terminal at both ends, and one that can do more than print.
    [[nodiscard]] bool plain() const {
        const bool dumb = world_.environment("TERM").value_or("dumb") == "dumb";
        return line_.plain || dumb || isatty(world_.input) == 0 || isatty(STDOUT_FILENO) == 0;
    }

    /// Nothing that was typed is lost without a word.
    ExitCode finish(Conversation& conversation, Session& session) {
        base::Status finished = session.finish(told_after);
        if (!finished) {
            reporter_.message("waiting until what was typed is confirmed; Ctrl-C ends at once");
            finished = session.finish(finish_timeout - told_after);
        }
        conversation.update();
        if (!finished) return reporter_.failed(finished.error());
        if (const std::size_t unsent = conversation.chat().sealed().unsent; unsent > 0) {
            reporter_.message(
                "not sent: " + std::to_string(unsent) +
                " messages to people who have announced no key to seal them for; /insecure NAME "
                "allows plain ones");
            return ExitCode::not_connected;
        }
        if (!conversation.anything_failed()) return ExitCode::done;
        reporter_.message("something that was typed was refused by the server");
        return ExitCode::not_connected;
    }

    const World& world_;
    const console::Reporter& reporter_;
    CommandLine line_;
    Settings settings_;
    bool sealed_kept_ = true;            ///< the curve key is there again the next time
    std::optional<login::Login> login_;  ///< before who uses it
    std::optional<OwnCredentials> own_;
    std::optional<base::SignalWait> signals_;      ///< those that end it
    std::optional<base::SignalWait> job_signals_;  ///< those of a screen
    std::optional<Impatience> impatience_;         ///< as long as there is no conversation
};

}  // namespace

int run(const std::vector<std::string>& arguments, const World& world) {
    const console::Reporter reporter("nats-chat", world.err);
    CommandLine line;
    if (const auto ended = console::read_command_line(command(line), arguments, world.out, reporter))
        return static_cast<int>(*ended);
    return static_cast<int>(Program(world, reporter, std::move(line)).run());
}

}  // namespace natscreds::chat
