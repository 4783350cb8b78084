#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/servers/preload.h>
#include <natscreds/base/date.h>
#include <natscreds/base/letters.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/errc.h>
#include <natscreds/bus/server_info.h>
#include <natscreds/cli/console/time_of_day.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/creds_parts.h>
#include <natscreds/jwt/network.h>
#include <natscreds/jwt/subject.h>

#include "commands.h"
#include "errors.h"
#include "explain/explained.h"
#include "options/options.h"
#include "servers/live_connection.h"
#include "shared/only_user.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {
namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;

struct ExplainOptions {
    std::string account;
    std::string user;
    std::string creds_file;
    std::string jwt_file;
    std::string config_file;
    std::string address;
    std::string type = "standard";
    Strings publish;
    Strings subscribe;
    LiveOptions live;
};

/// Whose connection is explained.
struct Visitor {
    jwt::Arrival arrival;
    std::optional<jwt::Credentials> credentials = {};
};

base::Result<jwt::ConnectionType> parse_type(const std::string& text) {
    using jwt::ConnectionType;
    for (const auto type : {ConnectionType::standard, ConnectionType::websocket, ConnectionType::leafnode,
                            ConnectionType::mqtt}) {
        if (base::lower(text) == base::lower(name_of(type))) return type;
    }
    if (base::lower(text) == "leaf") return ConnectionType::leafnode;
    return base::Error{Errc::bad_connection_type, in_quotes(text)};
}

Visitor with(jwt::Credentials credentials) {
    Visitor visitor{
        .arrival = {.token = credentials.user().token.text(), .key = credentials.key().public_key()}};
    visitor.credentials = std::move(credentials);
    return visitor;
}

/// What is wrong with its parts is what is to be explained.
base::Result<Visitor> from_creds_file(const std::string& file) {
    auto parts = jwt::CredsParts::load(file);
    if (!parts) return parts.error();
    Visitor visitor{.arrival = {.token = parts->token, .key = parts->key.public_key()}};
    auto user = jwt::decode<jwt::UserClaims>(parts->token);
    if (!user) return visitor;
    auto credentials = jwt::Credentials::create(*std::move(user), std::move(parts->key));
    if (credentials) visitor.credentials = *std::move(credentials);
    return visitor;
}

base::Result<Visitor> from_store(const Session& session, const ExplainOptions& options) {
    const auto chosen = chosen_user(session, options.account, options.user);
    if (!chosen) return chosen.error();
    const auto& [store, account, user] = *chosen;
    auto credentials = accounts::user_credentials(store, session.keys(), {account, user});
    if (credentials) return with(*std::move(credentials));
    const auto token = store.read_user(account, user);
    if (!token) return token.error();
    return Visitor{.arrival = {.token = token->token.text()}};
}

base::Result<Visitor> find_visitor(const Session& session, const ExplainOptions& options) {
    if (!options.creds_file.empty()) return from_creds_file(options.creds_file);
    if (options.jwt_file.empty()) return from_store(session, options);
    auto text = token_text(session, options.jwt_file);
    if (!text) return text.error();
    return Visitor{.arrival = {.token = *std::move(text)}};
}

base::Result<std::vector<jwt::SubjectUse>> uses_in(const ExplainOptions& options) {
    std::vector<jwt::SubjectUse> uses;
    for (const std::string& subject : options.publish) {
        if (!jwt::literal_subject(subject)) return base::Error{bus::Errc::bad_subject, in_quotes(subject)};
        uses.push_back({.kind = jwt::SubjectUse::Kind::publish, .subject = subject});
    }
    for (const std::string& text : options.subscribe) {
        const std::size_t blank = text.find(' ');
        jwt::SubjectUse use{.kind = jwt::SubjectUse::Kind::subscribe, .subject = text.substr(0, blank)};
        if (blank != std::string::npos) use.queue = text.substr(blank + 1);
        if (!jwt::valid_subject(use.subject)) return base::Error{bus::Errc::bad_subject, in_quotes(text)};
        uses.push_back(std::move(use));
    }
    return uses;
}

/// Accounts and operators as servers have them, or as the best that is here has them.
class Knowledge {
  public:
    Knowledge(const Session& session, const ExplainOptions& options) : session_(session), options_(options) {
        if (auto store = session.store()) store_ = *std::move(store);
    }

    /// Fails: where a configuration or servers are named that cannot be asked.
    base::Status open() {
        if (!options_.config_file.empty()) {
            auto found = accounts::read_configured_operator(options_.config_file);
            if (!found) return found.error();
            if (*found) known_.operators.push_back(**std::move(found));
        }
        if (known_.operators.empty() && store_) {
            auto found = store_->read_operator();
            if (found) known_.operators.push_back(*std::move(found));
        }
        known_.now = session_.world().clock.now();
        known_.time_of_day = console::time_of_day;
        if (const base::Status live = open_live(); !live) return live;
        if (live_ || !options_.config_file.empty() || store_)
            known_.find_account = [this](const std::string& key) { return find(key); };
        return {};
    }

    [[nodiscard]] const jwt::ServerKnowledge& known() const { return known_; }
    [[nodiscard]] std::vector<std::string> take_notes() { return std::move(notes_); }

  private:
    using Found = base::Result<std::optional<Account>>;

    /// Releases differ. Of a server that begins with TLS it is not known, and then the newest is meant.
    void find_release() {
        const auto info =
            bus::read_server_info(options_.live.urls.front(), std::chrono::seconds(options_.live.timeout));
        if (!info) return;
        jwt::ServerRelease release;
        const std::size_t dot = info->version.find('.');
        std::from_chars(info->version.data(), info->version.data() + info->version.size(), release.major);
        if (dot == std::string::npos) return;
        std::from_chars(info->version.data() + dot + 1, info->version.data() + info->version.size(),
                        release.minor);
        known_.release = release;
    }

