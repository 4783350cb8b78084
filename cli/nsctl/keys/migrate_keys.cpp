#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <natscreds/accounts/name.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/key_file.h>

#include "commands.h"
#include "errors.h"

namespace natscreds::nsctl {
namespace {

namespace fs = std::filesystem;

/// The keystore's folders of old versions of nsc: one for each operator, with keys and creds files in them.
base::Result<std::vector<fs::path>> old_folders(const fs::path& keystore) {
    std::vector<fs::path> folders;
    std::error_code failed;
    if (!fs::exists(keystore, failed)) return folders;
    for (fs::directory_iterator at(keystore, failed), end; !failed && at != end; at.increment(failed)) {
        const std::string name = at->path().filename().string();
        std::error_code ignored;
        if (name != "keys" && name != "creds" && fs::is_directory(at->path(), ignored))
            folders.push_back(at->path());
    }
    if (failed) return base::Error{failed, keystore.string()};
    return folders;
}

/// OPERATOR/accounts/ACCOUNT/users/USER.creds: whose creds they are, the path says.
base::Status migrate_creds(const Session& session, const fs::path& folder, const fs::path& file) {
    const auto credentials = jwt::Credentials::load(file);
    if (!credentials) return credentials.error();
    const auto owner = accounts::Name::parse(folder.filename().string());
    const auto account = accounts::Name::parse(file.parent_path().parent_path().filename().string());
    const auto user = accounts::Name::parse(file.stem().string());
    if (!owner || !account || !user) return base::Error{accounts::Errc::bad_name, file.string()};
    const auto stored = session.keys().store_creds({*owner, *account, *user}, *credentials);
    if (!stored) return stored.error();
    session.done("copied creds file to `" + session.shown(*stored) + "`");
    return {};
}

base::Status migrate_key(const Session& session, const fs::path& file) {
    const auto key = nkeys::load_seed(file);
    if (!key) return key.error();
    const auto stored = session.keys().store(*key);
    if (!stored) return stored.error();
    session.done("copied " + key->public_key().text());
    return {};
}

base::Status migrate_folder(const Session& session, const fs::path& folder) {
    std::error_code failed;
    for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        const fs::path& file = at->path();
        base::Status done;
        if (file.extension() == ".nk") done = migrate_key(session, file);
        if (file.extension() == ".creds") done = migrate_creds(session, folder, file);
        if (!done) return done;
    }
    return failed ? base::Status(base::Error{failed, folder.string()}) : base::Status();
}

/// Copies, so that what was interrupted can be done again, and the old ones are there until people are sure.
base::Status migrate(const Session& session) {
    const auto folders = old_folders(session.keys().folder());
    if (!folders) return folders.error();
    if (folders->empty()) {
        session.done("the keystore has today's folders already");
        return {};
    }
    for (const fs::path& folder : *folders) {
        if (base::Status done = migrate_folder(session, folder); !done) return done;
        session.hint("`" + session.shown(folder) +
                     "` is not looked at any more, and still holds private keys");
    }
    return {};
}

}  // namespace

Command migrate_keys() {
    return {
        .notes = "Copies keys and creds files from the folders that nsc had before version 0.4 to today's.",
        .examples = {"nsctl keys migrate"},
        .run = [](const Session& session) { return migrate(session); }};
}

}  // namespace natscreds::nsctl
