#include "generate/diagram.h"

#include <memory>
#include <optional>
#include <utility>

#include <natscreds/jwt/subject.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/output.h"
#include "shared/text.h"

namespace natscreds::nsctl {
namespace {

struct DiagramOptions {
    bool detail = false;
    bool users = false;
    bool show_keys = false;
    std::string format = "plantuml";
    std::string file = "--";
};

struct DiagramAccount {
    accounts::Name name;
    jwt::Decoded<jwt::AccountClaims> token;
};

using DiagramAccounts = std::vector<DiagramAccount>;

base::Result<DiagramAccounts> accounts_of(const accounts::Store& store) {
    const auto names = store.accounts();
    if (!names) return names.error();
    DiagramAccounts all;
    for (const accounts::Name& name : *names) {
        auto token = store.read_account(name);
        if (!token) return token.error();
        all.push_back({name, *std::move(token)});
    }
    return all;
}

std::string kind_of(const std::string& type, bool is_private) {
    return (is_private ? "private " : "public ") + type;
}

std::string note_of(const std::string& description, const std::string& info_url) {
    if (description.empty() || info_url.empty()) return description + info_url;
    return description + " " + info_url;
}

std::string export_id(const std::string& account, std::size_t number) {
    return account + "_" + std::to_string(number);
}

/// Accounts, what they export, and who imports it.
class ComponentDiagram {
  public:
    ComponentDiagram(const DiagramAccounts& accounts, bool detail) : accounts_(accounts), detail_(detail) {}

    [[nodiscard]] Diagram take(std::string title) {
        for (const DiagramAccount& account : accounts_)
            add_account(account);
        for (const DiagramAccount& account : accounts_) {
            for (const jwt::Import& one : account.token.claims().imports)
                add_import(account, one);
        }
        diagram_.title = std::move(title);
        return std::move(diagram_);
    }

  private:
    void add_account(const DiagramAccount& account) {
        const jwt::AccountClaims& claims = account.token.claims();
        const std::string& key = account.token.content.subject;
        if (claims.imports.empty() && claims.exports.empty()) return;
        diagram_.nodes.push_back({.id = key,
                                  .name = account.name.text(),
                                  .kind = "account",
                                  .note = detail_ ? note_of(claims.description, claims.info_url) : ""});
        for (std::size_t i = 0; i < claims.exports.size(); ++i) {
            const jwt::Export& one = claims.exports[i];
            diagram_.nodes.push_back({.id = export_id(key, i),
                                      .name = one.name.empty() ? one.subject : one.name,
                                      .kind = kind_of(one.type, one.token_req),
                                      .note = detail_ ? note_of(one.description, one.info_url) : ""});
            diagram_.edges.push_back({export_id(key, i), key, one.subject});
        }
    }

    /// What is imported is an export of an account that is here, or else a box of its own that says it is not.
    void add_import(const DiagramAccount& importer, const jwt::Import& one) {
        const bool swapped = one.type == "service" && one.local_subject.empty() && !one.to.empty();
        const std::string remote = swapped ? one.to : one.subject;
        const std::string local =
            swapped ? one.subject : (one.local_subject.empty() ? one.to : one.local_subject);
        std::string target = find_export(one, remote);
        if (target.empty()) {
            target = one.account + "_missing_" + std::to_string(missing_++);
            diagram_.nodes.push_back({.id = target,
                                      .name = remote,
                                      .kind = kind_of(one.type, !one.token.empty()),
                                      .found = false});
        }
        const std::string label = local.empty() || local == remote ? remote : remote + " as " + local;
        diagram_.edges.push_back({importer.token.content.subject, target, label, true});
    }

    [[nodiscard]] std::string find_export(const jwt::Import& wanted, const std::string& subject) const {
        for (const DiagramAccount& account : accounts_) {
            if (account.token.content.subject != wanted.account) continue;
            const auto& exports = account.token.claims().exports;
            for (std::size_t i = 0; i < exports.size(); ++i) {
                if (exports[i].type == wanted.type && jwt::subject_covers(exports[i].subject, subject))
                    return export_id(wanted.account, i);
            }
        }
        return "";
    }