    base::Status open_live() {
        if (options_.live.urls.empty()) return {};
        find_release();
        if (!store_) {
            notes_.emplace_back("without the operator's store the servers cannot be asked for the account");
            return {};
        }
        auto live = connect_live(session_, *store_, options_.live);
        if (!live && live.error().code == bus::Errc::cannot_connect) return live.error();
        if (!live) {
            notes_.push_back("the servers could not be asked for the account: " + live.error().message());
            return {};
        }
        live_ = *std::move(live);
        return {};
    }

    Found find(const std::string& key) {
        if (live_) return find_live(key);
        if (!options_.config_file.empty()) return accounts::read_preloaded(options_.config_file, key);
        return find_stored(key);
    }

    Found find_live(const std::string& key) {
        auto live = live_->read(key);
        if (!live) return live.error();
        if (live->size() > 1)
            notes_.emplace_back("not all servers have the same JWT of the account (nsctl push)");
        const auto stored = find_stored(key);
        if (live->empty()) {
            if (live_->resolver() != accounts::Resolver::memory || !stored) return std::optional<Account>();
            notes_.emplace_back("the servers do not use the account yet; looked at is the store's JWT");
            return stored;
        }
        if (stored && *stored && !((*stored)->token == live->front().token)) {
            const bool newer = (*stored)->issued_at > live->front().issued_at;
            notes_.push_back(std::string("the servers' JWT of the account is ") +
                             (newer ? "older than" : "not that of") + " the store, which has one issued " +
                             base::date_of((*stored)->issued_at) + (newer ? " (nsctl push)" : ""));
        }
        return std::optional(std::move(live->front()));
    }

    Found find_stored(const std::string& key) {
        if (!store_) return std::optional<Account>();
        const auto names = store_->accounts();
        if (!names) return names.error();
        for (const accounts::Name& name : *names) {
            auto account = store_->read_account(name);
            if (account && account->content.subject == key) return std::optional(*std::move(account));
        }
        return std::optional<Account>();
    }

    const Session& session_;
    const ExplainOptions& options_;
    std::optional<accounts::Store> store_;
    std::optional<accounts::LiveSystem> live_;
    jwt::ServerKnowledge known_{.now = {}};
    std::vector<std::string> notes_;
};

/// What a server does when somebody connects with the credentials.
std::optional<std::string> try_to_connect(const Session& session, const ExplainOptions& options,
                                          std::optional<jwt::Credentials> credentials) {
    if (options.live.urls.empty() || !credentials) return std::nullopt;
    bus::ConnectionOptions connection = connection_to(session, options.live.urls, options.live);
    connection.credentials = std::move(credentials);
    const auto opened = bus::Connection::open(std::move(connection));
    return opened ? "connected" : opened.error().message();
}

base::Status explain(const Session& session, const ExplainOptions& options) {
    const auto type = parse_type(options.type);
    if (!type) return type.error();
    if (!options.address.empty() && !jwt::valid_address(options.address))
        return base::Error{Errc::bad_address, in_quotes(options.address)};
    const auto uses = uses_in(options);
    if (!uses) return uses.error();
    auto visitor = find_visitor(session, options);
    if (!visitor) return visitor.error();
    visitor->arrival.type = *type;
    visitor->arrival.address = options.address;
    Knowledge knowledge(session, options);
    if (const base::Status opened = knowledge.open(); !opened) return opened;

    Explained explained{.admission = jwt::admit(visitor->arrival, knowledge.known())};
    explained.notes = knowledge.take_notes();
    for (const jwt::SubjectUse& use : *uses) {
        if (!explained.admission.permissions) {
            explained.notes.emplace_back("what the user may publish and subscribe to is not known");
            break;
        }
        explained.uses.emplace_back(
            use, jwt::rule_on(*explained.admission.permissions, use, knowledge.known().release));
    }
    explained.server_said = try_to_connect(session, options, std::move(visitor->credentials));
    print(session, explained);
    return explained.refuses() ? base::Error{Errc::refused, ""} : base::Status();
}

}  // namespace

Command explain() {
    const auto options = std::make_shared<ExplainOptions>();
    return {
        .options = joined(
            {{account_option(options->account),
              {"-n,--name,name", &options->user, "user of the store (default: the account's only one)"},
              {.names = "--creds",
               .to = &options->creds_file,
               .help = "the credentials in a file instead",
               .takes = Takes::file,
               .excludes = {"--name"}},
              {.names = "--jwt",
               .to = &options->jwt_file,
               .help = "the user JWT in a file instead, \"-\" for standard input",
               .takes = Takes::file,
               .excludes = {"--name", "--creds"}},
              list_option("-s,--server", options->live.urls,
                          "ask these servers for the account, and connect to them with the credentials"),
              {.names = "--config-file",
               .to = &options->config_file,
               .help = "take operator and account from this configuration of a server",
               .takes = Takes::file,
               .excludes = {"--server"}},
              {.names = "--publish",
               .to = &options->publish,
               .help = "may the user publish to this subject?"},
              {.names = "--subscribe",
               .to = &options->subscribe,
               .help = "may the user subscribe to this subject, or \"SUBJECT QUEUE\"?"},
              {"--from", &options->address, "the client's address"},
              {"--as", &options->type, "standard (default), websocket, mqtt or leaf"}},
             options->live.options()}),
        .examples =
            {"nsctl explain --creds me.creds",
             "nsctl explain -a KUBECON -n ann -s nats://localhost:4222 --publish chat.KUBECON.online"},
        .run = [options](const Session& session) { return explain(session, *options); },
    };
}

}  // namespace natscreds::nsctl
