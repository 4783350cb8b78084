#include <natscreds/access/own_connection.h>

#include <stop_token>
#include <thread>
#include <utility>
#include <variant>

#include <natscreds/access/client.h>
#include <natscreds/access/renewer.h>
#include <natscreds/base/thread_name.h>

namespace natscreds::access {
namespace {

base::Result<AccessOptions> options_of(const OwnUser& user) {
    AccessOptions options{.name = user.name, .role = user.role, .ttl = user.ttl};
    if (!user.identity) return options;
    base::Result<std::optional<Identity>> identity = user.identity();
    if (!identity) return identity.error();
    options.identity = std::move(*identity);
    return options;
}

/// Asks for access for this key, or for a new one, as whom the settings name.
base::Result<Answer> ask_as_requester(const OwnUser& user, const base::Clock& clock, base::Random& random,
                                      const nkeys::SigningKey* key) {
    base::Result<AccessOptions> options = options_of(user);
    if (!options) return options.error();
    base::Result<bus::ConnectionOptions> connecting = user.settings.load();
    if (!connecting) return connecting.error();
    AccessQuery query{
        .options = std::move(*options), .requester = {}, .expected_account = {}, .key = key, .attempts = 3};
    if (connecting->credentials) {
        query.requester = connecting->credentials->key().public_key();
        if (const auto account = account_of(connecting->credentials->user()))
            query.expected_account = *account;
    }
    const auto timeout = connecting->timeout;
    base::Result<bus::Connection> connection = bus::Connection::open(*std::move(connecting));
    if (!connection) return connection.error();
    return request_access({.requests = *connection,
                           .clock = clock,
                           .random = random,
                           .subjects = Subjects(),
                           .timeout = timeout},
                          query);
}

}  // namespace

class OwnConnection::State {
  public:
    explicit State(OwnUser user) : user_(std::move(user)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    ~State() {
        renewal_.request_stop();
        // A renewal under way is ended by this.
        if (connection_) connection_->close();
    }

    base::Status connect() {
        base::Result<Answer> answer = ask_as_requester(user_, clock_, random_, nullptr);
        if (!answer) return answer.error();
        if (const auto* const refusal = std::get_if<Refusal>(&*answer)) return refusal->error;
        const jwt::Credentials& granted = std::get<Granted>(*answer).credentials;
        store_.emplace(granted);
        base::Result<jwt::Credentials> shown = store_->load();
        if (!shown) return shown.error();
        base::Result<bus::ConnectionOptions> options = user_.settings.load_as(*std::move(shown));
        if (!options) return options.error();
        base::Result<bus::Connection> connection =
            bus::Connection::open(*std::move(options), std::move(user_.events));
        if (!connection) return connection.error();
        connection_.emplace(*std::move(connection));
        renewer_.emplace(renewer_parts(), granted);
        renewal_ = std::jthread([this](const std::stop_token& stop) { renew_until(stop); });
        return {};
    }

    [[nodiscard]] bus::Connection& connection() noexcept { return *connection_; }

  private:
    Renewer::Parts renewer_parts() {
        return {.service = {.requests = *connection_, .clock = clock_, .random = random_, .subjects = {}},
                .store = *store_,
                .events = {.renewed = [this](Renewal newer) { use(std::move(newer)); },
                           .failed = user_.not_renewed},
                .intervals = intervals_,
                .identity = user_.identity,
                .ask_anew = [this](const nkeys::SigningKey& key) {
                    return ask_as_requester(user_, clock_, random_, &key);
                }};
    }

    void use(Renewal newer) {
        const base::Status changed = connection_->switch_to(std::move(newer.credentials));
        if (!changed && user_.not_renewed) user_.not_renewed(changed.error());
    }

    void renew_until(const std::stop_token& stop) {
        base::name_thread("renew");
        const base::Status kept = keep_renewed(*renewer_, stop);
        // Those that never end need no renewal.
        const bool told = kept || kept.error().code == Errc::not_renewable;
        if (!told && user_.not_renewed) user_.not_renewed(kept.error());
    }

    OwnUser user_;
    base::SystemClock clock_;
    base::SystemIntervalClock intervals_;
    base::SystemRandom random_;
    std::optional<CredentialsInMemory> store_;
    std::optional<bus::Connection> connection_;
    std::optional<Renewer> renewer_;
    std::jthread renewal_;
};

OwnConnection::OwnConnection(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
OwnConnection::OwnConnection(OwnConnection&&) noexcept = default;
OwnConnection& OwnConnection::operator=(OwnConnection&&) noexcept = default;
OwnConnection::~OwnConnection() = default;

base::Result<OwnConnection> OwnConnection::open(OwnUser user) {
    auto state = std::make_unique<State>(std::move(user));
    if (const base::Status connected = state->connect(); !connected) return connected.error();
    return OwnConnection(std::move(state));
}

bus::Connection& OwnConnection::operator*() noexcept {
    return state_->connection();
}

bus::Connection* OwnConnection::operator->() noexcept {
    return &state_->connection();
}

}  // namespace natscreds::access
