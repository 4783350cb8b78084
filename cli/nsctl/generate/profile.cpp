#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/base/file.h>
#include <natscreds/base/letters.h>

#include "commands.h"
#include "errors.h"
#include "generate/nsc_url.h"
#include "options/options.h"
#include "shared/output.h"

namespace natscreds::nsctl {
namespace {

using ProfileJson = nlohmann::ordered_json;

struct GenerateProfileOptions {
    std::string url;
    std::string file = "--";
};

/// One of the three that a URL names, as far as anything is said of it.
struct Details {
    std::string name;
    std::string key;
    std::vector<std::string> signing_keys;
};

/// Where the tree and its keys lie: where the URL says, or else where all commands look.
struct Places {
    std::filesystem::path stores;
    accounts::KeyStore keys;
};

Places places_of(const Session& session, const NscUrl& url) {
    const accounts::Folders named = accounts::find_folders(
        {.config = {}, .stores = url.value("store"), .keystore = url.value("keystore"), .all = {}},
        session.world().surroundings);
    return {url.value("store").empty() ? session.context().stores() : named.stores.path,
            url.value("keystore").empty() ? session.keys() : accounts::KeyStore(named.keystore.path)};
}

using KeyOf = std::function<std::string(const accounts::Name&)>;

/// As nsc has it: by the name, else by the name in another case, else by the public key.
base::Result<accounts::Name> find_named(const std::string& wanted,
                                        const base::Result<std::vector<accounts::Name>>& names,
                                        const KeyOf& key_of, accounts::Errc missing) {
    if (!names) return names.error();
    const auto found = [&](const auto& is_it) { return std::ranges::find_if(*names, is_it); };
    auto name = found([&](const accounts::Name& one) { return one.text() == wanted; });
    if (name == names->end()) {
        name = found([&](const accounts::Name& one) { return base::equal_without_case(one.text(), wanted); });
    }
    if (name == names->end()) name = found([&](const accounts::Name& one) { return key_of(one) == wanted; });
    if (name == names->end()) return base::Error{missing, in_quotes(wanted)};
    return *name;
}

template <class C>
std::string subject_of(const base::Result<jwt::Decoded<C>>& token) {
    return token ? token->content.subject : "";
}

base::Result<accounts::Store> find_store(const std::filesystem::path& stores, const std::string& wanted) {
    const KeyOf key_of = [&](const accounts::Name& name) {
        const auto store = accounts::Store::open(stores, name);
        return store ? subject_of(store->read_operator()) : "";
    };
    const auto name =
        find_named(wanted, accounts::operators(stores), key_of, accounts::Errc::no_such_operator);
    if (!name) return name.error();
    return accounts::Store::open(stores, *name);
}

/// The seed that is asked for: of the identity or signing key that is named, or of the first that is stored.
base::Result<nkeys::SigningKey> find_seed(const accounts::KeyStore& keys, const Details& details,
                                          const std::string& named) {
    std::vector<std::string> candidates = details.signing_keys;
    candidates.insert(candidates.begin(), details.key);
    for (const std::string& candidate : candidates) {
        if (!named.empty() && base::lower(candidate) != base::lower(named)) continue;
        const auto key = nkeys::PublicKey::parse(candidate);
        if (!key) return key.error();
        if (!named.empty() || keys.holds(*key)) return keys.load(*key);
    }
    if (!named.empty()) return base::Error{accounts::Errc::no_such_key, in_quotes(named)};
    return base::Error{accounts::Errc::key_not_stored, details.key};
}

/// What the URL asks for of one of the three, as nsc names and orders it.
base::Result<ProfileJson> asked_of(const std::string& level, const NscUrl& url,
                                   const accounts::KeyStore& keys, const Details& details) {
    ProfileJson json = ProfileJson::object();
    if (url.asks(level + "name")) json["name"] = details.name;
    if (url.asks(level + "seed")) {
        const auto key = find_seed(keys, details, url.value(level + "seed"));
        if (!key) return key.error().within(level + "Seed");
        const base::Secret seed = key->seed_text();
        json["seed"] = base::as_text(seed.expose());
    }
    if (url.asks(level + "key")) json["id"] = details.key;
    return json;
}

/// Adds what is asked for to what is said already; nothing where nothing is.
base::Status add(ProfileJson& profile, const std::string& level, const base::Result<ProfileJson>& asked) {
    if (!asked) return asked.error();
    if (!asked->empty()) profile[level].update(*asked);
    return {};
}

class Profile {
  public:
    Profile(const NscUrl& url, const Places& places, const accounts::Store& store)
        : url_(url), places_(places), store_(store) {}