    const DiagramAccounts& accounts_;
    bool detail_;
    Diagram diagram_;
    std::size_t missing_ = 0;
};

/// Operator, accounts and users, and who has signed whom.
class ObjectDiagram {
  public:
    ObjectDiagram(const Session& session, const accounts::Store& store, const DiagramOptions& options)
        : session_(session), store_(store), options_(options) {}

    [[nodiscard]] base::Result<Diagram> take(const jwt::Decoded<jwt::OperatorClaims>& owner,
                                             const DiagramAccounts& accounts) {
        DiagramNode node = node_of(owner, "operator");
        add_line(node, "Account Server", owner.claims().account_server_url);
        add_line(node, "Strict signing key usage", owner.claims().strict_signing_key_usage ? "true" : "");
        for (const std::string& key : owner.claims().signing_keys)
            add_key(node, "Signing Key", key);
        diagram_.nodes.push_back(std::move(node));
        for (const DiagramAccount& account : accounts) {
            add_account(owner, account);
            if (!options_.users) continue;
            if (base::Status added = add_users(account); !added) return added.error();
        }
        diagram_.title = "Object Diagram";
        return std::move(diagram_);
    }

  private:
    template <class C>
    DiagramNode node_of(const jwt::Decoded<C>& token, const std::string& kind) {
        DiagramNode node{.id = token.content.subject, .name = token.content.name, .kind = kind};
        add_key(node, "Identity Key", token.content.subject);
        std::string tags;
        for (const std::string& tag : token.claims().tags)
            tags += (tags.empty() ? "" : ", ") + tag;
        add_line(node, "Tags", tags);
        add_line(node, "Issued At", moment_text(token.issued_at));
        add_line(node, "Valid From", moment_text(token.content.not_before));
        add_line(node, "Expires", moment_text(token.content.expires));
        return node;
    }

    /// What is empty is shown with --detail only.
    void add_line(DiagramNode& node, const std::string& name, const std::string& value) const {
        if (!value.empty() || options_.detail)
            node.lines.push_back(name + " = " + (value.empty() ? "not set" : value));
    }

    void add_key(DiagramNode& node, const std::string& name, const std::string& text) const {
        const auto key = nkeys::PublicKey::parse(text);
        if (!options_.show_keys || !key) return;
        node.lines.push_back(name + " = " + text + (session_.keys().holds(*key) ? " (stored)" : ""));
    }

    void add_limit(DiagramNode& node, const std::string& name, std::int64_t limit) const {
        const bool unlimited = limit == jwt::no_limit;
        if (!unlimited || options_.detail)
            node.lines.push_back(name + " = " + std::to_string(limit) + (unlimited ? " (unlimited)" : ""));
    }

    void add_account(const jwt::Decoded<jwt::OperatorClaims>& owner, const DiagramAccount& account) {
        const jwt::AccountClaims& claims = account.token.claims();
        const bool system = account.token.content.subject == owner.claims().system_account;
        DiagramNode node = node_of(account.token, system ? "system account" : "account");
        const jwt::AccountLimits& limits = claims.limits;
        add_limit(node, "Max Exports", limits.exports);
        add_limit(node, "Max Imports", limits.imports);
        add_limit(node, "Max Client Connections", limits.conn);
        add_limit(node, "Max Leaf Node Connections", limits.leaf);
        add_limit(node, "Max Payload", limits.payload);
        add_limit(node, "Max Subscriptions", limits.subs);
        add_limit(node, "Max Number of bytes", limits.data);
        if (limits.jetstream.mem_storage != 0 || limits.jetstream.disk_storage != 0 || options_.detail) {
            node.lines.push_back("Max Memory Storage = " + std::to_string(limits.jetstream.mem_storage));
            node.lines.push_back("Max Disk Storage = " + std::to_string(limits.jetstream.disk_storage));
        }
        for (const auto& [key, scope] : claims.signing_keys)
            add_key(node, scope ? "Signing Key of " + scope->role : "Signing Key", key);
        node.note = note_of(claims.description, claims.info_url);
        diagram_.nodes.push_back(std::move(node));
        const bool itself = account.token.issuer.text() == account.token.content.subject;
        diagram_.edges.push_back({itself ? account.token.content.subject : owner.content.subject,
                                  account.token.content.subject, itself ? "self signed" : "signed"});
    }

