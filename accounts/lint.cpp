#include <natscreds/accounts/lint.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <natscreds/accounts/surprises.h>
#include <natscreds/base/date.h>
#include <natscreds/jwt/subject.h>

namespace natscreds::accounts {
namespace {

using LintedAccount = jwt::Decoded<jwt::AccountClaims>;
using LintedUser = jwt::Decoded<jwt::UserClaims>;

constexpr std::chrono::hours soon{30 * 24};

/// What a client may still add to its CONNECT line; servers take 4096 bytes.
constexpr std::size_t long_token = 3'500;

/// Whether somebody with these permissions hears what is sent to any inbox.
bool hears_every_inbox(const jwt::Permission& subscribe) {
    const auto covers = [](const std::string& entry) {
        const std::string subject = entry.substr(0, entry.find(' '));
        return jwt::valid_subject(subject) && jwt::subject_covers(subject, "_INBOX.>");
    };
    if (std::ranges::any_of(subscribe.deny, covers)) return false;
    return subscribe.allow.empty() || std::ranges::any_of(subscribe.allow, covers);
}

/// One tree's findings, as they are found.
class Linter {
  public:
    explicit Linter(const Tree& tree) : tree_(tree) {}

    base::Result<std::vector<LintFinding>> run() {
        const auto owner = tree_.store.read_operator();
        if (owner) look_at(*owner);
        const auto names = tree_.store.accounts();
        if (!names) return names.error();
        for (const Name& name : *names) {
            if (const base::Status looked = look_at_account(name); !looked) return looked.error();
        }
        return std::move(findings_);
    }

  private:
    void add(LintRule rule, std::string about, std::string found, std::string advice) {
        findings_.push_back({rule, std::move(about), std::move(found), std::move(advice)});
    }

    template <class C>
    void look_at_end(const std::string& about, const jwt::Decoded<C>& token, const std::string& advice) {
        const base::Time now = tree_.clock.now();
        const auto& expires = token.content.expires;
        if (!expires || *expires > now + soon) return;
        const bool over = *expires <= now;
        add(LintRule::expires_soon, about,
            over ? base::why_not_valid(token.validity(), now) : "expires in " + base::span_of(*expires - now),
            advice);
    }

    // ---- the operator

    void look_at(const jwt::Decoded<jwt::OperatorClaims>& owner) {
        const std::string about = "operator " + tree_.store.name().text();
        look_at_end(about, owner, "nsctl edit operator --expiry 1y");
        const auto& keys = owner.claims().signing_keys;
        if (!owner.claims().strict_signing_key_usage)
            add(LintRule::identity_key_signs, about, "accounts and users may be signed by identity keys",
                keys.empty() ? "nsctl edit operator --sk generate, and then --require-signing-keys"
                             : "nsctl edit operator --require-signing-keys");
        const bool stored = holds(owner.content.subject);
        if (stored && std::ranges::any_of(keys, [this](const std::string& key) { return holds(key); }))
            add(LintRule::identity_key_stored, about,
                "its identity key is stored beside a signing key, which would do",
                "keep " + owner.content.subject + " offline; -K FILE takes it where it is needed");
    }

    [[nodiscard]] bool holds(const std::string& key) const {
        const auto parsed = nkeys::PublicKey::parse(key);
        return parsed && tree_.keys.holds(*parsed);
    }

    // ---- accounts

    base::Status look_at_account(const Name& name) {
        const auto account = tree_.store.read_account(name);
        if (account) look_at(name, *account);
        const auto users = tree_.store.users(name);
        if (!users) return users.error();
        for (const Name& user_name : *users) {
            const auto user = tree_.store.read_user(name, user_name);
            if (user) look_at_user(name, user_name, *user, account ? &*account : nullptr);
        }
        return {};
    }

