#include <support/callout_tree.h>

#include <ostream>
#include <vector>

#include <natscreds/jwt/creds.h>
#include <support/signing.h>

namespace natscreds::support {
namespace {

using nkeys::Kind;
using nkeys::SigningKey;

/// Two seconds, which are usual, are little on a machine that is busy with other tests.
const std::string patient = "timeout: 20";

nkeys::CurveKey new_curve_key() {
    base::SystemRandom random;
    return nkeys::CurveKey::generate(random);
}

struct NewAccount {
    const char* name;
    const SigningKey& key;
    std::vector<const SigningKey*> signers = {};
    jwt::ExternalAuthorization callout = {};
};

std::string account_token(const NewAccount& wanted, const SigningKey& owner) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = wanted.key.public_key().text();
    draft.name = wanted.name;
    draft.claims.authorization = wanted.callout;
    for (const SigningKey* const signer : wanted.signers)
        draft.claims.signing_keys[signer->public_key().text()] = std::nullopt;
    return jwt::sign(draft, owner, real_time())->text();
}

jwt::Draft<jwt::UserClaims> sentinel_of(const nkeys::PublicKey& key) {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key.text();
    draft.name = "sentinel";
    draft.claims.bearer_token = true;
    draft.claims.pub.deny = {">"};
    draft.claims.sub.deny = {">"};
    return draft;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, WayIn way) {
    constexpr const char* names[] = {"configuration", "default sentinel", "sentinel creds"};
    return out << names[static_cast<int>(way)];
}

CalloutTree::CalloutTree(WayIn way, Sealed sealed)
    : way_(way),
      sealed_(sealed),
      operator_(new_key(Kind::operator_)),
      sys_(new_key(Kind::account)),
      auth_(new_key(Kind::account)),
      auth_signer_(new_key(Kind::account)),
      app_(new_key(Kind::account)),
      app_signer_(new_key(Kind::account)),
      xkey_(new_curve_key()) {
    write_secret(folder_ / "callout.xk", xkey_.seed_text());
    write_secret(folder_ / "users.nk", app_signer_.seed_text());
    write_secret(folder_ / "answers.nk", auth_signer_.seed_text());
    folder_.write("callout.password", service_password);
    folder_.write("sys.password", "sys");
    std::filesystem::create_directory(roles());
    if (way_ != WayIn::configuration) operator_config_ = operated();
}

std::string CalloutTree::operated() const {
    SigningKey service = new_key(Kind::user);
    jwt::ExternalAuthorization callout;
    callout.auth_users = {service.public_key().text()};
    callout.allowed_accounts = {app_.public_key().text()};
    if (sealed_ == Sealed::yes) callout.xkey = xkey_.public_key().text();
    write_creds(folder_ / "callout.creds", {.name = "callout"}, std::move(service), auth_);
    write_creds(folder_ / "sys.creds", {.name = "sys"}, new_key(Kind::user), sys_);
    SigningKey sentinel_key = new_key(Kind::user);
    const jwt::Token sentinel = jwt::sign(sentinel_of(sentinel_key.public_key()), auth_, real_time()).value();
    write_secret(folder_ / "sentinel.creds", jwt::creds_text(sentinel, sentinel_key));

    jwt::Draft<jwt::OperatorClaims> trusted;
    trusted.subject = operator_.public_key().text();
    trusted.name = "KO";
    trusted.claims.system_account = sys_.public_key().text();
    const SigningKey others = new_key(Kind::account);
    write_secret(folder_ / "others.nk", others.seed_text());
    const std::string app =
        account_token({.name = "APP", .key = app_, .signers = {&app_signer_, &others}}, operator_);
    folder_.write("APP.jwt", app);
    std::string text = "operator: " + jwt::sign(trusted, operator_, real_time())->text() +
                       "\nresolver: MEMORY\n" + "resolver_preload: {\n";
    text += "  " + sys_.public_key().text() + ": " + account_token({.name = "SYS", .key = sys_}, operator_) +
            "\n";
    const std::string auth = account_token(
        {.name = "AUTH", .key = auth_, .signers = {&auth_signer_}, .callout = callout}, operator_);
    folder_.write("AUTH.jwt", auth);
    text += "  " + auth_.public_key().text() + ": " + auth + "\n";
    text += "  " + app_.public_key().text() + ": " + app + "\n}\n";
    text += "authorization { " + patient + " }\n";
    if (way_ == WayIn::default_sentinel) text += "default_sentinel: " + sentinel.text() + "\n";
    return text;
}

std::string CalloutTree::configured() const {
    const std::string xkey = sealed_ == Sealed::yes ? ", xkey: " + xkey_.public_key().text() : "";
    return "accounts { AUTH { users: [ {user: auth, password: \"" + std::string(service_password) +
           "\"} ] }, APP {}, SYS { users: [ {user: sys, password: sys} ] } }\nsystem_account: SYS\n"
           "authorization { " +
           patient + ", auth_callout { issuer: " + app_signer_.public_key().text() +
           ", auth_users: [ auth, sys ], account: AUTH" + xkey + " } }\n";
}

std::string CalloutTree::server_config() const {
    return way_ == WayIn::configuration ? configured() : operator_config_;
}

std::filesystem::path CalloutTree::write_policy(const std::string& server,
                                                const std::string& identity) const {
    return write_policy({.server = server,
                         .callout = "role = \"service\"\n",
                         .rest = "[roles.service]\nsigning_key = \"users.nk\"\nttl = \"1h\"\nsubscribe = "
                                 "[\"_INBOX_.{{subject()}}.>\"]\n"
                                 "[service_roles]\ncluster = \"example-nats\"\nfolder = \"roles\"\n"
                                 "[identity.kubernetes]\naudience = \"nats\"\n" +
                                 identity});
}

std::filesystem::path CalloutTree::write_policy(const Lines& lines) const {
    const bool configured = way_ == WayIn::configuration;
    const std::string user = "user = \"auth\"\npassword-file = \"callout.password\"\n";
    const std::string sys = "user = \"sys\"\npassword-file = \"sys.password\"\n";
    std::string text = "requests = \"none\"\n";
    if (!configured) text += "account = \"APP.jwt\"\n";
    text += "[connection]\nserver = \"" + lines.server + "\"\n" + lines.connection + "[callout]\n" +
            lines.callout;
    text += configured
                ? "mode = \"configuration\"\naccount = \"APP\"\naccount_key = \"users.nk\"\n"
                : "mode = \"operator\"\nservice_account = \"AUTH.jwt\"\naccount_key = \"answers.nk\"\n";
    if (sealed_ == Sealed::yes) text += "xkey = \"callout.xk\"\n";
    text += "[callout.connection]\n" + (configured ? user : "creds = \"callout.creds\"\n") + lines.connection;
    text += "[callout.system]\n" + (configured ? sys : "creds = \"sys.creds\"\n") + lines.connection;
    text += "[audit]\nfile = \"provisioner.jsonl\"\n" + lines.rest;
    folder_.write("policy.toml", text);
    return folder_ / "policy.toml";
}

}  // namespace natscreds::support
