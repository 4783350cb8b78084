#include <natscreds/provisioner/kubernetes/role_folder.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/role_object.h>
#include <natscreds/provisioner/kubernetes/manifests.h>

#include "api_objects.h"

namespace natscreds::provisioner::kubernetes {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_file_bytes = 1024 * 1024;
constexpr std::size_t max_files = 1000;
constexpr std::array<std::string_view, 3> endings{".yaml", ".yml", ".json"};

bool is_manifest(const fs::path& path) {
    const bool hidden = path.filename().string().starts_with('.');
    return !hidden && std::ranges::find(endings, path.extension().string()) != endings.end();
}

base::Result<std::map<fs::path, std::string>> read_files(const fs::path& folder) {
    std::error_code failed;
    std::map<fs::path, std::string> texts;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        if (!is_manifest(entry->path())) continue;
        if (texts.size() == max_files) return base::Error{identity::Errc::too_large, folder.string()};
        auto text = base::read_file(entry->path(), max_file_bytes);
        if (!text) return text.error();
        texts.emplace(entry->path(), std::move(*text));
    }
    if (failed) return base::Error{failed, folder.string()};
    return texts;
}

}  // namespace

bool RoleSelection::covers(const identity::AccountName& account) const {
    return namespaces.empty() || std::ranges::find(namespaces, account.namespace_name) != namespaces.end();
}

base::Status RoleFolder::refresh() {
    base::Status taken = take(read_files(folder_));
    tell_once(taken);
    return taken;
}

base::Status RoleFolder::ready() const {
    const std::lock_guard lock(mutex_);
    if (synced_) return {};
    return base::Error{std::make_error_code(std::errc::no_such_file_or_directory),
                       "the roles in " + folder_.string() + " were not read yet"};
}

std::optional<base::Instant> RoleFolder::synced() const {
    const std::lock_guard lock(mutex_);
    return synced_;
}

base::Status RoleFolder::take(base::Result<Texts> texts) {
    if (!texts) return texts.error();
    if (ready() && *texts == texts_) {
        const std::lock_guard lock(mutex_);
        synced_ = parts_.intervals.now();
        return {};
    }
    auto roles = read(*texts);
    if (!roles) return roles.error();
    drop_forbidden(*roles);
    tell_remarks(*roles);
    texts_ = std::move(*texts);
    parts_.roles.replace(std::move(*roles));
    const std::lock_guard lock(mutex_);
    synced_ = parts_.intervals.now();
    return {};
}

base::Result<std::vector<identity::ServiceRole>> RoleFolder::read(const Texts& texts) const {
    std::vector<identity::ServiceRole> roles;
    std::set<identity::AccountName> accounts;
    for (const auto& [file, text] : texts) {
        const auto objects = read_manifests(text);
        if (!objects) return objects.error().within(file.string());
        for (const std::string& json : *objects) {
            if (!is_role_object(json)) continue;
            auto object = identity::parse_role_object(json);
            if (!object) return object.error().within(file.string());
            if (object->cluster != selection_.cluster || !selection_.covers(object->role.account)) continue;
            if (!accounts.insert(object->role.account).second) {
                return base::Error{std::make_error_code(std::errc::invalid_argument),
                                   file.string() + ": a second role of " + object->role.account.text()};
            }
            roles.push_back(std::move(object->role));
        }
    }
    return roles;
}

void RoleFolder::drop_forbidden(std::vector<identity::ServiceRole>& roles) const {
    if (!parts_.permit) return;
    std::erase_if(roles, [&](const identity::ServiceRole& role) {
        const base::Status permitted = parts_.permit(role);
        if (!permitted) parts_.tell("a role grants nothing: " + permitted.error().message());
        return !permitted;
    });
}

void RoleFolder::tell_remarks(const std::vector<identity::ServiceRole>& roles) const {
    if (!parts_.remark) return;
    for (const identity::ServiceRole& role : roles) {
        const std::string remark = parts_.remark(role);
        if (!remark.empty()) parts_.tell(remark);
    }
}

void RoleFolder::tell_once(const base::Status& taken) {
    const std::string wrong = taken ? "" : taken.error().message();
    if (wrong != std::exchange(told_, wrong) && !wrong.empty())
        parts_.tell("the roles stay as they were: " + wrong);
}

}  // namespace natscreds::provisioner::kubernetes
