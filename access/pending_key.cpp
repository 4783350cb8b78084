#include <natscreds/access/pending_key.h>

#include <algorithm>
#include <string>
#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::access {
namespace {

constexpr std::size_t max_bytes = 16 * 1024;

base::Secret text_of(std::string_view name, const nkeys::SigningKey& key) {
    const base::Secret seed = key.seed_text();
    return base::Secret::filled(name.size() + seed.size() + 2, [&](std::span<std::uint8_t> bytes) {
        auto at = std::ranges::copy(name, bytes.begin()).out;
        *at++ = '\n';
        at = std::ranges::copy(seed.expose(), at).out;
        *at = '\n';
    });
}

/// What stands behind the name.
base::Result<nkeys::SigningKey> key_in(const base::Secret& text, const PendingKey::Place& place,
                                       const std::filesystem::path& file) {
    const std::string_view all = base::as_text(text.expose());
    const std::string_view waiting = all.substr(0, all.find('\n'));
    if (waiting != place.name || waiting.size() == all.size())
        return base::Error{
            std::make_error_code(std::errc::file_exists),
            file.string() +
                ": it holds the key of a request for another name that has no answer yet; ask for "
                "that name, or remove the file"};
    const base::Secret seed = base::Secret::copy_of(text.expose().subspan(waiting.size() + 1));
    base::Result<nkeys::SigningKey> key = nkeys::find_seed(seed);
    if (!key) return key.error().within(file.string());
    return key;
}

/// Whether the name is not this key's.
bool ends_key(const Refusal& refusal) {
    const std::optional<Reason> reason = reason_of(refusal.error.code);
    if (!reason || refusal.retry_after) return false;
    const int number = access::number(*reason);
    return number == 400 || number == 403 || number == 404 || number == 409;
}

/// Nobody has heard the question: no name can have been taken for the key.
bool never_arrived(const base::Error& error) {
    return error.code == bus::Errc::no_responders || error.code == bus::Errc::permission_denied;
}

}  // namespace

base::Result<PendingKey> PendingKey::take_up(const Place& place, base::Random& random) {
    std::filesystem::path file;
    if (!place.creds_file.empty()) {
        file = file_beside(place.creds_file);
        const base::Result<base::Secret> text = base::read_secret_file(file, max_bytes);
        if (text) {
            base::Result<nkeys::SigningKey> key = key_in(*text, place, file);
            if (!key) return key.error();
            return PendingKey(std::move(*key), std::move(file), Origin::found);
        }
        if (text.error().code != std::errc::no_such_file_or_directory) return text.error();
    }
    base::Result<nkeys::SigningKey> key = nkeys::SigningKey::generate(nkeys::Kind::user, random);
    if (!key) return key.error();
    if (!file.empty()) {
        const base::Status written =
            base::write_file(file, text_of(place.name, *key).expose(), {.existing = base::Existing::refuse});
        if (!written) return written.error();
    }
    return PendingKey(std::move(*key), std::move(file), Origin::made);
}

std::filesystem::path PendingKey::file_beside(std::filesystem::path creds_file) {
    creds_file += ".pending";
    return creds_file;
}

bool PendingKey::in_vain(const base::Result<Answer>& answer) const {
    if (!answer) return never_arrived(answer.error()) && !asked_before_;
    const auto* const refusal = std::get_if<Refusal>(&*answer);
    return refusal != nullptr && ends_key(*refusal);
}

void PendingKey::forget() const {
    std::error_code ignored;
    if (!file_.empty()) std::filesystem::remove(file_, ignored);
}

}  // namespace natscreds::access