    base::Status add_users(const DiagramAccount& account) {
        const auto names = store_.users(account.name);
        if (!names) return names.error();
        for (const accounts::Name& name : *names) {
            const auto user = store_.read_user(account.name, name);
            if (!user) return user.error();
            DiagramNode node = node_of(*user, "user");
            add_line(node, "Bearer Token", user->claims().bearer_token ? "true" : "");
            add_subjects(node, "Publish Allow", user->claims().pub.allow);
            add_subjects(node, "Publish Deny", user->claims().pub.deny);
            add_subjects(node, "Subscribe Allow", user->claims().sub.allow);
            add_subjects(node, "Subscribe Deny", user->claims().sub.deny);
            diagram_.nodes.push_back(std::move(node));
            diagram_.edges.push_back({account.token.content.subject, user->content.subject, "signed"});
        }
        return {};
    }

    void add_subjects(DiagramNode& node, const std::string& name,
                      const std::vector<std::string>& list) const {
        std::string text;
        for (const std::string& subject : list)
            text += (text.empty() ? "" : ", ") + subject;
        add_line(node, name, text);
    }

    const Session& session_;
    const accounts::Store& store_;
    const DiagramOptions& options_;
    Diagram diagram_;
};

base::Status write_diagram(const Session& session, const DiagramOptions& options, Diagram diagram) {
    diagram.footer = "generated by nsctl - date: " + moment_text(session.world().clock.now());
    const DiagramFormat format = options.format == "mermaid" ? DiagramFormat::mermaid
                                 : options.format == "dot"   ? DiagramFormat::dot
                                                             : DiagramFormat::plantuml;
    return write_output(session, options.file, drawn(diagram, format), {.mode = 0644});
}

base::Status component_diagram(const Session& session, const DiagramOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto all = accounts_of(*store);
    if (!all) return all.error();
    return write_diagram(session, options,
                         ComponentDiagram(*all, options.detail)
                             .take("Component Diagram of Accounts - Operator " + store->name().text()));
}

base::Status object_diagram(const Session& session, const DiagramOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto owner = store->read_operator();
    if (!owner) return owner.error();
    const auto all = accounts_of(*store);
    if (!all) return all.error();
    auto diagram = ObjectDiagram(session, *store, options).take(*owner, *all);
    if (!diagram) return diagram.error();
    return write_diagram(session, options, *std::move(diagram));
}

console::OptionList shape_options(DiagramOptions& options) {
    return {{.names = "--format",
             .to = &options.format,
             .help = "plantuml (default), mermaid or dot",
             .choices = {"plantuml", "mermaid", "dot"}},
            output_option(options.file)};
}

}  // namespace

Command generate_component_diagram() {
    const auto options = std::make_shared<DiagramOptions>();
    return {
        .options = joined({{{"--detail", &options->detail, "with descriptions"}}, shape_options(*options)}),
        .examples = {"nsctl generate diagram component --format mermaid -o accounts.mmd"},
        .run = [options](const Session& session) { return component_diagram(session, *options); },
    };
}

Command generate_object_diagram() {
    const auto options = std::make_shared<DiagramOptions>();
    return {
        .options = joined({{{"--detail", &options->detail, "with what is empty or unlimited"},
                            {"--users", &options->users, "with users"},
                            {"--show-keys", &options->show_keys, "with public keys, and which are stored"}},
                           shape_options(*options)}),
        .examples = {"nsctl generate diagram object --users -o tree.puml"},
        .run = [options](const Session& session) { return object_diagram(session, *options); },
    };
}

}  // namespace natscreds::nsctl
