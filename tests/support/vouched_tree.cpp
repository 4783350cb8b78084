#include <support/vouched_tree.h>

#include <support/signing.h>

namespace natscreds::support {
namespace {

using nkeys::Kind;
using Account = jwt::Draft<jwt::AccountClaims>;

/// What the policy below gives, as the template of the scoped signing key.
jwt::UserPermissionLimits chat_template() {
    jwt::UserPermissionLimits limits;
    limits.pub.allow = {"chat.KUBECON.dms.*", "chat.KUBECON.online", "chat.KUBECON.posts.*",
                        "chat.req.renew.{{subject()}}"};
    limits.sub.allow = {"_INBOX_.{{subject()}}.>", "chat.KUBECON.dms.{{subject()}}", "chat.KUBECON.online",
                        "chat.KUBECON.posts.*"};
    limits.payload = 8192;
    limits.allowed_connection_types = {"STANDARD", "WEBSOCKET"};
    return limits;
}

constexpr const char* chat_policy =
    "renewable = true\n"
    "publish = [\"chat.KUBECON.dms.*\", \"chat.KUBECON.online\", \"chat.KUBECON.posts.*\","
    " \"chat.req.renew.{{subject()}}\"]\n"
    "subscribe = [\"_INBOX_.{{subject()}}.>\", \"chat.KUBECON.dms.{{subject()}}\", \"chat.KUBECON.online\","
    " \"chat.KUBECON.posts.*\"]\n"
    "payload = 8192\n";

jwt::Export service_export(const std::string& subject) {
    jwt::Export exported;
    exported.name = subject;
    exported.subject = subject;
    exported.type = "service";
    exported.account_token_position = 4;
    return exported;
}

jwt::Import service_import(const std::string& endpoint, const std::string& from, const std::string& own) {
    jwt::Import imported;
    imported.name = endpoint;
    imported.subject = "chat.req." + endpoint + "." + own + ".*";
    imported.account = from;
    imported.local_subject = "chat.req." + endpoint + ".$1";
    imported.type = "service";
    return imported;
}

Account new_account(const std::string& name, const nkeys::SigningKey& key) {
    Account draft;
    draft.name = name;
    draft.subject = key.public_key().text();
    return draft;
}

void import_service(Account& account, const std::string& from) {
    account.claims.imports = {service_import("access", from, account.subject),
                              service_import("renew", from, account.subject)};
}

}  // namespace

VouchedTree::VouchedTree(int requesters)
    : operator_(new_key(Kind::operator_)),
      sys_(new_key(Kind::account)),
      provision_(new_key(Kind::account)),
      kubecon_(new_key(Kind::account)),
      orders_(new_key(Kind::account)),
      stranger_(new_key(Kind::account)),
      orders_signing_(new_key(Kind::account)) {
    jwt::Draft<jwt::OperatorClaims> trusted;
    trusted.subject = operator_.public_key().text();
    trusted.name = "KO";
    trusted.claims.system_account = sys_.public_key().text();
    operator_token_ = jwt::sign(trusted, operator_, real_time())->text();
    write_secret(folder_ / "orders.nk", orders_signing_.seed_text());
    add_signing_key("chat.nk");
    write_users(requesters);
}

void VouchedTree::add_signing_key(const std::string& file) {
    const nkeys::SigningKey key = new_key(Kind::account);
    write_secret(folder_ / file, key.seed_text());
    signing_keys_.push_back(key.public_key());
    write_accounts();
}

void VouchedTree::remove_oldest_signing_key() {
    signing_keys_.erase(signing_keys_.begin());
    write_accounts();
}

void VouchedTree::write_accounts() {
    const std::string provision_key = provision_.public_key().text();
    Account provision = new_account("PROVISION", provision_);
    provision.claims.exports = {service_export("chat.req.access.*.*"), service_export("chat.req.renew.*.*")};
    jwt::JetStreamLimits& limits = provision.claims.limits.jetstream;
    limits.mem_storage = limits.disk_storage = limits.streams = limits.consumer = jwt::no_limit;
    Account kubecon = new_account("KUBECON", kubecon_);
    import_service(kubecon, provision_key);
    for (const nkeys::PublicKey& key : signing_keys_) {
        kubecon.claims.signing_keys[key.text()] = jwt::UserScope{.role = "chat",
                                                                 .permissions = chat_template(),
                                                                 .permissions_extra = {},
                                                                 .description = "",
                                                                 .extra = {}};
    }
    Account orders = new_account("ORDERS", orders_);
    import_service(orders, provision_key);
    orders.claims.signing_keys[orders_signing_.public_key().text()] = std::nullopt;
    Account stranger = new_account("STRANGER", stranger_);
    import_service(stranger, provision_key);
    jwt::Import theft = service_import("access", provision_key, kubecon.subject);
    theft.local_subject = "theft.$1";
    stranger.claims.imports.push_back(theft);
    accounts_.clear();
    for (const Account& draft : {new_account("SYS", sys_), provision, kubecon, orders, stranger}) {
        const std::string token = jwt::sign(draft, operator_, real_time())->text();
        accounts_ += "  " + draft.subject + ": " + token + "\n";
        folder_.write(draft.name + ".jwt", token);
    }
}

void VouchedTree::write_users(int requesters) {
    const auto requester = [&](const std::string& name, const nkeys::SigningKey& of) {
        nkeys::SigningKey key = new_key(Kind::user);
        const std::string own = key.public_key().text();
        jwt::Permissions permissions;
        permissions.pub.allow = {"chat.req.access." + own, "theft.*"};
        permissions.sub.allow = {"_INBOX_." + own + ".>"};
        write_creds(folder_ / (name + ".creds"), {.name = name, .permissions = permissions}, std::move(key),
                    of);
    };
    for (int i = 0; i < requesters; ++i)
        requester("requester-" + std::to_string(i), kubecon_);
    requester("stranger", stranger_);
    replace_service_user();
    write_creds(folder_ / "leaf.creds", {.name = "leaf"}, new_key(Kind::user), kubecon_);
    write_creds(folder_ / "sys.creds", {.name = "sys"}, new_key(Kind::user), sys_);
}

void VouchedTree::replace_service_user(const jwt::Permissions& permissions) {
    const std::filesystem::path file = folder_ / "provisioner.creds";
    std::filesystem::remove(file);
    write_creds(file, {.name = "provisioner", .permissions = permissions}, new_key(Kind::user), provision_);
}

nkeys::PublicKey VouchedTree::key(const std::string& user) const {
    return jwt::Credentials::load(creds(user))->key().public_key();
}

std::string VouchedTree::server_config(const std::string& more) const {
    return "operator: " + operator_token_ + "\nsystem_account: " + sys_.public_key().text() +
           "\nresolver: MEMORY\nresolver_preload: {\n" + accounts_ + "}\n" + more;
}

void VouchedTree::write_store() const {
    const std::filesystem::path store = "nsc/accounts/nats/KO";
    folder_.write(store / ".nsc", R"({"managed":false,"name":"KO","kind":"operator","version":"1"})");
    folder_.write(store / "KO.jwt", operator_token_);
    for (const std::string name : {"SYS", "PROVISION", "KUBECON", "ORDERS", "STRANGER"})
        folder_.write(store / "accounts" / name / (name + ".jwt"), read_text(folder_ / (name + ".jwt")));
}

std::filesystem::path VouchedTree::write_policy(const std::string& name, const Policy& policy) const {
    return folder_.write(name + ".toml", "account = \"KUBECON.jwt\"\nserver_id = \"" + name +
                                             "\"\nrequests = \"vouched\"\nclient_accounts = [\"" +
                                             account().text() + "\", \"" + orders().text() + "\"]\n" +
                                             policy.root +
                                             "\n[connection]\ncreds = \"provisioner.creds\"\n"
                                             "[roles.chat]\nsigning_key = \"chat.nk\"\nttl = \"" +
                                             policy.ttl + "\"\n" + chat_policy + policy.more + "\n");
}

}  // namespace natscreds::support
