#include <natscreds/jwt/creds.h>

#include <algorithm>
#include <optional>
#include <vector>

#include <natscreds/base/file.h>
#include <natscreds/base/letters.h>
#include <natscreds/jwt/creds_parts.h>

namespace natscreds::jwt {
namespace {

/// A JWT that a server accepts is under 4 KiB; this leaves room for comments.
constexpr std::size_t max_creds_bytes = 1024 * 1024;

constexpr std::string_view before_token = "-----BEGIN NATS USER JWT-----\n";
constexpr std::string_view before_seed =
    "\n------END NATS USER JWT------\n\n"
    "************************* IMPORTANT *************************\n"
    "NKEY Seed printed below can be used to sign and prove identity.\n"
    "NKEYs are sensitive and should be treated as secrets.\n\n"
    "-----BEGIN USER NKEY SEED-----\n";
constexpr std::string_view after_seed =
    "\n------END USER NKEY SEED------\n\n"
    "*************************************************************\n";

/// The lines of a text, trimmed, without the blank ones and the byte order mark that some editors begin with.
std::vector<std::string_view> lines_of(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = base::trimmed(text.substr(0, end));
        if (!line.empty()) lines.push_back(line);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return lines;
}

bool is_content(std::string_view line) {
    return std::ranges::all_of(line, [](char c) {
        return base::is_letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == '=';
    });
}

/// "-----BEGIN ANYTHING-----": at least three dashes at either end. Something may stand before them on the line: a
/// quotation mark, "NATS_CREDS=", a blank that is no ASCII.
bool is_fence(std::string_view line) {
    constexpr std::string_view dashes = "---";
    const std::size_t first = line.find(dashes);
    if (first == std::string_view::npos || first + 2 * dashes.size() > line.size()) return false;
    return line.ends_with(dashes) && (first == 0 || !is_content(line));
}

/// As Windows' tools write text; in UTF-8 no such bytes stand there.
bool is_utf16(std::string_view text) {
    return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
           text.substr(0, 2).find('\0') != std::string_view::npos;
}

constexpr std::string_view utf16_found = "this is UTF-16; save the file as UTF-8";

/// Where no dashes stand around the seed: the first line that begins as one does, as nkeys has it.
std::optional<std::string_view> bare_seed(std::string_view text) {
    for (const std::string_view line : lines_of(text)) {
        if (line.starts_with("SU") || line.starts_with("SA") || line.starts_with("SO")) return line;
    }
    return std::nullopt;
}

/// The single lines that stand between two lines of dashes, in order: first the JWT, then the seed.
std::vector<std::string_view> fenced_lines(std::string_view text) {
    const std::vector<std::string_view> lines = lines_of(text);
    std::vector<std::string_view> found;
    for (std::size_t i = 0; i + 2 < lines.size(); ++i) {
        if (!is_fence(lines[i]) || is_fence(lines[i + 1]) || !is_fence(lines[i + 2])) continue;
        if (!is_content(lines[i + 1])) continue;
        found.push_back(lines[i + 1]);
        i += 2;
    }
    return found;
}

base::Result<CredsParts> parse_parts(const base::Secret& text) {
    const std::string_view content = base::as_text(text.expose());
    if (is_utf16(content)) return base::Error{Errc::bad_creds, std::string(utf16_found)};
    const std::vector<std::string_view> lines = fenced_lines(content);
    const std::optional<std::string_view> seed = lines.size() > 1 ? lines[1] : bare_seed(content);
    if (lines.empty() || !seed) return base::Error{Errc::bad_creds, ""};
    base::Result<nkeys::SigningKey> key = nkeys::SigningKey::parse_seed(*seed, nkeys::Kind::user);
    if (!key) return key.error();
    return CredsParts{.token = std::string(lines[0]), .key = *std::move(key)};
}

}  // namespace

base::Result<CredsParts> CredsParts::load(const std::filesystem::path& path) {
    const base::Result<base::Secret> text = base::read_secret_file(path, max_creds_bytes);
    if (!text) return text.error();
    base::Result<CredsParts> parts = parse_parts(*text);
    if (!parts) return parts.error().within(path.string());
    return parts;
}

base::Result<Credentials> Credentials::create(Decoded<UserClaims> user, nkeys::SigningKey key) {
    if (user.content.subject != key.public_key().text()) {
        return base::Error{Errc::key_mismatch, "the JWT is for " + user.content.subject +
                                                   ", the seed is that of " + key.public_key().text()};
    }
    return Credentials(std::move(user), std::move(key));
}

base::Result<Credentials> Credentials::parse(const base::Secret& text) {
    base::Result<CredsParts> parts = parse_parts(text);
    if (!parts) return parts.error();
    base::Result<Decoded<UserClaims>> user = decode<UserClaims>(parts->token);
    if (!user) return user.error();
    return create(std::move(*user), std::move(parts->key));
}

base::Result<Credentials> Credentials::load(const std::filesystem::path& path) {
    const base::Result<base::Secret> text = base::read_secret_file(path, max_creds_bytes);
    if (!text) return text.error();
    base::Result<Credentials> credentials = parse(*text);
    if (!credentials) return credentials.error().within(path.string());
    return credentials;
}

base::Secret Credentials::text() const {
    return creds_text(user_.token, key_);
}

base::Secret creds_text(const Token& user, const nkeys::SigningKey& key) {
    const base::Secret seed = key.seed_text();
    const std::size_t size =
        before_token.size() + user.text().size() + before_seed.size() + seed.size() + after_seed.size();
    return base::Secret::filled(size, [&](std::span<std::uint8_t> out) {
        auto at = out.begin();
        const auto append = [&](base::ByteView bytes) { at = std::ranges::copy(bytes, at).out; };
        append(base::as_bytes(before_token));
        append(base::as_bytes(user.text()));
        append(base::as_bytes(before_seed));
        append(seed.expose());
        append(base::as_bytes(after_seed));
    });
}

base::Result<std::string> find_token(std::string_view text) {
    if (is_utf16(text)) return base::Error{Errc::bad_shape, std::string(utf16_found)};
    const std::vector<std::string_view> fenced = fenced_lines(text);
    if (!fenced.empty()) return std::string(fenced.front());
    const std::vector<std::string_view> lines = lines_of(text);
    const auto dots = [](std::string_view line) { return std::ranges::count(line, '.'); };
    if (lines.size() == 1 && dots(lines.front()) == 2) return std::string(lines.front());
    return base::Error{Errc::bad_shape, "no JWT found"};
}

}  // namespace natscreds::jwt
