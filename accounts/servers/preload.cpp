#include <natscreds/accounts/servers/preload.h>

#include <algorithm>
#include <system_error>

#include <natscreds/base/file.h>

namespace natscreds::accounts {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_config_bytes = 64 * 1024 * 1024;
constexpr std::string_view token_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

bool in_a_comment(std::string_view config, std::size_t at) {
    const std::size_t line = config.rfind('\n', at) + 1;  // 0 where there is none before
    const std::string_view before = config.substr(line, at - line);
    return before.find('#') != std::string_view::npos || before.find("//") != std::string_view::npos;
}

/// Where a word stands that is no comment's.
std::size_t find_word(std::string_view config, std::string_view word, std::size_t from) {
    std::size_t at = config.find(word, from);
    while (at != std::string_view::npos && in_a_comment(config, at))
        at = config.find(word, at + 1);
    return at;
}

/// The braces of resolver_preload. Neither keys nor tokens have braces.
struct Block {
    std::size_t open;
    std::size_t close;
};

std::optional<Block> find_block(std::string_view config) {
    constexpr std::size_t none = std::string_view::npos;
    const std::size_t name = find_word(config, "resolver_preload", 0);
    const std::size_t open = name == none ? none : config.find('{', name);
    const std::size_t close = open == none ? none : find_word(config, "}", open);
    if (close == none) return std::nullopt;
    return Block{open, close};
}

/// What stands behind `operator:`, or `operator =`: a token, or a file's name; of a list the first.
std::string_view operator_value(std::string_view config) {
    constexpr std::string_view word = "operator";
    const std::size_t at = find_word(config, word, 0);
    if (at == std::string_view::npos) return {};
    std::string_view rest = config.substr(at + word.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t:=[\"'\n"), rest.size()));
    return rest.substr(0, rest.find_first_of(" \t\r\n\"',;]#"));
}

/// Where an account's token stands.
struct Place {
    std::size_t begin;
    std::size_t size;
};

std::optional<Place> find_token(std::string_view config, const Block& block, const std::string& key) {
    const std::size_t named = find_word(config, key, block.open);
    if (named > block.close) return std::nullopt;
    const std::size_t begin = config.find("ey", named + key.size());
    if (begin > block.close) return std::nullopt;
    return Place{begin, config.find_first_not_of(token_characters, begin) - begin};
}

}  // namespace

base::Result<std::optional<jwt::Decoded<jwt::AccountClaims>>> read_preloaded(const fs::path& file,
                                                                             const std::string& account_key) {
    using Found = std::optional<jwt::Decoded<jwt::AccountClaims>>;
    const base::Result<std::string> config = base::read_file(file, max_config_bytes);
    if (!config) return config.error();
    const std::optional<Block> block = find_block(*config);
    const auto place = block ? find_token(*config, *block, account_key) : std::nullopt;
    if (!place) return Found();
    auto token = jwt::decode<jwt::AccountClaims>(config->substr(place->begin, place->size));
    if (!token) return token.error().within(file.string());
    return Found(*std::move(token));
}

base::Result<std::optional<jwt::Decoded<jwt::OperatorClaims>>> read_configured_operator(
    const fs::path& file) {
    const base::Result<std::string> config = base::read_file(file, max_config_bytes);
    if (!config) return config.error();
    std::string value(operator_value(*config));
    if (value.empty()) return std::optional<jwt::Decoded<jwt::OperatorClaims>>();
    if (!value.starts_with("ey")) {
        const fs::path named = file.parent_path() / value;
        base::Result<std::string> text = base::read_file(named, max_config_bytes);
        if (!text) return text.error();
        value = *std::move(text);
    }
    auto token = jwt::decode<jwt::OperatorClaims>(value);
    if (!token) return token.error().within(file.string());
    return std::optional(*std::move(token));
}

base::Result<std::string> with_preloaded(std::string_view config, const Preloaded& account) {
    const std::optional<Block> block = find_block(config);
    if (!block) return base::Error{Errc::no_preload, account.key};
    std::string changed(config);
    const std::optional<Place> place = find_token(config, *block, account.key);
    if (place) return changed.replace(place->begin, place->size, account.token.text());
    const std::string entry = "  // Account \"" + account.name.text() + "\"\n  " + account.key + ": " +
                              account.token.text() + "\n\n";
    return changed.insert(block->close, entry);
}

base::Status rewrite_preload(const fs::path& file, const Preloaded& account) {
    const base::Result<std::string> config = base::read_file(file, max_config_bytes);
    if (!config) return config.error();
    const base::Result<std::string> changed = with_preloaded(*config, account);
    if (!changed) return changed.error().within(file.string());
    std::error_code failed;
    const auto mode = static_cast<unsigned>(fs::status(file, failed).permissions());
    if (failed) return base::Error{failed, file.string()};
    return base::write_file(file, base::as_bytes(*changed),
                            {.existing = base::Existing::replace, .mode = mode});
}

}  // namespace natscreds::accounts
