#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/revocation.h>
#include <natscreds/accounts/rotation.h>
#include <natscreds/base/file.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/trust.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

namespace {

using Of = Rotation::Of;

struct RotatedCopy : OpenCopy {
    WantedRotation plain{.of = Of::account_signing_key, .account = name("KUBECON"), .key = plain_key};

    [[nodiscard]] std::string issuer_of(const std::string& user) const {
        return ko.read_user(name("KUBECON"), name(user))->issuer.text();
    }

    /// A user whom the plain key has signed.
    void add(const std::string& user) const {
        REQUIRE(create_user(tree, {.account = name("KUBECON"),
                                   .name = name(user),
                                   .key = {},
                                   .signer = plain_key,
                                   .validity = {},
                                   .claims = {}}));
    }

    void revoke_all() const {
        REQUIRE(edit_account(
            tree, {name("KUBECON"), "", [&](auto& draft) {
                       revoke(draft.claims.revocations, {"*", clock.now().time_since_epoch().count()});
                       return base::Status();
                   }}));
    }
};

Rotation some_rotation() {
    return {.of = Of::account_signing_key,
            .account = "KUBECON",
            .before = plain_key,
            .after = scoped_key,
            .begun = base::Time(std::chrono::seconds(17))};
}

}  // namespace

TEST_CASE(
    "rotation: a signing key gets another one with its scope beside it, and the same one when it begins "
    "again") {
    const RotatedCopy copy;
    const WantedRotation scoped{.of = Of::account_signing_key, .account = name("KUBECON"), .key = scoped_key};
    const auto first = begin_rotation(copy.tree, scoped);
    REQUIRE(first);
    const auto again = begin_rotation(copy.tree, scoped);
    REQUIRE(again);
    CHECK(*first == *again);
    const auto account = copy.account("KUBECON");
    const auto& keys = account.claims().signing_keys;
    REQUIRE(keys.contains(scoped_key));
    REQUIRE(keys.contains(first->after));
    CHECK(keys.at(scoped_key) == keys.at(first->after));
    CHECK(copy.keystore.holds(public_key(first->after)));
    REQUIRE(unfinished_rotations(copy.ko)->size() == 1);

    const WantedRotation by_role{
        .of = Of::account_signing_key, .account = name("KUBECON"), .key = keys.at(scoped_key)->role};
    CHECK(**find_rotation(copy.ko, by_role) == *first);
    CHECK_FALSE(*find_rotation(copy.ko, copy.plain));
    CHECK_FALSE(*find_rotation(copy.ko, {.of = Of::account_signing_key, .account = name("A")}));
}

TEST_CASE(
    "rotation: what the old key signed is signed by the new one, creds files too, and the old one goes") {
    const RotatedCopy copy;
    copy.add("ann");
    const auto rotation = begin_rotation(copy.tree, copy.plain);
    REQUIRE(rotation);
    const auto found = signed_by_old_key(copy.tree, *rotation);
    REQUIRE(std::ranges::count(found->what, "user ann") == 1);
    CHECK(copy.issuer_of("ann") == plain_key);
    REQUIRE(sign_by_new_key(copy.tree, *rotation, ""));
    CHECK(copy.issuer_of("ann") == rotation->after);
    const auto creds =
        jwt::Credentials::load(copy.keystore.creds_path({name("KO"), name("KUBECON"), name("ann")}));
    CHECK(creds->user().issuer.text() == rotation->after);
    CHECK(signed_by_old_key(copy.tree, *rotation)->what.empty());

    REQUIRE(retire_old_key(copy.tree, *rotation, ""));
    REQUIRE(retire_old_key(copy.tree, *rotation, ""));
    CHECK_FALSE(copy.account("KUBECON").claims().signing_keys.contains(plain_key));
    REQUIRE(end_rotation(copy.tree, *rotation));
    CHECK(unfinished_rotations(copy.ko)->empty());
}

TEST_CASE("rotation: whoever is revoked or has expired is not let in again") {
    RotatedCopy copy;
    copy.add("ann");
    copy.revoke_all();
    copy.clock.set(copy.clock.now() + std::chrono::hours(1));
    copy.add("bob");
    const auto rotation = begin_rotation(copy.tree, copy.plain);
    const auto done = sign_by_new_key(copy.tree, *rotation, "");
    REQUIRE(done);
    CHECK(std::ranges::count(done->refused, "user ann") == 1);
    CHECK(std::ranges::count(done->what, "user bob") == 1);
    CHECK(copy.issuer_of("ann") == plain_key);

    const auto user =
        begin_rotation(copy.tree, {.of = Of::user, .account = name("KUBECON"), .user = name("ann")});
    CHECK(user.error().code == Errc::not_valid);
}

