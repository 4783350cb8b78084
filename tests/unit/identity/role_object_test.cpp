#include <natscreds/provisioner/identity/role_object.h>

#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/identity/errc.h>

using namespace natscreds::provisioner::identity;

namespace {

using Texts = std::vector<std::string>;

std::string object_with(const std::string& spec, const std::string& name = "nats-user") {
    return R"({"apiVersion":"nats.io/v1alpha2","kind":"NatsServiceRole","metadata":{"name":")" + name +
           R"(","namespace":"nats-io","uid":"u1","labels":{"nats_cluster":"example-nats"}},"spec":)" + spec +
           "}";
}

std::string lists(const std::string& publish, const std::string& subscribe) {
    return object_with(R"({"permissions":{"publish":)" + publish + R"(,"subscribe":)" + subscribe + "}}");
}

std::string objection(const std::string& json) {
    const auto read = parse_role_object(json);
    return read ? "" : read.error().detail;
}

}  // namespace

TEST_CASE("Role object: the write-up's is read as it is meant") {
    const auto read = parse_role_object(lists(
        R"(["foo.*", "foo.bar.quux"])", R"(["foo.bar", "greetings", "hello.world", "jobs.> workers"])"));
    REQUIRE(read);
    CHECK(read->cluster == "example-nats");
    CHECK(read->role.account == AccountName{.namespace_name = "nats-io", .name = "nats-user"});
    CHECK(read->role.publish.allow == Texts{"foo.*", "foo.bar.quux"});
    CHECK(read->role.subscribe.allow == Texts{"foo.bar", "greetings", "hello.world", "jobs.> workers"});
    CHECK(read->role.uid == "u1");
    CHECK(parse_role_object(lists("[]", "[]"))->role.publish.empty());
}

TEST_CASE(
    "Role object: one that does not say plainly what it allows is refused, and the objection says where") {
    CHECK(objection(lists(R"(["a", "b..c"])", "[]")) ==
          R"(nats-io/nats-user: spec.permissions.publish: "b..c" is not a subject)");
    const std::string queue_to_publish = objection(lists(R"(["a queue"])", "[]"));
    CHECK(queue_to_publish.ends_with(R"(spec.permissions.publish: "a queue" is not a subject)"));
    CHECK(objection(lists("[]", R"(["a b c"])")).ends_with(R"("a b c" is not a subject)"));
    CHECK(objection(lists("[]", R"(["a "])")).ends_with(R"("a " is not a subject)"));
    CHECK(objection(lists("[]", "[7]")).ends_with("7 is not a subject"));
    CHECK(objection(lists("[]", R"("a")")).ends_with("subscribe is a list of at most 256 subjects"));
    const std::string both = "spec.permissions has publish and subscribe, both, and no more";
    CHECK(objection(object_with(R"({"permissions":{"publish":["a"]}})")).ends_with(both));
    CHECK(
        objection(object_with(R"({"permissions":{"publish":[],"subscribe":[],"deny":[]}})")).ends_with(both));
    CHECK(objection(object_with("{}")).ends_with("spec has permissions, and no more"));
    CHECK(objection(object_with(R"({"permissions":{"publish":[],"subscribe":[]}})", "A"))
              .ends_with("metadata.name is not a ServiceAccount's"));
    CHECK(objection(R"({"kind":"Pod","apiVersion":"v1"})") == "not a NatsServiceRole of nats.io/v1alpha2");
}

TEST_CASE("Role object: the longest lists and subjects are taken, and longer ones are not") {
    const auto repeated = [](std::size_t count) {
        std::string list = R"(["a")";
        for (std::size_t i = 1; i < count; ++i)
            list += R"(,"a")";
        return lists(list + "]", "[]");
    };
    CHECK(parse_role_object(repeated(256)));
    CHECK_FALSE(parse_role_object(repeated(257)));
    CHECK(parse_role_object(lists("[\"" + std::string(256, 'a') + "\"]", "[]")));
    CHECK_FALSE(parse_role_object(lists("[\"" + std::string(257, 'a') + "\"]", "[]")));
    CHECK(parse_role_object(std::string(300'000, ' ')).error().code == Errc::too_large);
    CHECK(parse_role_object("[]").error().code == Errc::bad_json);
    CHECK(parse_role_object(R"({"kind":"a","kind":"b"})").error().code == Errc::bad_json);
}
