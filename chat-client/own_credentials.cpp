#include "own_credentials.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include <natscreds/access/pending_key.h>
#include <natscreds/base/date.h>
#include <natscreds/base/file.h>
#include <natscreds/base/state_folder.h>
#include <natscreds/bus/connection.h>
#include <natscreds/chat-client/model/text.h>
#include <natscreds/cli/console/connection_flags.h>
#include <natscreds/cli/console/refused_credentials.h>
#include <natscreds/cli/person/login.h>

#include "kept_file.h"

namespace natscreds::chat {
namespace {

using access::Freshness;
using console::ExitCode;

/// So that a name, which is no other file's, cannot lead elsewhere.
std::string prefix_of(const std::string& name) {
    return name + ".";
}

std::string file_name(const std::string& name, const nkeys::PublicKey& requester) {
    return prefix_of(name) + requester.text() + ".creds";
}

std::optional<nkeys::PublicKey> account_of(const jwt::Credentials& credentials) {
    const base::Result<nkeys::PublicKey> account = access::account_of(credentials.user());
    return account ? std::optional(*account) : std::nullopt;
}

base::Error system_error(const std::filesystem::path& path) {
    return {std::error_code(errno, std::generic_category()), path.string()};
}

/// Whether it is what a chat keeps for this name: a creds file, or a key that has no answer yet.
bool is_kept_for(const std::string& file, const std::string& name,
                 const std::optional<nkeys::PublicKey>& requester) {
    constexpr std::size_t key_characters = 56;
    const std::string prefix = prefix_of(name);
    if (!file.starts_with(prefix) || file.size() < prefix.size() + key_characters) return false;
    const std::string key = file.substr(prefix.size(), key_characters);
    const std::string rest = file.substr(prefix.size() + key_characters);
    if (rest != ".creds" && rest != ".creds.pending") return false;
    return nkeys::PublicKey::parse(key).has_value() && (!requester || key == requester->text());
}

/// Whether it is what a chat keeps beside the credentials of one of these keys: COMMUNITY.KEY.curve and the like.
bool is_of_identity(const std::string& file, const std::vector<std::string>& identities) {
    return std::ranges::any_of(identities, [&file](const std::string& key) {
        const std::size_t at = file.find("." + key + ".");
        if (at == std::string::npos) return false;
        const std::string rest = file.substr(at + key.size() + 2);
        return std::ranges::count(kept_endings, rest) > 0;
    });
}

}  // namespace

base::Result<std::vector<std::filesystem::path>> forget_kept(
    const std::filesystem::path& folder, const std::string& name,
    const std::optional<nkeys::PublicKey>& requester) {
    std::error_code failed;
    std::vector<std::filesystem::path> all;
    for (auto entry = std::filesystem::directory_iterator(folder, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed))
        all.push_back(entry->path());
    if (failed && failed != std::errc::no_such_file_or_directory) return base::Error{failed, folder.string()};
    std::ranges::sort(all);
    std::vector<std::filesystem::path> removed;
    std::vector<std::string> identities;
    for (const std::filesystem::path& file : all) {
        if (!is_kept_for(file.filename().string(), name, requester)) continue;
        removed.push_back(file);
        if (const auto of = jwt::Credentials::load(file)) identities.push_back(of->key().public_key().text());
    }
    std::ranges::copy_if(all, std::back_inserter(removed), [&](const std::filesystem::path& file) {
        return is_of_identity(file.filename().string(), identities);
    });
    for (const std::filesystem::path& file : removed) {
        std::filesystem::remove(file, failed);
        if (failed) return base::Error{failed, file.string()};
    }
    return removed;
}

base::Result<OwnCredentials::Place> OwnCredentials::open_place(const jwt::Credentials& requester) const {
    const std::filesystem::path folder = base::state_folder(parts_.world.environment);
    if (folder.empty())
        return base::Error{std::make_error_code(std::errc::no_such_file_or_directory),
                           "XDG_STATE_HOME, HOME"};
    if (!is_name(parts_.name))
        return base::Error{std::make_error_code(std::errc::invalid_argument), parts_.name};
    if (const base::Status made = base::make_private_folder(folder); !made) return made.error();
    Place place{.file = folder / file_name(parts_.name, requester.key().public_key()),
                .lock = base::Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))};
    if (!place.lock.open() || !place.lock.lock()) return system_error(folder);
    return place;
}

OwnCredentials::Place OwnCredentials::place(const jwt::Credentials& requester) const {
    base::Result<Place> found = open_place(requester);
    if (found) return std::move(*found);
    parts_.reporter.message("the credentials are kept in memory only, and end with this chat: " +
                            found.error().message());
    return {};
}

base::Result<access::OwnedFile> OwnCredentials::look(const Place& place,
                                                     const jwt::Credentials& requester) const {
    if (place.file.empty()) return access::OwnedFile{};
    return access::look_at_file(place.file, {.name = parts_.name, .account = account_of(requester)},
                                parts_.world.clock.now());
}