    [[nodiscard]] base::Result<ProfileJson> json() {
        const auto owner = store_.read_operator();
        if (!owner) return owner.error();
        const auto& services = owner->claims().operator_service_urls;
        ProfileJson of_operator = ProfileJson::object();
        if (!services.empty()) of_operator["service"] = services;
        ProfileJson below = ProfileJson::object();  // account and user
        if (base::Status done = url_.account.empty() ? base::Status() : add_account(below); !done)
            return done.error();
        if (creds_) json_["user_creds"] = creds_->string();
        json_["operator"] = std::move(of_operator);
        const Details details{store_.name().text(), owner->content.subject, owner->claims().signing_keys};
        base::Status done = add(json_, "operator", asked_of("operator", url_, places_.keys, details));
        if (!done) return done.error();
        json_.update(below);
        return json_;
    }

  private:
    base::Status add_account(ProfileJson& below) {
        const KeyOf key_of = [this](const accounts::Name& name) {
            return subject_of(store_.read_account(name));
        };
        const auto name =
            find_named(url_.account, store_.accounts(), key_of, accounts::Errc::no_such_account);
        if (!name) return name.error();
        const auto account = store_.read_account(*name);
        if (!account) return account.error();
        Details details{name->text(), account->content.subject, {}};
        for (const auto& [key, scope] : account->claims().signing_keys)
            details.signing_keys.push_back(key);
        base::Status done = add(below, "account", asked_of("account", url_, places_.keys, details));
        return !done || url_.user.empty() ? done : add_user(below, *name);
    }

    base::Status add_user(ProfileJson& below, const accounts::Name& account) {
        const KeyOf key_of = [&](const accounts::Name& name) {
            return subject_of(store_.read_user(account, name));
        };
        const auto name = find_named(url_.user, store_.users(account), key_of, accounts::Errc::no_such_user);
        if (!name) return name.error();
        const auto user = store_.read_user(account, *name);
        if (!user) return user.error();
        const std::filesystem::path creds = places_.keys.creds_path({store_.name(), account, *name});
        std::error_code ignored;
        if (std::filesystem::exists(creds, ignored)) creds_ = creds;
        return add(below, "user",
                   asked_of("user", url_, places_.keys, {name->text(), user->content.subject, {}}));
    }

    const NscUrl& url_;
    const Places& places_;
    const accounts::Store& store_;
    ProfileJson json_ = ProfileJson::object();
    std::optional<std::filesystem::path> creds_;
};

base::Status generate(const Session& session, const GenerateProfileOptions& options) {
    const auto url = NscUrl::parse(options.url);
    if (!url) return url.error();
    const Places places = places_of(session, *url);
    const auto store = find_store(places.stores, url->operator_name);
    if (!store) return store.error();
    const auto profile = Profile(*url, places, *store).json();
    if (!profile) return profile.error();
    std::string text = profile->dump(2, ' ', false, ProfileJson::error_handler_t::replace) + '\n';
    base::Status written =
        write_output(session, options.file, text, {.done = "wrote tool configuration to "});
    base::wipe(text);
    return written;
}

}  // namespace

Command generate_profile() {
    const auto options = std::make_shared<GenerateProfileOptions>();
    return {
        .options = {{.names = "URL",
                     .to = &options->url,
                     .help = "nsc://OPERATOR, nsc://OPERATOR/ACCOUNT or nsc://OPERATOR/ACCOUNT/USER",
                     .required = true},
                    output_option(options->file)},
        .notes =
            "Says, as JSON, where a user's creds file is, and the operator's service URLs, for programs that "
            "connect.\n"
            "Behind a ? stand, with & between them: name, key and seed for those of what the URL names last, "
            "or\n"
            "operatorName, accountKey, userSeed and so on; accountSeed=PUBLIC_KEY for that of a signing "
            "key;\n"
            "store=FOLDER and keystore=FOLDER for other folders. A seed is printed only where it is asked "
            "for.",
        .examples = {"nsctl generate profile nsc://KO/KUBECON/chat-access",
                     "nsctl generate profile 'nsc://KO/KUBECON?key&operatorName'"},
        .run = [options](const Session& session) { return generate(session, *options); },
    };
}

}  // namespace natscreds::nsctl
