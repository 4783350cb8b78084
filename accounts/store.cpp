#include <natscreds/accounts/store.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <natscreds/base/file.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/write_files.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::accounts {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_token_bytes = 1024 * 1024;
constexpr std::size_t max_marker_bytes = 64 * 1024;
constexpr std::string_view marker = ".nsc";
constexpr std::string_view removed_folder = ".nsctl.removed";

bool is_missing(const base::Error& error) {
    return error.code == std::make_error_condition(std::errc::no_such_file_or_directory) ||
           error.code == std::make_error_condition(std::errc::not_a_directory);
}

/// Whether a token's file is there, or something else in its place: that is wrong, and not nothing.
bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

struct Missing {
    Errc code;
    const Name& name;
};

template <class C>
base::Result<jwt::Decoded<C>> read_token(const fs::path& path, const Missing& missing) {
    const base::Result<std::string> text = base::read_file(path, max_token_bytes);
    if (!text) {
        const bool missed = is_missing(text.error()) && !is_there(path);
        return missed ? base::Error{missing.code, "\"" + missing.name.text() + "\""} : text.error();
    }
    // People copy such files by hand, and editors leave their marks.
    const base::Result<std::string> token = jwt::find_token(*text);
    base::Result<jwt::Decoded<C>> decoded = jwt::decode<C>(token ? *token : *text);
    if (!decoded) return decoded.error().within(path.string());
    return decoded;
}

base::Status write_token(const fs::path& path, const jwt::Token& token) {
    if (base::Status made = base::make_private_folder(path.parent_path()); !made) return made;
    return base::write_file(path, base::as_bytes(token.text()), {.existing = base::Existing::replace});
}

/// What the name of an entry would be, and the file without which it is none.
struct Candidate {
    std::string name;
    fs::path proof;
    bool of_any_kind = false;  ///< a folder or a link to nothing counts, too
};

/// Whether the file is there. What may not be looked at is an error, and not a file that is not there.
base::Result<bool> is_there(const Candidate& candidate) {
    std::error_code failed;
    const fs::file_status status = candidate.of_any_kind ? fs::symlink_status(candidate.proof, failed)
                                                         : fs::status(candidate.proof, failed);
    const bool missing = status.type() == fs::file_type::not_found || failed == std::errc::not_a_directory;
    if (missing) return false;
    if (failed) return base::Error{failed, candidate.proof.string()};
    return candidate.of_any_kind || fs::is_regular_file(status);
}

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

/// The names of what lies in a folder, or as many of them as are wanted; a folder that is not there has none.
template <class CandidateOf>
base::Result<std::vector<Name>> names_in(const fs::path& folder, const CandidateOf& candidate_of,
                                         std::size_t wanted = all) {
    std::vector<Name> names;
    std::error_code failed;
    fs::directory_iterator entry(folder, failed);
    if (failed == std::errc::no_such_file_or_directory) return names;
    for (; !failed && entry != fs::directory_iterator() && names.size() < wanted; entry.increment(failed)) {
        const Candidate candidate = candidate_of(entry->path());
        const base::Result<Name> name = Name::parse(candidate.name);
        if (!name) continue;
        const base::Result<bool> found = is_there(candidate);
        if (!found) return found.error();
        if (*found) names.push_back(*name);
    }
    if (failed) return base::Error{failed, folder.string()};
    std::ranges::sort(names);
    return names;
}

Candidate account_at(const fs::path& path) {
    const std::string name = path.filename().string();
    return {name, path / (name + ".jwt"), true};
}

Candidate operator_at(const fs::path& path) {
    return {path.filename().string(), path / marker};
}

std::optional<Name> only_one(const base::Result<std::vector<Name>>& names) {
    return names && names->size() == 1 ? std::optional(names->front()) : std::nullopt;
}

struct Marker {
    bool managed = false;
};

base::Result<Marker> read_marker(const fs::path& path, const Name& name) {
    const base::Result<std::string> text = base::read_file(path, max_marker_bytes);
    if (!text) {
        if (is_missing(text.error())) return base::Error{Errc::no_such_operator, "\"" + name.text() + "\""};
        return text.error();
    }
    const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
    const bool good = json.is_object() && json.contains("kind") && json["kind"] == "operator";
    if (!good) return base::Error{Errc::bad_marker, path.string()};
    const auto managed = json.find("managed");
    return Marker{.managed = managed != json.end() && managed->is_boolean() && managed->get<bool>()};
}

base::Status write_marker(const fs::path& path, const Name& name, const Marker& marker_content) {
    nlohmann::ordered_json json;
    json["managed"] = marker_content.managed;
    json["name"] = name.text();
    json["kind"] = "operator";
    json["version"] = "1";
    const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return base::write_file(path, base::as_bytes(text), {.existing = base::Existing::replace});
}

/// Moves a folder out of sight in one step, then takes it away, with whatever an interrupted removal left.
base::Status remove_folder(const fs::path& folder, const fs::path& out_of_sight) {
    std::error_code failed;
    fs::remove_all(out_of_sight, failed);
    if (!failed) fs::rename(folder, out_of_sight, failed);
    if (failed) return base::Error{failed, folder.string()};
    fs::remove_all(out_of_sight, failed);
    if (failed) return base::Error{failed, out_of_sight.string()};
    return {};
}

}  // namespace