std::variant<ChatUser, ExitCode> OwnCredentials::find(Kept kept) const {
    const base::Result<jwt::Credentials> requester = jwt::Credentials::load(parts_.request_creds);
    if (!requester) return parts_.reporter.cannot_connect(requester.error());
    const Place place = this->place(*requester);
    const base::Result<access::OwnedFile> found = look(place, *requester);
    if (!found) {
        const ExitCode code = parts_.reporter.failed(found.error());
        parts_.reporter.hint("--forget removes what is kept for a name");
        return code;
    }
    const bool good = found->freshness == Freshness::good || found->freshness == Freshness::aged;
    if (good && kept == Kept::welcome)
        return identity(*found->credentials, {found->credentials->user().issuer}, place.file);
    return ask_into(place, *found);
}

std::variant<ChatUser, ExitCode> OwnCredentials::ask_into(const Place& place,
                                                          const access::OwnedFile& found) const {
    if (found.credentials) return take(place, ask(parts_.name, found.credentials->key()));
    const base::Result<access::PendingKey> pending =
        access::PendingKey::take_up({.creds_file = place.file, .name = parts_.name}, parts_.world.random);
    if (!pending) return parts_.reporter.failed(pending.error());
    const base::Result<access::Answer> answer = ask(parts_.name, pending->key());
    std::variant<ChatUser, ExitCode> taken = take(place, answer);
    // Where what was granted could not be written, the key is not to be lost with it.
    const bool written = !place.file.empty() && std::filesystem::exists(place.file);
    if (written || pending->in_vain(answer)) pending->forget();
    return taken;
}

base::Result<access::Answer> OwnCredentials::ask(const std::string& name,
                                                 const nkeys::SigningKey& key) const {
    base::Result<jwt::Credentials> requester = jwt::Credentials::load(parts_.request_creds);
    if (!requester) return requester.error();
    base::Result<std::optional<access::Identity>> proof = this->proof();
    if (!proof) return proof.error();
    const access::AccessQuery question{.options = {.name = name, .identity = *std::move(proof)},
                                       .requester = requester->key().public_key(),
                                       .expected_account = account_of(*requester),
                                       .key = &key,
                                       .attempts = 3};
    base::Result<bus::ConnectionOptions> options = parts_.settings.load_as(*std::move(requester));
    if (!options) return options.error();
    options->name = parts_.reporter.program();
    const auto timeout = options->timeout;
    const console::ShownCredentials shown(options->credentials, parts_.request_creds);
    base::Result<bus::Connection> connection = bus::Connection::open(std::move(*options));
    if (!connection) return shown.explain(connection.error(), parts_.world.clock.now());
    return access::request_access({.requests = *connection,
                                   .clock = parts_.world.clock,
                                   .random = parts_.world.random,
                                   .subjects = access::Subjects(),
                                   .timeout = timeout},
                                  question);
}

base::Result<std::optional<access::Identity>> OwnCredentials::proof() const {
    if (parts_.login == nullptr) return std::optional<access::Identity>();
    base::Result<base::Secret> token = parts_.login->token();
    if (!token) return token.error();
    return std::optional(access::Identity{.kind = "oidc", .token = *std::move(token)});
}

std::variant<ChatUser, ExitCode> OwnCredentials::take(const Place& place,
                                                      const base::Result<access::Answer>& answer) const {
    if (!answer && person::is_about_login(answer.error().code))
        return person::login_failed(parts_.reporter, answer.error());
    if (!answer) return parts_.reporter.cannot_connect(answer.error());
    if (const auto* const refusal = std::get_if<access::Refusal>(&*answer))
        return parts_.reporter.failed(refusal->error);
    const auto& granted = std::get<access::Granted>(*answer);
    std::filesystem::path file = place.file;
    const base::Status saved =
        file.empty() ? base::Status() : access::CredentialsFile(file).save(granted.credentials);
    if (!saved) {
        parts_.reporter.message("the credentials cannot be kept, and end with this chat: " +
                                saved.error().message());
        file.clear();
    }
    return identity(granted.credentials, access::issuers_of(granted.grant), file);
}

std::variant<ChatUser, ExitCode> OwnCredentials::identity(const jwt::Credentials& credentials,
                                                          std::vector<nkeys::PublicKey> issuers,
                                                          const std::filesystem::path& file) const {
    base::Result<jwt::Credentials> copy = jwt::Credentials::parse(credentials.text());
    if (!copy) return parts_.reporter.failed(copy.error());
    base::Result<bus::ConnectionOptions> options = parts_.settings.load_as(*std::move(copy));
    if (!options) return parts_.reporter.cannot_connect(options.error());
    options->name = parts_.reporter.program();
    std::unique_ptr<access::CredentialsStore> store;
    if (file.empty()) {
        store = std::make_unique<access::CredentialsInMemory>(credentials);
    } else {
        store = std::make_unique<access::CredentialsFile>(file);
    }
    return ChatUser{.options = std::move(*options), .issuers = std::move(issuers), .store = std::move(store)};
}

}  // namespace natscreds::chat
