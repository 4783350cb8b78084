#include <chrono>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/signer.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

namespace {

using AccountDraft = jwt::Draft<jwt::AccountClaims>;
using OperatorDraft = jwt::Draft<jwt::OperatorClaims>;

base::Status describe(const OpenCopy& copy, const std::string& description) {
    return edit_account(copy.tree, {name("KUBECON"), "", [&](AccountDraft& draft) {
                                        draft.claims.description = description;
                                        return base::Status();
                                    }});
}

}  // namespace

TEST_CASE("edit_account: only what the change touches is another afterwards") {
    const OpenCopy copy;
    const auto before = copy.account("KUBECON");
    REQUIRE(describe(copy, "new"));
    auto after = copy.account("KUBECON");
    REQUIRE(after.claims().description == "new");
    REQUIRE(after.issued_at == copy.clock.now());
    after.content.claims.description = before.claims().description;
    REQUIRE(after.claims() == before.claims());
    REQUIRE(after.content.subject == before.content.subject);
}

TEST_CASE("edit_account: fields that are not known here survive") {
    const OpenCopy copy;
    auto account = copy.account("KUBECON");
    account.content.extra["from_the_future"] = R"({"a":1})";
    account.content.claims.extra["new_claim"] = "[true]";
    account.content.claims.limits.extra["new_limit"] = "17";
    const auto signer = find_key(account.issuer.text(), copy.keystore);
    const auto token = jwt::sign(account.content, *signer, account.issued_at);
    {
        const auto lock = copy.ko.lock();
        REQUIRE(copy.ko.write_account(*lock, name("KUBECON"), *token));
    }
    REQUIRE(describe(copy, "new"));
    const auto after = copy.account("KUBECON");
    REQUIRE(after.content.extra.at("from_the_future") == R"({"a":1})");
    REQUIRE(after.claims().extra.at("new_claim") == "[true]");
    REQUIRE(after.claims().limits.extra.at("new_limit") == "17");
}

TEST_CASE("edit_account: iat moves forward within a second, and with a clock that is behind") {
    OpenCopy copy;
    copy.clock.set(copy.signed_at);
    REQUIRE(describe(copy, "one"));
    REQUIRE(copy.account("KUBECON").issued_at == copy.signed_at + std::chrono::seconds(1));
    copy.clock.set(copy.signed_at - std::chrono::hours(1));
    REQUIRE(describe(copy, "two"));
    REQUIRE(copy.account("KUBECON").issued_at == copy.signed_at + std::chrono::seconds(2));
}

TEST_CASE("edit_account: a change that fails leaves the account as it was") {
    const OpenCopy copy;
    const std::string before = support::read_text(copy.ko.account_path(name("KUBECON")));
    const base::Status edited = edit_account(copy.tree, {name("KUBECON"), "", [](AccountDraft& draft) {
                                                             draft.claims.description = "half";
                                                             return base::Error{Errc::bad_url, "x"};
                                                         }});
    REQUIRE(edited.error().code == Errc::bad_url);
    REQUIRE(support::read_text(copy.ko.account_path(name("KUBECON"))) == before);
}

TEST_CASE("edit_account: the signer can be named, and must be the operator's") {
    const OpenCopy copy;
    const std::string signing_key = copy.ko.read_operator()->claims().signing_keys.at(0);
    const auto nothing = [](AccountDraft&) { return base::Status(); };
    REQUIRE(edit_account(copy.tree, {name("A"), signing_key, nothing}));
    REQUIRE(copy.account("A").issuer.text() == signing_key);
    REQUIRE(edit_account(copy.tree, {name("A"), plain_key, nothing}).error().code == Errc::not_a_signer);
}

TEST_CASE("edit_account: of what several processes change at once nothing is lost") {
    constexpr int processes = 4;
    constexpr int edits_each = 10;
    const OpenCopy copy;
    std::vector<pid_t> children;
    for (int process = 0; process < processes; ++process) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child != 0) {
            children.push_back(child);
            continue;
        }
        for (int edit = 0; edit < edits_each; ++edit) {
            const std::string tag = std::to_string(process) + "-" + std::to_string(edit);
            const base::Status edited = edit_account(copy.tree, {name("B"), "", [&](AccountDraft& draft) {
                                                                     draft.claims.tags.push_back(tag);
                                                                     return base::Status();
                                                                 }});
            if (!edited) _exit(1);
        }
        _exit(0);
    }
    for (const pid_t child : children) {
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        REQUIRE(WIFEXITED(status));
        REQUIRE(WEXITSTATUS(status) == 0);
    }
    REQUIRE(copy.account("B").claims().tags.size() == processes * edits_each);
    REQUIRE(copy.account("B").issued_at ==
            copy.clock.now() + std::chrono::seconds(processes * edits_each - 1));
}

TEST_CASE("edit_operator: the operator's own key signs it, and no other") {
    const OpenCopy copy;
    const auto change = [](OperatorDraft& draft) {
        draft.claims.tags = {"edited"};
        return base::Status();
    };
    REQUIRE(edit_operator(copy.tree, "", change));
    REQUIRE(copy.ko.read_operator()->claims().tags == std::vector<std::string>{"edited"});
    const std::string signing_key = copy.ko.read_operator()->claims().signing_keys.at(0);
    REQUIRE(edit_operator(copy.tree, signing_key, change).error().code == Errc::not_a_signer);
}

TEST_CASE("edit_operator: signing keys are required only of an operator that has one") {
    const OpenCopy copy;
    const base::Status edited = edit_operator(copy.tree, "", [](OperatorDraft& draft) {
        draft.claims.strict_signing_key_usage = true;
        draft.claims.signing_keys.clear();
        return base::Status();
    });
    REQUIRE(edited.error().code == Errc::no_signing_key);
}

TEST_CASE("edit_operator: signing keys are not required while a token is left that an identity key signed") {
    const OpenCopy copy;
    const auto require_them = [](OperatorDraft& draft) {
        draft.claims.strict_signing_key_usage = true;
        return base::Status();
    };
    const base::Status edited = edit_operator(copy.tree, "", require_them);
    REQUIRE(edited.error().code == Errc::not_a_signer);
    REQUIRE(edited.error().detail.find("account \"A\"") != std::string::npos);
    REQUIRE_FALSE(copy.ko.read_operator()->claims().strict_signing_key_usage);
}

TEST_CASE("edit_account: the key that signed before signs again, unless another one is named") {
    const OpenCopy copy;
    const std::string signing_key = "OAPH4E4LMPKRIOQOIVN5HII7VUDABEBEFRW25V5RORVTFKC5LRHR5YS4";
    const auto edit = [&](const char* account, const std::string& signer) {
        REQUIRE(edit_account(copy.tree, {name(account), signer, [](AccountDraft& draft) {
                                             draft.claims.description += "x";
                                             return base::Status();
                                         }}));
        return copy.account(account).issuer.text();
    };
    REQUIRE(edit("SYS", "") == signing_key);
    REQUIRE(edit("A", "") == copy.ko.read_operator()->content.subject);
    REQUIRE(edit("A", signing_key) == signing_key);
    std::filesystem::remove(copy.keystore.key_path(public_key(signing_key)));
    REQUIRE(edit("A", "") == copy.ko.read_operator()->content.subject);
}
