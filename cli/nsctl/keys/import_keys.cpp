#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/nkeys/key_file.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct ImportKeysOptions {
    std::string folder;
    bool recurse = false;
};

template <class Iterator>
base::Result<std::vector<std::filesystem::path>> key_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code failed;
    for (Iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        if (at->path().extension() == ".nk") files.push_back(at->path());
    }
    if (failed) return base::Error{failed, folder.string()};
    std::ranges::sort(files);
    return files;
}

/// Of a curve key, or of one that signs.
base::Result<nkeys::PublicKey> import_file(const Session& session, const std::filesystem::path& file) {
    const auto key = nkeys::load_seed(file);
    if (key) {
        const auto stored = session.keys().store(*key);
        return stored ? base::Result<nkeys::PublicKey>(key->public_key()) : stored.error();
    }
    const auto curve = nkeys::load_curve_seed(file);
    if (!curve) return key.error();
    const auto stored = session.keys().store(*curve);
    return stored ? base::Result<nkeys::PublicKey>(curve->public_key()) : stored.error();
}

base::Status import_keys(const Session& session, const ImportKeysOptions& options) {
    using std::filesystem::directory_iterator;
    using std::filesystem::recursive_directory_iterator;
    const auto files = options.recurse ? key_files<recursive_directory_iterator>(options.folder)
                                       : key_files<directory_iterator>(options.folder);
    if (!files) return files.error();
    if (files->empty()) return base::Error{Errc::no_key_files, options.folder};
    base::Status all;
    for (const std::filesystem::path& file : *files) {
        const auto imported = import_file(session, file);
        if (imported) {
            session.done("imported " + imported->text());
            continue;
        }
        session.warn(imported.error().message());
        all = base::Error{Errc::not_imported, ""};
    }
    return all;
}

}  // namespace

Command import_keys() {
    const auto options = std::make_shared<ImportKeysOptions>();
    return {
        .options = {{.names = "-d,--dir",
                     .to = &options->folder,
                     .help = "the folder with .nk files",
                     .takes = Takes::folder,
                     .required = true},
                    {"-R,--recurse", &options->recurse, "and those below it"}},
        .examples = {"nsctl import keys -d /media/safe"},
        .run = [options](const Session& session) { return import_keys(session, *options); },
    };
}

}  // namespace natscreds::nsctl
