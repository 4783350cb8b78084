#include <natscreds/provisioner/kubernetes/role_feed.h>

#include <stop_token>
#include <utility>

#include <natscreds/base/periodic_task.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/kubernetes/role_folder.h>
#include <natscreds/provisioner/kubernetes/role_watch.h>
#include <natscreds/provisioner/kubernetes/secret_tokens.h>
#include <natscreds/provisioner/policy/name.h>
#include <natscreds/provisioner/policy/reach.h>

namespace natscreds::provisioner::kubernetes {
namespace {

/// Within which a changed file, and a new role's Secret, are there.
constexpr std::chrono::milliseconds look_interval{1000};
/// How often the Secrets are looked at while nothing changes here.
constexpr std::chrono::seconds tokens_interval{30};

RoleSelection selection(const ServiceRolesConfiguration& configured) {
    return {.cluster = configured.cluster, .namespaces = configured.namespaces};
}

/// In a service role, nothing listed is nothing allowed.
base::Status permit(const identity::ServiceRole& role, const std::string& vouched_prefix) {
    if (vouched_prefix.empty() || role.publish.allow.empty()) return {};
    const auto entry = forging(role.publish, vouched_prefix);
    if (!entry) return {};
    return base::Error{identity::Errc::bad_role, role.account.text() + ": with publish " + *entry +
                                                     " it could ask in the name of any user"};
}

RoleSourceParts source_parts(const RoleFeedConfiguration& configuration, const RoleFeed::Parts& parts) {
    return {.roles = parts.roles,
            .intervals = parts.clocks.intervals,
            .tell = parts.tell,
            .permit = [prefix = configuration.vouched_prefix](
                          const identity::ServiceRole& role) { return permit(role, prefix); },
            .remark =
                [own = configuration.come_in_as == ComeInAs::themselves](const identity::ServiceRole& role) {
                    return own ? kept_out(role.account) : std::string();
                }};
}

/// Keeps the tokens whenever the roles are others than they were, and from time to time.
class TokenRounds {
  public:
    TokenRounds(SecretTokens tokens, const identity::RoleSource& source, RoleFeed::Parts parts)
        : tokens_(std::move(tokens)), source_(source), parts_(std::move(parts)) {}

    void look() {
        if (!source_.ready()) return;
        std::vector<identity::ServiceRole> roles = parts_.roles.all();
        const base::Instant now = parts_.clocks.intervals.now();
        if (last_ && roles == roles_ && now - *last_ < tokens_interval) return;
        tokens_.keep();
        roles_ = std::move(roles);
        last_ = now;
    }

  private:
    SecretTokens tokens_;
    const identity::RoleSource& source_;
    const RoleFeed::Parts parts_;
    std::vector<identity::ServiceRole> roles_;
    std::optional<base::Instant> last_;
};

}  // namespace

struct RoleFeed::Threads {
    std::stop_source ending;  ///< stops what is being asked of an API server
    std::unique_ptr<identity::RoleSource> source;
    std::optional<base::PeriodicTask> looking;  ///< at a folder
    std::optional<base::PeriodicTask> keeping;  ///< of tokens

    void stop() noexcept {
        ending.request_stop();
        if (looking) looking->stop();
        if (keeping) keeping->stop();
    }

    [[nodiscard]] ApiServerAccess access(const RoleFeedConfiguration& configuration) const {
        ApiServerAccess access = api_server_access(*configuration.kubernetes);
        access.stop = ending.get_token();
        return access;
    }

    base::Status follow(const RoleFeedConfiguration& configuration, const Parts& parts) {
        const ServiceRolesConfiguration& wanted = configuration.roles;
        if (!wanted.folder.empty()) return read_folder(configuration, parts);
        auto server = ApiServer::create(access(configuration));
        if (!server) return server.error();
        source = std::make_unique<RoleWatch>(*server, selection(wanted), source_parts(configuration, parts));
        return {};
    }

    base::Status read_folder(const RoleFeedConfiguration& configuration, const Parts& parts) {
        const ServiceRolesConfiguration& wanted = configuration.roles;
        auto folder = std::make_unique<RoleFolder>(wanted.folder, selection(wanted),
                                                   source_parts(configuration, parts));
        if (const base::Status read = folder->refresh(); !read) return read;
        looking.emplace("roles", look_interval, [&known = *folder] { (void)known.refresh(); });
        source = std::move(folder);
        return {};
    }

    base::Status keep_tokens(const RoleFeedConfiguration& configuration, const Parts& parts) {
        auto server = ApiServer::create(access(configuration));
        if (!server) return server.error();
        SecretTokens tokens(std::move(*server),
                            {.cluster = configuration.roles.cluster,
                             .audience = configuration.kubernetes->audience,
                             .namespaces = configuration.roles.namespaces,
                             .life = configuration.tokens->life},
                            {.roles = parts.roles, .clocks = parts.clocks, .tell = parts.tell});
        auto rounds = std::make_shared<TokenRounds>(std::move(tokens), *source, parts);
        keeping.emplace("tokens", look_interval, [rounds] { rounds->look(); });
        return {};
    }
};

std::string kept_out(const identity::AccountName& account) {
    const base::Result<Name> name = Name::parse(account.name);
    if (name) return {};
    return "the callout lets nobody in as " + account.text() + ": " + name.error().detail +
           "; a request for access may ask for another name";
}

base::Result<std::unique_ptr<RoleFeed>> RoleFeed::start(const RoleFeedConfiguration& configuration,
                                                        const Parts& given) {
    auto threads = std::make_unique<Threads>();
    Parts parts = given;
    // That what was being asked was stopped is nothing to be told.
    parts.tell = [tell = given.tell, ending = threads->ending.get_token()](const std::string& what) {
        if (!ending.stop_requested()) tell(what);
    };
    if (const base::Status follows = threads->follow(configuration, parts); !follows) return follows.error();
    if (configuration.tokens) {
        if (const base::Status keeps = threads->keep_tokens(configuration, parts); !keeps)
            return keeps.error();
    }
    return std::unique_ptr<RoleFeed>(new RoleFeed(std::move(threads)));
}

RoleFeed::RoleFeed(std::unique_ptr<Threads> threads) : threads_(std::move(threads)) {}
RoleFeed::~RoleFeed() {
    stop();
}

void RoleFeed::stop() noexcept {
    threads_->stop();
}

base::Status RoleFeed::ready() const {
    return threads_->source->ready();
}

std::optional<base::Instant> RoleFeed::synced() const {
    return threads_->source->synced();
}

base::Result<std::vector<identity::AccountName>> list_service_roles(
    const RoleFeedConfiguration& configuration, const base::IntervalClock& intervals) {
    const ServiceRolesConfiguration& wanted = configuration.roles;
    if (wanted.folder.empty()) {
        auto server = ApiServer::create(api_server_access(*configuration.kubernetes));
        if (!server) return server.error();
        return list_roles(*server, selection(wanted));
    }
    identity::ServiceRoles roles;
    RoleFolder folder(wanted.folder, selection(wanted),
                      {.roles = roles, .intervals = intervals, .tell = [](const std::string&) {}});
    if (const base::Status read = folder.refresh(); !read) return read.error();
    std::vector<identity::AccountName> accounts;
    for (identity::ServiceRole& role : roles.all())
        accounts.push_back(std::move(role.account));
    return accounts;
}

}  // namespace natscreds::provisioner::kubernetes
