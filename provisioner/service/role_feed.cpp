#include <natscreds/provisioner/service/role_feed.h>

#include <utility>

#include <natscreds/provisioner/kubernetes/role_folder.h>
#include <natscreds/provisioner/kubernetes/role_watch.h>
#include <natscreds/provisioner/kubernetes/secret_tokens.h>

#include "housekeeping.h"

namespace natscreds::provisioner {
namespace {

/// Within which a changed file, and a new role's Secret, are there.
constexpr std::chrono::milliseconds look_interval{1000};
/// How often the Secrets are looked at while nothing changes here.
constexpr std::chrono::seconds tokens_interval{30};

kubernetes::RoleSelection selection(const ServiceRolesConfiguration& configured) {
    return {.cluster = configured.cluster, .namespaces = configured.namespaces};
}

kubernetes::RoleSourceParts source_parts(const RoleFeed::Parts& parts) {
    return {.roles = parts.roles, .clock = parts.clock, .tell = parts.tell};
}

/// Keeps the tokens whenever the roles are others than they were, and from time to time.
class TokenRounds {
  public:
    TokenRounds(kubernetes::SecretTokens tokens, const identity::RoleSource& source, RoleFeed::Parts parts)
        : tokens_(std::move(tokens)), source_(source), parts_(std::move(parts)) {}

    void look() {
        if (!source_.ready()) return;
        std::vector<identity::ServiceRole> roles = parts_.roles.all();
        const auto now = std::chrono::steady_clock::now();
        if (last_ && roles == roles_ && now - *last_ < tokens_interval) return;
        tokens_.keep();
        roles_ = std::move(roles);
        last_ = now;
    }

  private:
    kubernetes::SecretTokens tokens_;
    const identity::RoleSource& source_;
    const RoleFeed::Parts parts_;
    std::vector<identity::ServiceRole> roles_;
    std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace

struct RoleFeed::Threads {
    std::unique_ptr<identity::RoleSource> source;
    std::optional<Housekeeping> looking;  ///< at a folder
    std::optional<Housekeeping> keeping;  ///< of tokens

    base::Status follow(const RoleFeedConfiguration& configuration, const Parts& parts) {
        const ServiceRolesConfiguration& wanted = configuration.roles;
        if (!wanted.folder.empty()) return read_folder(wanted, parts);
        auto server = kubernetes::ApiServer::create(api_server_access(*configuration.kubernetes));
        if (!server) return server.error();
        source = std::make_unique<kubernetes::RoleWatch>(*server, selection(wanted), source_parts(parts));
        return {};
    }

    base::Status read_folder(const ServiceRolesConfiguration& wanted, const Parts& parts) {
        auto folder =
            std::make_unique<kubernetes::RoleFolder>(wanted.folder, selection(wanted), source_parts(parts));
        if (const base::Status read = folder->refresh(); !read) return read;
        looking.emplace(look_interval, [&known = *folder] { (void)known.refresh(); });
        source = std::move(folder);
        return {};
    }

    base::Status keep_tokens(const RoleFeedConfiguration& configuration, const Parts& parts) {
        auto server = kubernetes::ApiServer::create(api_server_access(*configuration.kubernetes));
        if (!server) return server.error();
        kubernetes::SecretTokens tokens(std::move(*server),
                                        {.cluster = configuration.roles.cluster,
                                         .audience = configuration.kubernetes->audience,
                                         .namespaces = configuration.roles.namespaces,
                                         .life = configuration.tokens->life},
                                        {.roles = parts.roles, .clock = parts.clock, .tell = parts.tell});
        auto rounds = std::make_shared<TokenRounds>(std::move(tokens), *source, parts);
        keeping.emplace(look_interval, [rounds] { rounds->look(); });
        return {};
    }
};

base::Result<std::unique_ptr<RoleFeed>> RoleFeed::start(const RoleFeedConfiguration& configuration,
                                                        const Parts& parts) {
    auto threads = std::make_unique<Threads>();
    if (const base::Status follows = threads->follow(configuration, parts); !follows) return follows.error();
    if (configuration.tokens) {
        if (const base::Status keeps = threads->keep_tokens(configuration, parts); !keeps)
            return keeps.error();
    }
    return std::unique_ptr<RoleFeed>(new RoleFeed(std::move(threads)));
}

RoleFeed::RoleFeed(std::unique_ptr<Threads> threads) : threads_(std::move(threads)) {}
RoleFeed::~RoleFeed() = default;

base::Status RoleFeed::ready() const {
    return threads_->source->ready();
}

std::optional<base::Time> RoleFeed::synced() const {
    return threads_->source->synced();
}

base::Result<std::size_t> count_service_roles(const RoleFeedConfiguration& configuration,
                                              const base::Clock& clock) {
    const ServiceRolesConfiguration& wanted = configuration.roles;
    if (wanted.folder.empty()) {
        auto server = kubernetes::ApiServer::create(api_server_access(*configuration.kubernetes));
        if (!server) return server.error();
        return kubernetes::count_roles(*server, selection(wanted));
    }
    identity::ServiceRoles roles;
    kubernetes::RoleFolder folder(wanted.folder, selection(wanted),
                                  {.roles = roles, .clock = clock, .tell = [](const std::string&) {}});
    if (const base::Status read = folder.refresh(); !read) return read.error();
    return roles.size();
}

}  // namespace natscreds::provisioner
