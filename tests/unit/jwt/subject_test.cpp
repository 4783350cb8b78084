#include <catch2/catch_test_macros.hpp>

#include <natscreds/jwt/subject.h>

using natscreds::jwt::literal_subject;
using natscreds::jwt::subject_covers;
using natscreds::jwt::valid_subject;

TEST_CASE("Subject: whole tokens with dots between are valid, wildcards included") {
    for (const char* subject : {"a", "a.b", "*", ">", "a.*.b", "a.>", "_INBOX_.UABC.>", "$SYS.REQ"}) {
        CHECK(valid_subject(subject));
    }
}

TEST_CASE("Subject: empty tokens, white space and `>` before the end are not valid") {
    for (const char* subject : {"", ".", "a.", ".a", "a..b", "a b", "a.>.b", "a\t", "a\n"}) {
        CHECK_FALSE(valid_subject(subject));
    }
}

TEST_CASE("Subject: only one without wildcards can be published to") {
    CHECK(literal_subject("a.b"));
    CHECK(literal_subject("a*.b"));
    CHECK_FALSE(literal_subject("a.*"));
    CHECK_FALSE(literal_subject("a.>"));
    CHECK_FALSE(literal_subject("a."));
}

TEST_CASE("Subject: a wildcard covers what it matches and nothing more") {
    CHECK(subject_covers("a.b", "a.b"));
    CHECK(subject_covers("a.*", "a.b"));
    CHECK(subject_covers("a.*", "a.*"));
    CHECK(subject_covers("a.>", "a.b.c"));
    CHECK(subject_covers(">", "a"));
    CHECK(subject_covers(">", ">"));
    CHECK_FALSE(subject_covers("a.b", "a.*"));
    CHECK_FALSE(subject_covers("a.*", "a.>"));
    CHECK_FALSE(subject_covers("a.*", "a.b.c"));
    CHECK_FALSE(subject_covers("a.>", "a"));
    CHECK_FALSE(subject_covers("a", "a.b"));
    CHECK_FALSE(subject_covers("_INBOX.>", "_INBOX_.U.x"));
}
