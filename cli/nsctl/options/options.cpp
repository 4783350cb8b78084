#include "options/options.h"

#include <algorithm>

#include <natscreds/accounts/moment.h>
#include <natscreds/accounts/signer.h>
#include <natscreds/nkeys/public_key.h>

#include "errors.h"
#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

const char* const moments = "0 (always), 2006-01-02, or a number and one of m h d w M y";

/// The moment that the text names, or the one before where there is no text.
base::Result<std::optional<base::Time>> named_or(const std::optional<std::string>& text,
                                                 const std::optional<base::Time>& before, base::Time now) {
    if (!text) return before;
    return accounts::parse_moment(*text, now);
}

void append(Strings& lines, const std::string& words, const Strings& values) {
    for (const std::string& value : values)
        lines.push_back(words + " " + in_quotes(value));
}

base::Result<std::string> signing_key(const Session& session, const std::string& named, nkeys::Kind kind) {
    if (named == "generate") {
        const auto made = nkeys::SigningKey::generate(kind, session.world().random);
        if (!made) return made.error();
        const auto stored = session.keys().store(*made);
        if (!stored) return stored.error();
        return made->public_key().text();
    }
    const auto given = given_key(session, named, kind);
    if (!given) return given.error();
    if (!*given) return base::Error{accounts::Errc::not_a_key, in_quotes(named)};
    return (*given)->text();
}

}  // namespace

void add_new(Strings& list, const Strings& values) {
    for (const std::string& value : values) {
        if (std::ranges::find(list, value) == list.end()) list.push_back(value);
    }
}

console::Option list_option(const char* names, Strings& values, const char* help) {
    return {.names = names, .to = &values, .help = help, .several = console::Several::commas};
}

console::Option account_option(std::string& account) {
    return {"-a,--account", &account, "account name (default: the current one)"};
}

std::function<base::Status(const std::string&)> written_to(std::string& path) {
    return [&path](const std::string& named) -> base::Status {
        if (nkeys::SigningKey::parse_seed(named)) return base::Error{Errc::seed_as_file, {}};
        path = named;
        return {};
    };
}

console::Option output_option(std::string& file) {
    return {"-o,--output-file", written_to(file), "file to write, \"--\" for standard output",
            console::Takes::file};
}

console::OptionList TimeOptions::options() {
    return {{"--start", &start, std::string("valid from: ") + moments},
            {"--expiry", &expiry, std::string("valid until: ") + moments}};
}

base::Result<accounts::Validity> TimeOptions::validity(base::Time now) const {
    return changed({}, now);
}

base::Result<accounts::Validity> TimeOptions::changed(const accounts::Validity& before,
                                                      base::Time now) const {
    const auto not_before = named_or(start, before.not_before, now);
    if (!not_before) return not_before.error().within("--start");
    const auto expires = named_or(expiry, before.expires, now);
    if (!expires) return expires.error().within("--expiry");
    return accounts::Validity{*not_before, *expires};
}

Strings TimeOptions::report(base::Time now) const {
    Strings lines;
    const base::Result<accounts::Validity> given = validity(now);
    if (!given) return lines;
    if (start) {
        lines.push_back(given->not_before ? "changed jwt valid start to " + moment_text(given->not_before)
                                          : "changed jwt start to not have a start date");
    }
    if (expiry) {
        lines.push_back(given->expires ? "changed jwt expiry to " + moment_text(given->expires)
                                       : "changed jwt expiry to never expire");
    }
    return lines;
}

console::OptionList PermissionOptions::options() {
    return {
        list_option("--allow-pub", changes.allow_pub, "subjects it may publish to"),
        list_option("--allow-sub", changes.allow_sub, "subjects it may subscribe to"),
        list_option("--allow-pubsub", changes.allow_pubsub, "subjects it may do both with"),
        list_option("--deny-pub", changes.deny_pub, "subjects it may not publish to"),
        list_option("--deny-sub", changes.deny_sub, "subjects it may not subscribe to"),
        list_option("--deny-pubsub", changes.deny_pubsub, "subjects it may do neither with"),
        {.names = "--allow-pub-response",
         .to = &changes.max_responses,
         .help = "may answer a request so often (default 1)",
         .value = "[=N]",
         .without_value = "1"},
        {"--response-ttl", &response_ttl, "and for so long, such as 5s"},
    };
}

