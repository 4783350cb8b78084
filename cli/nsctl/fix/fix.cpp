#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/import.h>
#include <natscreds/base/file.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/key_file.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {
namespace {

struct FixOptions {
    Strings in;
    std::string out;
    bool creds = false;
};

/// The newest token of each key, of what was found in the folders.
struct FoundTokens {
    std::map<std::string, jwt::Decoded<jwt::OperatorClaims>> operators;
    std::map<std::string, jwt::Decoded<jwt::AccountClaims>> accounts;
    std::map<std::string, jwt::Decoded<jwt::UserClaims>> users;
};

template <class C>
void keep_newest(std::map<std::string, jwt::Decoded<C>>& kept, const jwt::Decoded<C>& token) {
    const auto [at, fresh] = kept.emplace(token.content.subject, token);
    if (!fresh && token.issued_at > at->second.issued_at) at->second = token;
}

void keep(FoundTokens& found, const jwt::Decoded<jwt::OperatorClaims>& token) {
    keep_newest(found.operators, token);
}
void keep(FoundTokens& found, const jwt::Decoded<jwt::AccountClaims>& token) {
    keep_newest(found.accounts, token);
}
void keep(FoundTokens& found, const jwt::Decoded<jwt::UserClaims>& token) {
    keep_newest(found.users, token);
}
/// Of no other kind is anything in a store.
template <class Other>
void keep(FoundTokens&, const Other&) {}

/// Gathers tokens, and stores keys as they are found.
class Gathering {
  public:
    Gathering(const Session& session, const FixOptions& options, const accounts::KeyStore& keys)
        : session_(session), options_(options), keys_(keys) {}

    base::Status look_into(const std::filesystem::path& folder) {
        using std::filesystem::recursive_directory_iterator;
        std::error_code failed;
        for (recursive_directory_iterator at(folder, failed), end; !failed && at != end;
             at.increment(failed)) {
            std::error_code ignored;
            if (!at->is_regular_file(ignored)) continue;
            if (base::Status taken = take(at->path()); !taken) session_.warn(taken.error().message());
        }
        if (failed) return base::Error{failed, folder.string()};
        return {};
    }

    [[nodiscard]] const FoundTokens& tokens() const { return tokens_; }
    [[nodiscard]] std::size_t keys() const { return stored_; }

  private:
    base::Status take(const std::filesystem::path& file) {
        const std::string extension = file.extension().string();
        if (extension == ".nk") return take_key(file);
        if (extension == ".jwt") return take_token(file);
        if (extension != ".creds" || !options_.creds) return {};
        const auto credentials = jwt::Credentials::load(file);
        if (!credentials) return credentials.error();
        if (base::Status stored = store(credentials->key()); !stored) return stored;
        return take_token(file);
    }

    base::Status take_key(const std::filesystem::path& file) {
        const auto key = nkeys::load_seed(file);
        if (key) return store(*key);
        const auto curve = nkeys::load_curve_seed(file);
        return curve ? store(*curve) : key.error();
    }

    base::Status take_token(const std::filesystem::path& file) {
        const auto text = token_text(session_, file.string());
        if (!text) return text.error();
        const auto token = jwt::decode_any(*text);
        if (!token) return token.error().within(file.string());
        std::visit([this](const auto& one) { keep(tokens_, one); }, *token);
        return {};
    }

    template <class Key>
    base::Status store(const Key& key) {
        const bool known = keys_.holds(key.public_key());
        const auto stored = keys_.store(key);
        if (!stored) return stored.error();
        if (!known) ++stored_;
        return {};
    }

    const Session& session_;
    const FixOptions& options_;
    const accounts::KeyStore& keys_;
    FoundTokens tokens_;
    std::size_t stored_ = 0;
};

/// What cannot be put into the tree is named, and the others are.
class Rebuilding {
  public:
    Rebuilding(const Session& session, const FoundTokens& found, const accounts::KeyStore& keys)
        : session_(session), found_(found), keys_(keys) {}

