#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/file.h>

#include "commands.h"
#include "options/options.h"
#include "shared/key_choice.h"

namespace natscreds::nsctl {
namespace {

struct ExportKeysOptions {
    KeyChoice choice;
    std::string curve;
    std::string folder;
    bool include_jwts = false;
    bool force = false;
    bool remove = false;
};

/// What is written of a key: its seed, and perhaps the JWT that is about it.
struct ExportedKey {
    nkeys::PublicKey key;
    std::string token;
};

base::Result<std::vector<ExportedKey>> chosen_keys(const Session& session, const ExportKeysOptions& options) {
    KeyChoice choice = options.choice;
    if (!options.curve.empty()) {
        choice.curves = true;
        choice.filter = options.curve;
    }
    const auto rows = choice.keys(session);
    if (!rows) return rows.error();
    std::vector<ExportedKey> chosen;
    for (const TreeKey& row : *rows) {
        const auto key = nkeys::PublicKey::parse(row.key);
        if (key && row.stored) chosen.push_back({*key, row.token});
    }
    return chosen;
}

/// The files of a key: the one that is there for each, and, where it is wanted, the one of its JWT.
struct ExportedFiles {
    std::filesystem::path seed;
    std::optional<std::filesystem::path> token;
};

ExportedFiles files_of(const ExportKeysOptions& options, const ExportedKey& exported) {
    const std::filesystem::path folder = options.folder;
    ExportedFiles files{folder / (exported.key.text() + ".nk"), std::nullopt};
    if (options.include_jwts && !exported.token.empty())
        files.token = folder / (exported.key.text() + ".jwt");
    return files;
}

base::Status check_is_free(const std::filesystem::path& file) {
    std::error_code failed;
    if (!std::filesystem::exists(file, failed)) return {};
    return base::Error{std::make_error_code(std::errc::file_exists),
                       file.string() + " (--force writes over it)"};
}

/// All that is in the way is found before anything is written.
base::Status check_free(const ExportKeysOptions& options, const std::vector<ExportedKey>& keys) {
    if (options.force) return {};
    for (const ExportedKey& one : keys) {
        const ExportedFiles files = files_of(options, one);
        if (base::Status free = check_is_free(files.seed); !free) return free;
        if (!files.token) continue;
        if (base::Status free = check_is_free(*files.token); !free) return free;
    }
    return {};
}

base::Status export_key(const Session& session, const ExportKeysOptions& options, const ExportedKey& one) {
    const ExportedFiles files = files_of(options, one);
    const auto seed = base::read_secret_file(session.keys().key_path(one.key), 1024);
    if (!seed) return seed.error();
    if (files.token) {
        const base::Status written =
            base::write_file(*files.token, base::as_bytes(one.token), {.existing = base::Existing::replace});
        if (!written) return written;
    }
    const base::Status written =
        base::write_file(files.seed, seed->expose(), {.existing = base::Existing::replace});
    if (!written || !options.remove) return written;
    const auto removed = session.keys().remove(one.key);
    return removed ? base::Status() : removed.error();
}

base::Status export_keys(const Session& session, const ExportKeysOptions& options) {
    const auto keys = chosen_keys(session, options);
    if (!keys) return keys.error();
    if (keys->empty())
        return base::Error{accounts::Errc::key_not_stored, "none of those that were asked for"};
    if (const base::Status made = base::make_private_folder(options.folder); !made) return made;
    if (const base::Status free = check_free(options, *keys); !free) return free;
    for (const ExportedKey& one : *keys) {
        if (const base::Status done = export_key(session, options, one); !done) return done;
        session.done((options.remove ? "moved " : "exported ") + one.key.text());
    }
    return {};
}

}  // namespace

Command export_keys() {
    const auto options = std::make_shared<ExportKeysOptions>();
    return {
        .options =
            joined({options->choice.options(),
                    {{"--curves", &options->choice.curves, "the accounts' curve keys"},
                     {"--curve", &options->curve, "this curve key only, by its public key"},
                     {.names = "-d,--dir",
                      .to = written_to(options->folder),
                      .help = "the folder to write to",
                      .takes = Takes::folder,
                      .required = true},
                     {"--include-jwts", &options->include_jwts, "also the JWTs that are about the keys"},
                     {"-F,--force", &options->force, "write over files that are there"},
                     {"-R,--remove", &options->remove, "take the keys out of the keystore"}}}),
        .examples = {"nsctl export keys --operator -d /media/safe --remove",
                     "nsctl export keys --not-referenced -d old",
                     "nsctl export keys --include-jwts -d backup"},
        .run = [options](const Session& session) { return export_keys(session, *options); },
    };
}

}  // namespace natscreds::nsctl