base::Result<Store> Store::open(const fs::path& stores, const Name& operator_name) {
    Store store(stores / operator_name.text(), operator_name);
    const base::Result<Marker> found = read_marker(store.folder_ / marker, operator_name);
    if (!found) return found.error();
    store.management_ = found->managed ? Management::elsewhere : Management::here;
    return store;
}

base::Result<Store> Store::create(const fs::path& stores, const Name& operator_name, Management management) {
    Store store(stores / operator_name.text(), operator_name);
    store.management_ = management;
    if (base::Status made = base::make_private_folder(store.folder_); !made) return made.error();
    return store;
}

base::Result<jwt::Decoded<jwt::OperatorClaims>> Store::read_operator() const {
    return read_token<jwt::OperatorClaims>(operator_path(), {Errc::no_such_operator, name_});
}

base::Result<jwt::Decoded<jwt::AccountClaims>> Store::read_account(const Name& account) const {
    return read_token<jwt::AccountClaims>(account_path(account), {Errc::no_such_account, account});
}

base::Result<jwt::Decoded<jwt::UserClaims>> Store::read_user(const Name& account, const Name& user) const {
    return read_token<jwt::UserClaims>(user_path(account, user), {Errc::no_such_user, user});
}

base::Result<std::vector<Name>> Store::accounts() const {
    return names_in(folder_ / "accounts", account_at);
}

std::optional<Name> Store::only_account() const {
    return only_one(names_in(folder_ / "accounts", account_at, 2));
}

base::Result<std::vector<Name>> Store::users(const Name& account) const {
    const fs::path folder = folder_ / "accounts" / account.text() / "users";
    return names_in(folder, [](const fs::path& path) {
        return Candidate{path.extension() == ".jwt" ? path.stem().string() : "", path, true};
    });
}

bool Store::holds_operator() const {
    std::error_code ignored;
    return fs::is_regular_file(folder_ / marker, ignored);
}

bool Store::holds_account(const Name& account) const {
    return is_there(account_path(account));
}

base::Result<bool> Store::holds_account_but_for_case(const Name& account) const {
    const auto alike = [&](const fs::path& path) {
        return base::equal_without_case(path.filename().string(), account.text()) ? account_at(path)
                                                                                  : Candidate{};
    };
    const auto found = names_in(folder_ / "accounts", alike, 1);
    if (!found) return found.error();
    return !found->empty();
}

bool Store::holds_user(const Name& account, const Name& user) const {
    return is_there(user_path(account, user));
}

fs::path Store::operator_path() const {
    return folder_ / (name_.text() + ".jwt");
}

fs::path Store::account_path(const Name& account) const {
    return folder_ / "accounts" / account.text() / (account.text() + ".jwt");
}

fs::path Store::user_path(const Name& account, const Name& user) const {
    return folder_ / "accounts" / account.text() / "users" / (user.text() + ".jwt");
}

namespace {

/// Whether the path still leads to the file that is open.
bool still_there(int descriptor, const fs::path& path) {
    struct stat open {};
    struct stat there {};
    return ::fstat(descriptor, &open) == 0 && ::stat(path.c_str(), &there) == 0 &&
           open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

}  // namespace

base::Result<StoreLock> Store::lock() const {
    const fs::path path = folder_ / ".nsctl.lock";
    const auto failed = [&] {
        return base::Error{std::error_code(errno, std::generic_category()), path.string()};
    };
    while (true) {
        base::Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!descriptor.open() || !descriptor.lock()) return failed();
        // The store may have been removed, or made anew, while another had the lock: that file locks nothing.
        if (still_there(descriptor.number(), path)) return StoreLock(std::move(descriptor));
    }
}

base::Status Store::write_operator(const StoreLock&, const jwt::Token& token) const {
    if (base::Status written = write_token(operator_path(), token); !written) return written;
    // The marker comes last: with it, the operator is there.
    return write_marker(folder_ / marker, name_, {.managed = management_ == Management::elsewhere});
}

base::Status Store::write_account(const StoreLock&, const Name& account, const jwt::Token& token) const {
    return write_token(account_path(account), token);
}

base::Status Store::write_user(const StoreLock&, const UserFile& file, const jwt::Token& token) const {
    return write_token(user_path(file.account, file.user), token);
}

base::Status Store::write_users(const StoreLock&, const Name& account,
                                std::span<const UserToken> users) const {
    std::vector<base::FileToWrite> files;
    for (const auto& [user, token] : users) {
        files.push_back({user_path(account, user), base::as_bytes(token.text())});
    }
    if (files.empty()) return {};
    const fs::path folder = files.front().path.parent_path();
    if (base::Status made = base::make_private_folder(folder); !made) return made;
    return base::write_files(files, {.existing = base::Existing::replace});
}

base::Status Store::remove_operator(const StoreLock&) const {
    return remove_folder(folder_, folder_.parent_path() / removed_folder);
}

base::Status Store::remove_account(const StoreLock&, const Name& account) const {
    return remove_folder(account_path(account).parent_path(), folder_ / removed_folder);
}

base::Status Store::remove_user(const StoreLock&, const UserFile& file) const {
    const fs::path path = user_path(file.account, file.user);
    std::error_code failed;
    fs::remove_all(path, failed);  // a folder may stand there by mistake
    return failed ? base::Status(base::Error{failed, path.string()}) : base::Status();
}

base::Result<std::vector<Name>> operators(const fs::path& stores) {
    return names_in(stores, operator_at);
}

std::optional<Name> only_operator(const fs::path& stores) {
    return only_one(names_in(stores, operator_at, 2));
}

}  // namespace natscreds::accounts