    base::Status rebuild(const std::filesystem::path& stores,
                         const jwt::Decoded<jwt::OperatorClaims>& owner) {
        const auto name = accounts::Name::parse(owner.content.name);
        if (!name) return name.error();
        const auto key = nkeys::PublicKey::parse(owner.content.subject);
        if (!key) return key.error();
        const bool ours = keys_.holds(*key) || holds_any(owner.claims().signing_keys);
        const auto store = accounts::Store::create(
            stores, *name, ours ? accounts::Management::here : accounts::Management::elsewhere);
        if (!store) return store.error();
        const accounts::Tree tree{.store = *store,
                                  .keys = keys_,
                                  .clock = session_.world().clock,
                                  .random = session_.world().random};
        const base::Status imported = accounts::import_operator(tree, owner, base::Existing::refuse);
        if (!imported) return imported;
        add_accounts(tree);
        add_users(tree);
        session_.done("stored operator " + in_quotes(name->text()) + ", " + std::to_string(accounts_) +
                      " of its accounts and " + std::to_string(users_) + " users");
        return {};
    }

  private:
    [[nodiscard]] bool holds_any(const Strings& keys) const {
        for (const std::string& text : keys) {
            const auto key = nkeys::PublicKey::parse(text);
            if (key && keys_.holds(*key)) return true;
        }
        return false;
    }

    void add_accounts(const accounts::Tree& tree) {
        accounts_ = 0;
        for (const auto& [key, token] : found_.accounts) {
            const auto imported =
                accounts::import_account(tree, {.token = token, .soundness = accounts::Soundness::unknown});
            if (imported) ++accounts_;
            if (!imported && found_.operators.size() == 1)
                session_.warn("left out: " + imported.error().message());
        }
    }

    void add_users(const accounts::Tree& tree) {
        users_ = 0;
        for (const auto& [key, token] : found_.users) {
            const auto imported = accounts::import_user(
                tree, {.token = token, .key = std::nullopt, .soundness = accounts::Soundness::unknown});
            if (imported) ++users_;
            if (!imported && found_.operators.size() == 1)
                session_.warn("left out: " + imported.error().message());
        }
    }

    const Session& session_;
    const FoundTokens& found_;
    const accounts::KeyStore& keys_;
    std::size_t accounts_ = 0;
    std::size_t users_ = 0;
};

/// Beside the folder that is wanted, which is there only when it is whole.
base::Status fix(const Session& session, const FixOptions& options) {
    namespace fs = std::filesystem;
    const fs::path out = options.out;
    const fs::path unfinished = out.string() + ".unfinished";
    std::error_code failed;
    if (fs::exists(out, failed))
        return base::Error{std::make_error_code(std::errc::file_exists), out.string()};
    fs::remove_all(unfinished, failed);
    if (failed) return base::Error{failed, unfinished.string()};
    if (base::Status made = base::make_private_folder(unfinished / "operators"); !made) return made;
    const accounts::KeyStore keys(unfinished / "keys");
    Gathering gathering(session, options, keys);
    for (const std::string& folder : options.in) {
        if (base::Status looked = gathering.look_into(folder); !looked) return looked;
    }
    if (gathering.tokens().operators.empty()) return base::Error{accounts::Errc::no_such_operator, "--in"};
    Rebuilding rebuilding(session, gathering.tokens(), keys);
    for (const auto& [key, owner] : gathering.tokens().operators) {
        if (base::Status done = rebuilding.rebuild(unfinished / "operators", owner); !done) return done;
    }
    fs::rename(unfinished, out, failed);
    if (failed) return base::Error{failed, out.string()};
    session.done("stored " + std::to_string(gathering.keys()) + " keys");
    session.hint("export NKEYS_PATH=" + (out / "keys").string() + " && cd " + (out / "operators").string());
    return {};
}

}  // namespace

Command fix() {
    const auto options = std::make_shared<FixOptions>();
    auto in = list_option("--in", options->in, "folders to look into, and into all below them");
    in.required = true;
    in.takes = Takes::folder;
    return {
        .options = {in,
                    {.names = "--out",
                     .to = written_to(options->out),
                     .help = "the folder to make",
                     .takes = Takes::folder,
                     .required = true},
                    {"--creds", &options->creds, "users and their keys from creds files, too"}},
        .notes =
            "Builds a tree from loose .jwt, .nk and .creds files, as of `export keys --include-jwts`: of "
            "each key\n"
            "the newest JWT. Below --out are then `operators`, for --data-dir, and `keys`, for "
            "--keystore-dir.",
        .examples = {"nsctl fix --in backup --out restored",
                     "nsctl list keys --data-dir restored/operators --keystore-dir restored/keys"},
        .run = [options](const Session& session) { return fix(session, *options); },
    };
}

}  // namespace natscreds::nsctl
