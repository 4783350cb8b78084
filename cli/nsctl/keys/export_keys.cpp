#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <natscreds/base/file.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/tree_keys.h"

namespace natscreds::nsctl {
namespace {

struct ExportKeysOptions {
    bool operators = false;
    bool accounts = false;
    bool users = false;
    bool all = false;
    bool not_referenced = false;
    std::string account;
    std::string user;
    std::string filter;
    std::string folder;
    bool force = false;
    bool remove = false;

    /// Nothing named is everything in the tree.
    [[nodiscard]] bool wants(const TreeKey& row) const {
        if (!user.empty() && (row.level != KeyLevel::user || row.entity != user)) return false;
        const bool any = operators || accounts || users;
        const bool named = row.level == KeyLevel::owner     ? operators
                           : row.level == KeyLevel::account ? accounts
                                                            : users;
        return all || named || (!any && !not_referenced);
    }
};

base::Result<std::set<std::string>> chosen_keys(const Session& session, const ExportKeysOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto rows = tree_keys(session, *store, options.account);
    if (!rows) return rows.error();
    std::set<std::string> chosen;
    std::set<std::string> referenced;
    for (const TreeKey& row : *rows) {
        referenced.insert(row.key);
        if (row.stored && options.wants(row)) chosen.insert(row.key);
    }
    if (options.not_referenced) {
        const auto stored = session.keys().keys();
        if (!stored) return stored.error();
        for (const nkeys::PublicKey& key : *stored) {
            if (!referenced.contains(key.text())) chosen.insert(key.text());
        }
    }
    std::erase_if(chosen, [&](const std::string& key) { return !key.starts_with(options.filter); });
    return chosen;
}

/// All that is in the way is found before anything is written.
base::Status check_free(const std::filesystem::path& folder, const std::set<std::string>& keys, bool force) {
    for (const std::string& key : keys) {
        std::error_code failed;
        const std::filesystem::path file = folder / (key + ".nk");
        if (force || !std::filesystem::exists(file, failed)) continue;
        return base::Error{std::make_error_code(std::errc::file_exists),
                           file.string() + " (--force writes over it)"};
    }
    return {};
}

base::Status export_keys(const Session& session, const ExportKeysOptions& options) {
    const auto keys = chosen_keys(session, options);
    if (!keys) return keys.error();
    if (keys->empty())
        return base::Error{accounts::Errc::key_not_stored, "none of those that were asked for"};
    const std::filesystem::path folder = options.folder;
    if (const base::Status made = base::make_private_folder(folder); !made) return made;
    if (const base::Status free = check_free(folder, *keys, options.force); !free) return free;
    for (const std::string& text : *keys) {
        const auto key = nkeys::PublicKey::parse(text);
        if (!key) return key.error();
        const auto seed = base::read_secret_file(session.keys().key_path(*key), 1024);
        if (!seed) return seed.error();
        const base::Status written =
            base::write_file(folder / (text + ".nk"), seed->expose(), {.existing = base::Existing::replace});
        if (!written) return written;
        if (options.remove) {
            if (const auto removed = session.keys().remove(*key); !removed) return removed.error();
        }
        session.done((options.remove ? "moved " : "exported ") + text);
    }
    return {};
}

}  // namespace

Command export_keys() {
    const auto options = std::make_shared<ExportKeysOptions>();
    return {
        .options = {{"-o,--operator", &options->operators, "the operator's keys"},
                    {"-a,--accounts", &options->accounts, "the accounts' keys"},
                    {"-u,--users", &options->users, "the users' keys"},
                    {"-A,--all", &options->all, "all of them (default)"},
                    {"--not-referenced", &options->not_referenced,
                     "stored keys that the tree knows nothing of"},
                    {"--account", &options->account, "of this account and its users only"},
                    {"--user", &options->user, "of this user only"},
                    {"-f,--filter", &options->filter, "keys that begin so"},
                    {.names = "-d,--dir",
                     .to = &options->folder,
                     .help = "the folder to write to",
                     .takes = Takes::folder,
                     .required = true},
                    {"-F,--force", &options->force, "write over files that are there"},
                    {"-R,--remove", &options->remove, "take the keys out of the keystore"}},
        .examples = {"nsctl export keys --operator -d /media/safe --remove",
                     "nsctl export keys --not-referenced -d old"},
        .run = [options](const Session& session) { return export_keys(session, *options); },
    };
}

}  // namespace natscreds::nsctl
