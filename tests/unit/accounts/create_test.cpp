#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/create.h>
#include <natscreds/jwt/creds.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

namespace {

std::size_t stored_keys(const KeyStore& keys) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(keys.folder())) {
        if (entry.path().extension() == ".nk") ++count;
    }
    return count;
}

NewAccount new_account(const std::string& text) {
    return {.name = name(text), .key = {}, .signer = "", .validity = {}, .default_permissions = {}};
}

NewUser new_user(const std::string& signer = "") {
    return {.account = name("KUBECON"),
            .name = name("new"),
            .key = {},
            .signer = signer,
            .validity = {},
            .claims = {}};
}

/// A stores folder and a keystore with nothing in them.
struct Empty {
    support::TempDir folder;
    support::FakeClock clock;
    support::FixedRandom random;
    Store store = Store::create(folder / "stores", name("KO"), Management::here).value();
    KeyStore keys{folder / "keys"};
    Tree tree{store, keys, clock, random};
};

}  // namespace

TEST_CASE("create_operator: the operator signs itself and its key is stored") {
    Empty empty;
    const CreatedOperator created = create_operator(empty.tree, {}).value();
    const auto token = empty.store.read_operator().value();
    REQUIRE(token.content.name == "KO");
    REQUIRE(token.content.subject == created.key.text());
    REQUIRE(token.issuer == created.key);
    REQUIRE(empty.keys.holds(created.key));
    REQUIRE_FALSE(created.signing_key);
    REQUIRE_FALSE(created.system);
    REQUIRE(Store::open(empty.folder / "stores", name("KO")));
}

TEST_CASE("create_operator: its system account is the one that nsc makes") {
    Empty empty;
    NewOperator wanted;
    wanted.extras = Extras::signing_key | Extras::system_account;
    const CreatedOperator created = create_operator(empty.tree, std::move(wanted)).value();
    const OpenCopy nsc;

    auto account = empty.store.read_account(name("SYS")).value();
    const auto made_by_nsc = nsc.account("SYS");
    REQUIRE(account.issuer == *created.signing_key);
    REQUIRE(account.claims().signing_keys.size() == 1);
    const std::string signing_key = account.claims().signing_keys.begin()->first;
    account.content.claims.signing_keys = made_by_nsc.claims().signing_keys;
    REQUIRE(account.claims() == made_by_nsc.claims());

    auto user = empty.store.read_user(name("SYS"), name("sys")).value();
    REQUIRE(user.issuer.text() == signing_key);
    REQUIRE(user.claims().issuer_account == account.content.subject);
    REQUIRE(empty.store.read_operator()->claims().system_account == account.content.subject);
    const auto credentials = jwt::Credentials::load(created.system->creds);
    REQUIRE(credentials->user().content.subject == created.system->user.text());
}

TEST_CASE("create_operator: one that is there stays, and no other takes its place") {
    Empty empty;
    const CreatedOperator first = create_operator(empty.tree, {}).value();
    REQUIRE(create_operator(empty.tree, {}).error().code == Errc::operator_exists);
    REQUIRE(stored_keys(empty.keys) == 1);
    REQUIRE(empty.store.read_operator()->content.subject == first.key.text());
}

TEST_CASE(
    "import_operator: a newer token of the operator that is there is taken when told to, another's never") {
    Empty empty;
    const CreatedOperator first = create_operator(empty.tree, {}).value();
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::operator_, empty.random).value();
    const auto token = [&](const nkeys::SigningKey& signer) {
        jwt::Draft<jwt::OperatorClaims> draft;
        draft.subject = signer.public_key().text();
        draft.claims.tags = {"newer"};
        return jwt::decode<jwt::OperatorClaims>(jwt::sign(draft, signer, empty.clock.now())->text()).value();
    };
    const auto newer = token(empty.keys.load(first.key).value());
    CHECK(import_operator(empty.tree, newer, base::Existing::refuse).error().code == Errc::operator_exists);
    const base::Status another = import_operator(empty.tree, token(key), base::Existing::replace);
    CHECK(another.error().code == Errc::operator_exists);
    CHECK(another.error().detail.find(first.key.text()) != std::string::npos);
    CHECK(empty.store.read_operator()->claims().tags.empty());

    REQUIRE(import_operator(empty.tree, newer, base::Existing::replace));
    CHECK(empty.store.read_operator()->claims().tags == std::vector<std::string>{"newer"});
}

TEST_CASE("create_account: the operator signs it with the same claims as nsc") {
    OpenCopy copy;
    const nkeys::PublicKey key = create_account(copy.tree, new_account("NEW")).value();
    const auto account = copy.account("NEW");
    REQUIRE(account.content.subject == key.text());
    REQUIRE(account.issuer.text() == copy.ko.read_operator()->content.subject);
    auto made_by_nsc = copy.account("PROVISION");
    made_by_nsc.content.claims.exports.clear();
    REQUIRE(account.claims() == made_by_nsc.claims());
    REQUIRE(copy.keystore.holds(key));
}

