#include <natscreds/provisioner/kubernetes/role_watch.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/pause.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/role_object.h>

#include "api_objects.h"
#include "known_roles.h"

namespace natscreds::provisioner::kubernetes {
namespace {

using identity::AccountName;
using identity::ServiceRole;
using Json = nlohmann::json;

constexpr int gone = 410;

std::string version_of(const Json& object) {
    return text(object, "/metadata/resourceVersion"_json_pointer);
}

AccountName account_of(const Json& object) {
    return {.namespace_name = text(object, "/metadata/namespace"_json_pointer),
            .name = text(object, "/metadata/name"_json_pointer)};
}

base::Error not_understood(const std::string& path) {
    return {identity::Errc::bad_answer, path + ": not what an API server answers"};
}

/// What the API server lists, and from which version on it can be watched.
base::Result<Json> list_objects(const ApiServer& server, const std::string& path) {
    const auto answer = server.get(path);
    if (!answer) return answer.error();
    if (answer->status != ok) return refusal(*answer, path);
    Json read = Json::parse(answer->body, nullptr, false);
    if (version_of(read).empty() || !read.contains("items") || !read["items"].is_array())
        return not_understood(path);
    return read;
}

/// A list for each namespace, or one for all.
std::vector<std::string> paths_of(const RoleSelection& selection) {
    if (selection.namespaces.empty()) return {roles_path("", selection.cluster)};
    std::vector<std::string> paths;
    for (const std::string& namespace_name : selection.namespaces)
        paths.push_back(roles_path(namespace_name, selection.cluster));
    return paths;
}

}  // namespace

base::Result<std::vector<AccountName>> list_roles(const ApiServer& server, const RoleSelection& selection) {
    std::vector<AccountName> accounts;
    for (const std::string& path : paths_of(selection)) {
        const auto listed = list_objects(server, path);
        if (!listed) return listed.error();
        for (const Json& object : (*listed)["items"])
            accounts.push_back(account_of(object));
    }
    return accounts;
}

std::string roles_path(const std::string& namespace_name, const std::string& cluster) {
    const std::string within = namespace_name.empty() ? "" : "/namespaces/" + namespace_name;
    return "/apis/" + std::string(identity::role_api_version) + within +
           "/natsserviceroles?labelSelector=" + std::string(identity::role_cluster_label) + "%3D" + cluster;
}

/// What all followers know, and what is wrong with what they read.
class RoleWatch::Table {
  public:
    explicit Table(RoleSourceParts parts) : parts_(std::move(parts)) {}

    /// A part of the cluster has these objects, and no others.
    void replace(std::size_t part, const Json& objects) {
        const std::lock_guard lock(mutex_);
        Part& known = parts_known_[part];
        std::set<AccountName> listed;
        for (const Json& object : objects)
            listed.insert(account_of(object));
        known.roles.keep_only(listed);
        for (const Json& object : objects)
            take(known, object);
        publish(known);
    }

    void put(std::size_t part, const Json& object) {
        const std::lock_guard lock(mutex_);
        Part& known = parts_known_[part];
        take(known, object);
        publish(known);
    }

    void remove(std::size_t part, const Json& object) {
        const std::lock_guard lock(mutex_);
        Part& known = parts_known_[part];
        known.roles.erase(account_of(object));
        publish(known);
    }

    /// The API server says that nothing else has changed.
    void confirm(std::size_t part) {
        const std::lock_guard lock(mutex_);
        parts_known_[part].synced = parts_.intervals.now();
    }

    /// When the last of so many parts was.
    [[nodiscard]] std::optional<base::Instant> synced(std::size_t count) const {
        const std::lock_guard lock(mutex_);
        if (parts_known_.size() < count) return std::nullopt;
        const auto earliest =
            std::ranges::min_element(parts_known_, {}, [](const auto& entry) { return entry.second.synced; });
        return earliest->second.synced;
    }

    void tell(const std::string& what) const { parts_.tell(what); }

  private:
    struct Part {
        KnownRoles roles;
        base::Instant synced{};
    };

    [[nodiscard]] base::Status permit(const base::Result<identity::RoleObject>& read) const {
        if (!read) return read.error();
        return parts_.permit ? parts_.permit(read->role) : base::Status{};
    }

    void take(Part& part, const Json& object) {
        const AccountName account = account_of(object);
        auto read = identity::parse_role_object(json_text(object));
        base::Status taken = permit(read);
        const std::string remark = taken && parts_.remark ? parts_.remark(read->role) : "";
        if (taken) taken = part.roles.put(std::move(read->role));
        if (!taken) part.roles.drop(account);
        const std::string what = taken ? remark : "a role grants nothing: " + taken.error().message();
        if (part.roles.is_news(account, what)) tell(what);
    }

    void publish(Part& changed) {
        changed.synced = parts_.intervals.now();
        std::vector<ServiceRole> roles;
        for (const auto& [number, part] : parts_known_) {
            for (const auto& [account, role] : part.roles.all())
                roles.push_back(role);
        }
        parts_.roles.replace(std::move(roles));
    }