console::OptionList PermissionOptions::removal_options() {
    return {list_option("--rm", changes.remove, "subjects to remove from all permissions"),
            {"--rm-response-perms", &changes.remove_responses, "remove the permission to answer"}};
}

bool PermissionOptions::given() const {
    return !report().empty() || !response_ttl.empty();
}

base::Result<jwt::Permissions> PermissionOptions::applied_to(jwt::Permissions permissions) const {
    accounts::PermissionChanges wanted = changes;
    if (!response_ttl.empty()) {
        const auto ttl = parse_duration(response_ttl);
        if (!ttl) return ttl.error().within("--response-ttl");
        wanted.response_ttl = *ttl;
    }
    return accounts::changed(std::move(permissions), wanted);
}

Strings PermissionOptions::report() const {
    Strings lines;
    if (changes.max_responses)
        lines.push_back("set max responses to " + std::to_string(*changes.max_responses));
    if (!response_ttl.empty()) lines.push_back("set response ttl to " + response_ttl);
    append(lines, "added pub", changes.allow_pub);
    append(lines, "added pub", changes.allow_pubsub);
    append(lines, "added deny pub", changes.deny_pub);
    append(lines, "added deny pub", changes.deny_pubsub);
    append(lines, "added sub", changes.allow_sub);
    append(lines, "added sub", changes.allow_pubsub);
    append(lines, "added deny sub", changes.deny_sub);
    append(lines, "added deny sub", changes.deny_pubsub);
    append(lines, "removed", changes.remove);
    if (changes.remove_responses) lines.emplace_back("removed response permissions");
    return lines;
}

console::OptionList TagOptions::options() {
    return {list_option("--tag", changes.add, "tags to add"),
            list_option("--rm-tag", changes.remove, "tags to remove")};
}

Strings TagOptions::report() const {
    Strings lines;
    append(lines, "added tag", changes.add);
    append(lines, "removed tag", changes.remove);
    return lines;
}

console::OptionList SigningKeyOptions::options() {
    return {list_option("--sk", add, "signing keys to add; \"generate\" makes and stores one"),
            list_option("--rm-sk", remove, "signing keys to remove")};
}

base::Result<Strings> signing_keys(const Session& session, const Strings& named, nkeys::Kind kind) {
    Strings keys;
    for (const std::string& one : named) {
        const base::Result<std::string> key = signing_key(session, one, kind);
        if (!key) return key.error().within("--sk");
        keys.push_back(*key);
    }
    return keys;
}

base::Result<nkeys::PublicKey> account_key(const accounts::Store& store, const std::string& named) {
    base::Result<nkeys::PublicKey> key = nkeys::PublicKey::parse(named, nkeys::Kind::account);
    if (key) return key;
    const auto name = accounts::Name::parse(named);
    if (!name) return name.error();
    const auto account = store.read_account(*name);
    if (!account) return account.error();
    return nkeys::PublicKey::parse(account->content.subject, nkeys::Kind::account);
}

base::Result<std::optional<nkeys::PublicKey>> given_key(const Session& session, const std::string& named,
                                                        nkeys::Kind kind) {
    if (named.empty()) return std::optional<nkeys::PublicKey>();
    base::Result<nkeys::PublicKey> public_key = nkeys::PublicKey::parse(named, kind);
    if (public_key) return std::optional(*public_key);
    if (public_key.error().code == nkeys::Errc::wrong_kind) return public_key.error();
    const base::Result<nkeys::SigningKey> key = accounts::find_key(named, session.keys());
    if (!key) return key.error();
    if (nkeys::SigningKey::parse_seed(named))
        session.warn("a seed on the command line can be seen by others");
    public_key = nkeys::PublicKey::parse(key->public_key().text(), kind);
    if (!public_key) return public_key.error();
    const auto stored = session.keys().store(*key);
    if (!stored) return stored.error();
    return std::optional(*public_key);
}

}  // namespace natscreds::nsctl