TEST_CASE("create_account: a name that is taken, in whatever case, is refused before a key is made") {
    OpenCopy copy;
    const std::size_t before = stored_keys(copy.keystore);
    REQUIRE(create_account(copy.tree, new_account("Kubecon")).error().code == Errc::account_exists);
    REQUIRE(stored_keys(copy.keystore) == before);
}

TEST_CASE("create_account: without a signer nothing is made") {
    OpenCopy copy;
    std::filesystem::remove_all(copy.folder / "keys/keys/O");
    const std::size_t before = stored_keys(copy.keystore);
    REQUIRE(create_account(copy.tree, new_account("NEW")).error().code == Errc::no_signer);
    REQUIRE(stored_keys(copy.keystore) == before);
    REQUIRE_FALSE(copy.ko.read_account(name("NEW")));
}

TEST_CASE("create_account: where the operator is somebody else's, the account signs itself") {
    OpenCopy copy;
    std::filesystem::remove_all(copy.folder / "keys/keys/O");
    copy.folder.write("stores/KO/.nsc", R"({"managed":true,"name":"KO","kind":"operator","version":"1"})");
    const Store managed = copy.store();
    const Tree tree{managed, copy.keystore, copy.clock, copy.random};
    const nkeys::PublicKey key = create_account(tree, new_account("NEW")).value();
    REQUIRE(copy.account("NEW").issuer == key);
}

TEST_CASE("create_user: signed by the account it names no issuer account, by a signing key it does") {
    OpenCopy copy;
    const std::string account = copy.account("KUBECON").content.subject;
    REQUIRE(create_user(copy.tree, new_user()));
    auto user = copy.ko.read_user(name("KUBECON"), name("new")).value();
    REQUIRE(user.issuer.text() == account);
    REQUIRE(user.claims().issuer_account.empty());

    NewUser wanted = new_user(plain_key);
    wanted.name = name("second");
    wanted.claims.pub.allow = {"chat.req.access"};
    REQUIRE(create_user(copy.tree, wanted));
    user = copy.ko.read_user(name("KUBECON"), name("second")).value();
    REQUIRE(user.issuer.text() == plain_key);
    REQUIRE(user.claims().issuer_account == account);
    REQUIRE(user.claims().pub.allow == std::vector<std::string>{"chat.req.access"});
}

TEST_CASE("create_user: the creds file is the user's, and only its owner may read it") {
    OpenCopy copy;
    const CreatedUser created = create_user(copy.tree, new_user(plain_key)).value();
    REQUIRE(created.creds == copy.folder / "keys/creds/KO/KUBECON/new.creds");
    const auto credentials = jwt::Credentials::load(*created.creds);
    REQUIRE(credentials->key().public_key() == created.key);
    using std::filesystem::perms;
    REQUIRE(mode_of(*created.creds) == (perms::owner_read | perms::owner_write));
}

TEST_CASE("create_user: a scoped signing key leaves the user nothing of its own but tags") {
    OpenCopy copy;
    NewUser wanted = new_user("chat");
    wanted.claims.tags = {"team:blue"};
    REQUIRE(create_user(copy.tree, wanted));
    const auto user = copy.ko.read_user(name("KUBECON"), name("new")).value();
    REQUIRE(user.issuer.text() == scoped_key);
    REQUIRE_FALSE(user.claims().has_own_permissions());
    REQUIRE(user.claims().tags == std::vector<std::string>{"team:blue"});

    auto made_by_nsc = copy.ko.read_user(name("KUBECON"), name("scoped")).value();
    made_by_nsc.content.claims.tags = user.claims().tags;
    REQUIRE(user.claims() == made_by_nsc.claims());
}

TEST_CASE("create_user: permissions beside a scope are refused, and no key is made for them") {
    OpenCopy copy;
    NewUser wanted = new_user(scoped_key);
    wanted.claims.pub.allow = {"x"};
    const std::size_t before = stored_keys(copy.keystore);
    REQUIRE(create_user(copy.tree, wanted).error().code == Errc::scope_decides);
    REQUIRE(stored_keys(copy.keystore) == before);
}

TEST_CASE("create_user: for a key whose private half is elsewhere no creds file is written") {
    OpenCopy copy;
    support::FixedRandom elsewhere(99);
    NewUser wanted = new_user();
    wanted.key = nkeys::SigningKey::generate(nkeys::Kind::user, elsewhere)->public_key();
    const CreatedUser created = create_user(copy.tree, wanted).value();
    REQUIRE(created.key == *wanted.key);
    REQUIRE_FALSE(created.creds);
    REQUIRE_FALSE(std::filesystem::exists(copy.folder / "keys/creds/KO/KUBECON/new.creds"));
}

TEST_CASE("create_user: a user that is there, and an account that is not, are named") {
    OpenCopy copy;
    NewUser wanted = new_user();
    wanted.name = name("gone");
    REQUIRE(create_user(copy.tree, wanted).error().code == Errc::user_exists);
    wanted.account = name("NO");
    REQUIRE(create_user(copy.tree, wanted).error().code == Errc::no_such_account);
}