    const RoleSourceParts parts_;
    mutable std::mutex mutex_;  ///< guards what follows
    std::map<std::size_t, Part> parts_known_;
};

/// Follows one list, on a thread of its own.
class RoleWatch::Follower {
  public:
    struct Parts {
        ApiServer server;
        std::string path;
        Table& table;
        std::size_t number;  ///< of its part of the table
        Backoff backoff;
    };
    explicit Follower(Parts parts)
        : parts_(std::move(parts)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

    void stop() { thread_.request_stop(); }

  private:
    void run(const std::stop_token& stop) {
        base::name_thread("role-watch");
        std::chrono::milliseconds pause = parts_.backoff.first;
        while (!stop.stop_requested()) {
            listed_ = false;
            const base::Status followed = follow(stop);
            if (stop.stop_requested()) return;
            tell_once(followed);
            if (listed_) pause = parts_.backoff.first;
            base::pause(stop, pause);
            pause = std::min(pause * 2, parts_.backoff.longest);
        }
    }

    /// Lists, and then watches for as long as that goes on from where it was.
    base::Status follow(const std::stop_token& stop) {
        if (const base::Status listed = list(); !listed) return listed;
        listed_ = true;
        tell_once({});
        while (!stop.stop_requested()) {
            const std::string before = version_;
            const auto answer = watch(stop);
            if (!answer) return answer.error();
            if (answer->status == gone) return {};
            if (answer->status != ok) return refusal(*answer, parts_.path);
            if (broken_) return broken_->status == gone ? base::Status() : refusal(*broken_, parts_.path);
            // A watch that ends at once, and brings nothing, would be asked for again without end.
            if (version_ == before) return {};
        }
        return {};
    }

    base::Status list() {
        const auto listed = list_objects(parts_.server, parts_.path);
        if (!listed) return listed.error();
        version_ = version_of(*listed);
        parts_.table.replace(parts_.number, (*listed)["items"]);
        return {};
    }

    base::Result<ApiAnswer> watch(const std::stop_token& stop) {
        broken_.reset();
        std::stop_source end;
        const std::stop_callback also(stop, [&end] { end.request_stop(); });
        return parts_.server.watch(
            {.path = parts_.path + "&watch=true&allowWatchBookmarks=true&resourceVersion=" + version_,
             .on_line =
                 [&](std::string_view line) {
                     take(line);
                     if (broken_) end.request_stop();
                 }},
            end.get_token());
    }

    /// Nothing more is taken once the server has said that it cannot go on; then it ends the stream.
    void take(std::string_view line) {
        if (broken_) return;
        const Json event = Json::parse(line, nullptr, false);
        const std::string type = text(event, "/type"_json_pointer);
        const Json object = event.is_object() ? event.value("object", Json()) : Json();
        const std::string version = version_of(object);
        if (type == "ERROR" || version.empty()) {
            const Json code = object.is_object() ? object.value("code", Json(0)) : Json(0);
            broken_ = ApiAnswer{.status = code == gone ? gone : 0, .body = object.dump()};
            return;
        }
        if (type == "ADDED" || type == "MODIFIED") parts_.table.put(parts_.number, object);
        if (type == "DELETED") parts_.table.remove(parts_.number, object);
        if (type == "BOOKMARK") parts_.table.confirm(parts_.number);
        version_ = version;
    }

    void tell_once(const base::Status& followed) {
        const std::string wrong = followed ? "" : followed.error().message();
        if (wrong == std::exchange(told_, wrong)) return;
        parts_.table.tell(wrong.empty()
                              ? "the roles are followed again"
                              : "the roles stay as they are, for they cannot be followed: " + wrong);
    }

    const Parts parts_;
    std::string version_;
    bool listed_ = false;
    std::optional<ApiAnswer> broken_;  ///< why the watch cannot go on
    std::string told_;
    std::jthread thread_;  ///< last: it uses all the others
};

RoleWatch::RoleWatch(const ApiServer& server, const RoleSelection& selection, RoleSourceParts parts,
                     Backoff backoff)
    : table_(std::make_unique<Table>(std::move(parts))) {
    for (std::string& path : paths_of(selection)) {
        followers_.push_back(std::make_unique<Follower>(Follower::Parts{.server = server,
                                                                        .path = std::move(path),
                                                                        .table = *table_,
                                                                        .number = followers_.size(),
                                                                        .backoff = backoff}));
    }
}

RoleWatch::~RoleWatch() {
    for (const auto& follower : followers_)
        follower->stop();
}

base::Status RoleWatch::ready() const {
    if (synced()) return {};
    return base::Error{identity::Errc::unreachable, "the NatsServiceRoles were not listed yet"};
}

std::optional<base::Instant> RoleWatch::synced() const {
    return table_->synced(followers_.size());
}

}  // namespace natscreds::provisioner::kubernetes