    void look_at(const Name& name, const LintedAccount& account) {
        const std::string about = "account " + name.text();
        look_at_end(about, account, "nsctl edit account " + name.text() + " --expiry 1y, and nsctl push");
        for (const auto& [key, scope] : account.claims().signing_keys)
            scope ? look_at_scope(name, *scope) : look_at_plain(name, key);
        for (const jwt::Export& one : account.claims().exports) {
            if (one.token_req || one.account_token_position != 0 || !jwt::subject_covers(one.subject, "*.>"))
                continue;
            add(LintRule::wide_export, about, "every account may import " + one.subject,
                "export what others need alone, or make it private (nsctl edit export --private)");
        }
        for (const jwt::Issue& issue : surprises_in(account))
            add(LintRule::surprising, about, issue.text, "nsctl validate says more");
    }

    void look_at_plain(const Name& name, const std::string& key) {
        add(LintRule::plain_signing_key, "account " + name.text(),
            "signing key " + key + " has no scope: what it signs may do everything in the account",
            "nsctl edit signing-key -a " + name.text() + " --sk " + key + " --role NAME --allow-pub ...");
    }

    void look_at_scope(const Name& name, const jwt::UserScope& scope) {
        const std::string about = "account " + name.text();
        const std::string edit = "nsctl edit signing-key " + scope.role + " -a " + name.text();
        if (scope.permissions.bearer_token)
            add(LintRule::bearer, about, "users of role " + scope.role + " are bearers",
                edit + " --bearer=false");
        if (hears_every_inbox(scope.permissions.sub))
            add(LintRule::everybodys_inbox, about,
                "users of role " + scope.role + " read everybody's replies",
                edit + " --allow-sub '_INBOX_.{{subject()}}.>' --rm '_INBOX.>'");
    }

    // ---- users

    void look_at_user(const Name& account_name, const Name& name, const LintedUser& user,
                      const LintedAccount* account) {
        const std::string about = "user " + account_name.text() + "/" + name.text();
        const std::string edit = "nsctl edit user " + name.text() + " -a " + account_name.text();
        look_at_end(about, user, edit + " --expiry 90d");
        if (!user.content.expires)
            add(LintRule::no_expiry, about, "never expires: who has the creds has them for ever",
                edit + " --expiry 90d");
        const jwt::UserClaims& claims = user.claims();
        if (claims.bearer_token)
            add(LintRule::bearer, about, "a bearer: whoever sees the JWT may connect",
                edit + " --bearer=false");
        const bool scoped =
            account != nullptr && !claims.has_own_permissions() && !claims.issuer_account.empty();
        const bool defaults = account != nullptr && claims.pub.empty() && claims.sub.empty() && !claims.resp;
        const jwt::Permission& subscribe = defaults ? account->claims().default_permissions.sub : claims.sub;
        if (!scoped && hears_every_inbox(subscribe))
            add(LintRule::everybodys_inbox, about, "reads everybody's replies",
                edit + " --deny-sub '_INBOX.>' --allow-sub '_INBOX_." + user.content.subject + ".>'");
        const std::size_t size = user.token.text().size();
        if (size > long_token)
            add(LintRule::long_jwt, about,
                "the JWT has " + std::to_string(size) + " bytes, and CONNECT may have 4096",
                "give the permissions to a signing key's scope");
    }

    const Tree& tree_;
    std::vector<LintFinding> findings_;
};

}  // namespace

std::string_view name_of(LintRule rule) noexcept {
    switch (rule) {
        case LintRule::no_expiry:
            return "no-expiry";
        case LintRule::expires_soon:
            return "expires-soon";
        case LintRule::plain_signing_key:
            return "plain-signing-key";
        case LintRule::everybodys_inbox:
            return "everybodys-inbox";
        case LintRule::bearer:
            return "bearer";
        case LintRule::wide_export:
            return "wide-export";
        case LintRule::long_jwt:
            return "long-jwt";
        case LintRule::surprising:
            return "surprising";
        case LintRule::identity_key_stored:
            return "identity-key-stored";
        case LintRule::identity_key_signs:
            return "identity-key-signs";
    }
    return "";
}

base::Result<std::vector<LintFinding>> lint(const Tree& tree) {
    return Linter(tree).run();
}

}  // namespace natscreds::accounts