TEST_CASE(
    "rotation: a user's new key is in the token and the creds file, and the old one is revoked at the end") {
    const RotatedCopy copy;
    copy.add("ann");
    const std::string before = copy.ko.read_user(name("KUBECON"), name("ann"))->content.subject;
    const auto rotation =
        begin_rotation(copy.tree, {.of = Of::user, .account = name("KUBECON"), .user = name("ann")});
    REQUIRE(rotation);
    CHECK(rotation->before == before);
    const auto user = copy.ko.read_user(name("KUBECON"), name("ann"));
    CHECK(user->content.subject == rotation->after);
    CHECK(user->issuer.text() == plain_key);
    CHECK_FALSE(copy.account("KUBECON").claims().revocations.contains(before));
    REQUIRE(retire_old_key(copy.tree, *rotation, ""));
    const auto revocations = copy.account("KUBECON").claims().revocations;
    CHECK(jwt::is_revoked(revocations, before, user->issued_at));
    CHECK_FALSE(jwt::is_revoked(revocations, rotation->after, user->issued_at));
}

TEST_CASE("rotation: an operator's old identity signs on until its accounts are signed by the new one") {
    const RotatedCopy copy;
    const std::string before = copy.ko.read_operator()->content.subject;
    const auto rotation = begin_rotation(copy.tree, {.of = Of::operator_identity});
    REQUIRE(rotation);
    auto owner = copy.ko.read_operator();
    CHECK(owner->content.subject == rotation->after);
    CHECK(std::ranges::count(owner->claims().signing_keys, before) == 1);
    const auto by_old = signed_by_old_key(copy.tree, *rotation);
    REQUIRE_FALSE(by_old->accounts.empty());
    REQUIRE(sign_by_new_key(copy.tree, *rotation, ""));
    for (const Name& account : by_old->accounts)
        CHECK(copy.ko.read_account(account)->issuer.text() == rotation->after);
    REQUIRE(retire_old_key(copy.tree, *rotation, ""));
    owner = copy.ko.read_operator();
    CHECK(std::ranges::count(owner->claims().signing_keys, before) == 0);
}

TEST_CASE("rotation: activations that the old key has signed are signed anew in the importing account") {
    const RotatedCopy copy;
    const auto exporter = copy.account("PROVISION");
    REQUIRE(exporter.claims().signing_keys.empty());
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::account, copy.tree.random);
    const std::string signer = copy.keystore.store(*key)->stem().string();
    REQUIRE(edit_account(copy.tree, {name("PROVISION"), "", [&](auto& draft) {
                                         draft.claims.signing_keys.emplace(signer, std::nullopt);
                                         return base::Status();
                                     }}));
    const auto activation = [&] {
        return jwt::decode<jwt::ActivationClaims>(copy.account("KUBECON").claims().imports.front().token);
    };
    auto draft = activation()->content;
    draft.claims.issuer_account = exporter.content.subject;
    const auto token = jwt::sign(draft, *key, copy.clock.now());
    REQUIRE(edit_account(copy.tree, {name("KUBECON"), "", [&](auto& account) {
                                         account.claims.imports.front().token = token->text();
                                         return base::Status();
                                     }}));
    const auto rotation = begin_rotation(
        copy.tree, {.of = Of::account_signing_key, .account = name("PROVISION"), .key = signer});
    REQUIRE(rotation);
    const auto done = sign_by_new_key(copy.tree, *rotation, "");
    REQUIRE(done);
    CHECK(done->accounts == std::vector{name("KUBECON")});
    CHECK(activation()->issuer.text() == rotation->after);
}

TEST_CASE(
    "rotation: a key that is not listed, or a role of two keys, is refused and nothing is written down") {
    const RotatedCopy copy;
    CHECK(
        begin_rotation(copy.tree, {.of = Of::account_signing_key, .account = name("KUBECON"), .key = "none"})
            .error()
            .code == Errc::no_such_key);
    CHECK(
        begin_rotation(copy.tree, {.of = Of::account_signing_key, .account = name("KUBECON")}).error().code ==
        Errc::several_match);
    CHECK(begin_rotation(copy.tree, {.of = Of::operator_signing_key, .key = "none"}).error().code ==
          Errc::no_such_key);
    CHECK(unfinished_rotations(copy.ko)->empty());
}

TEST_CASE("rotation: the file is read as it was written, and anything else is bad_rotations") {
    const std::string good = rotations_text({some_rotation()});
    CHECK(*parse_rotations(good) == std::vector{some_rotation()});
    CHECK(parse_rotations("[]")->empty());
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return parse_rotations(text);
    };
    CHECK(with("17", "253402300799"));
    for (const auto& bad : {with("17", "253402300800"), with("17", "-1"), with("17", "\"17\""),
                            with("KUBECON", "../x"), with("account signing key", "operator"),
                            with("account signing key", "user"), with("\"before\": \"AD", "\"before\": \"AX"),
                            parse_rotations(""), parse_rotations("{}"), parse_rotations("[1]")}) {
        REQUIRE_FALSE(bad);
        CHECK(bad.error().code == Errc::bad_rotations);
    }
}
