#include <natscreds/provisioner/kubernetes/role_folder.h>

#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/file.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/kubernetes/manifests.h>
#include <support/fake_intervals.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace natscreds::provisioner::kubernetes;

namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// The write-up's file: other objects stand before and behind the role.
constexpr auto write_up = R"(---
apiVersion: nats.io/v1alpha2
kind: NatsCluster
metadata:
  name: example-nats
---
apiVersion: nats.io/v1alpha2
kind: NatsServiceRole           # mapped to the ServiceAccount
metadata:
  name: nats-user
  namespace: nats-io
  labels:
    nats_cluster: example-nats
spec:
  permissions:
    publish: ["foo.*", "foo.bar.quux"]
    subscribe:
    - foo.bar
    - greetings
---
apiVersion: v1
kind: Pod
metadata: {name: nats-user-pod}
---
)";

std::string role_file(const std::string& name, const std::string& subject,
                      const std::string& cluster = "example-nats") {
    return "apiVersion: nats.io/v1alpha2\nkind: NatsServiceRole\nmetadata: {name: " + name +
           ", namespace: nats-io, labels: {nats_cluster: " + cluster + "}}\nspec: {permissions: {publish: [" +
           subject + "], subscribe: []}}\n";
}

void write(const fs::path& file, const std::string& text) {
    REQUIRE(base::write_file(file, base::as_bytes(text), {.existing = base::Existing::replace}));
}

/// A folder of roles, what came out of it, and what was told.
struct Fixture {
    support::TempDir folder;
    support::FakeIntervals intervals;
    identity::ServiceRoles roles;
    Texts told;
    RoleFolder source{folder.path(),
                      {.cluster = "example-nats", .namespaces = {"nats-io"}},
                      {.roles = roles, .intervals = intervals, .tell = [this](const std::string& what) {
                           told.push_back(what);
                       }}};

    [[nodiscard]] Texts publishes(const std::string& name) const {
        const auto role = roles.find({"nats-io", name});
        return role ? role->publish.allow : Texts{"no role"};
    }
};

std::string objection(const std::string& yaml) {
    const auto read = read_manifests(yaml);
    return read ? "" : read.error().detail;
}

}  // namespace

TEST_CASE(
    "Role folder: the write-up's file, a list, and JSON are read; other clusters and namespaces are not "
    "ours") {
    Fixture fixture;
    CHECK_FALSE(fixture.source.ready());
    write(fixture.folder / "write-up.yaml", write_up);
    write(fixture.folder / "list.yml",
          "kind: List\nitems:\n- {apiVersion: nats.io/v1alpha2, kind: NatsServiceRole, "
          "metadata: {name: listed, namespace: nats-io, labels: {nats_cluster: "
          "example-nats}}, spec: {permissions: {publish: [\"1\"], subscribe: []}}}\n");
    write(fixture.folder / "role.json",
          R"({"apiVersion":"nats.io/v1alpha2","kind":"NatsServiceRole","metadata":{"name":"json",)"
          R"("namespace":"nats-io","labels":{"nats_cluster":"example-nats"}},)"
          R"("spec":{"permissions":{"publish":["j"],"subscribe":[]}}})");
    write(fixture.folder / "other.yaml", role_file("other", "a", "another-nats"));
    write(fixture.folder / ".hidden.yaml", "nonsense: [");
    write(fixture.folder / "README", "nonsense: [");

    REQUIRE(fixture.source.refresh());
    CHECK(fixture.source.ready());
    CHECK(fixture.roles.size() == 3);
    CHECK(fixture.publishes("nats-user") == Texts{"foo.*", "foo.bar.quux"});
    CHECK(fixture.publishes("listed") == Texts{"1"});
    CHECK(fixture.publishes("json") == Texts{"j"});
    CHECK(fixture.told.empty());
}

TEST_CASE("Role folder: an error in one file leaves all as it was, and is told once") {
    Fixture fixture;
    write(fixture.folder / "a.yaml", role_file("a", "first"));
    REQUIRE(fixture.source.refresh());

    write(fixture.folder / "a.yaml", role_file("a", "second"));
    write(fixture.folder / "b.yaml", role_file("b", "not..a.subject"));
    CHECK_FALSE(fixture.source.refresh());
    CHECK_FALSE(fixture.source.refresh());
    CHECK(fixture.publishes("a") == Texts{"first"});
    REQUIRE(fixture.told.size() == 1);
    CHECK(fixture.told.front().find("b.yaml: nats-io/b: spec.permissions.publish: \"not..a.subject\"") !=
          std::string::npos);

    write(fixture.folder / "b.yaml", role_file("a", "again"));
    CHECK_FALSE(fixture.source.refresh());
    CHECK(fixture.told.back().find("b.yaml: a second role of nats-io/a") != std::string::npos);

    fs::remove(fixture.folder / "b.yaml");
    REQUIRE(fixture.source.refresh());
    CHECK(fixture.publishes("a") == Texts{"second"});

    fixture.intervals.advance(std::chrono::seconds{60});
    fs::remove_all(fixture.folder.path());
    CHECK_FALSE(fixture.source.refresh());
    CHECK(fixture.source.ready());
    CHECK(fixture.publishes("a") == Texts{"second"});
    CHECK(*fixture.source.synced() == fixture.intervals.now() - std::chrono::seconds{60});
}

// As the kubelet does it: the files are links into `..data`, which is a link itself, and is replaced.
TEST_CASE("Role folder: a mounted ConfigMap that is exchanged counts from the next look") {
    Fixture fixture;
    const fs::path folder = fixture.folder.path();
    for (const auto* version : {"..1", "..2"})
        fs::create_directory(folder / version);
    write(folder / "..1" / "a.yaml", role_file("a", "old"));
    write(folder / "..2" / "a.yaml", role_file("a", "new"));
    fs::create_directory_symlink("..1", folder / "..data");
    fs::create_symlink("..data/a.yaml", folder / "a.yaml");
    REQUIRE(fixture.source.refresh());
    CHECK(fixture.publishes("a") == Texts{"old"});

    fs::create_directory_symlink("..2", folder / "..data_tmp");
    fs::rename(folder / "..data_tmp", folder / "..data");
    REQUIRE(fixture.source.refresh());
    CHECK(fixture.publishes("a") == Texts{"new"});
}

TEST_CASE("Manifests: what is no YAML, no object, or more than a file ever has is refused by its line") {
    CHECK(objection("a: 1\nb: [").starts_with("line 2: "));
    CHECK(objection("- a\n") == "line 1: not an object");
    CHECK(objection("a: 1\na: 2\n") == "line 2: \"a\" twice");
    CHECK(objection("{[a]: 1}") == "line 1: a key that is no text");
    CHECK(objection("kind: List\nitems: [1]").ends_with("a List of something else than objects"));
    std::string bomb = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
    for (char name = 'b'; name < 'h'; ++name) {
        const std::string last = std::string("*") + static_cast<char>(name - 1);
        bomb += std::string(1, name) + ": &" + name + " [" + last;
        for (int i = 0; i < 9; ++i)
            bomb += ", " + last;
        bomb += "]\n";
    }
    CHECK(objection(bomb).ends_with("more than such a file ever has"));
    std::string deep = "a: ";
    deep += std::string(70, '[') + std::string(70, ']');
    CHECK(objection(deep).ends_with("more than such a file ever has"));
}

TEST_CASE("Manifests: quotes make a text of what is a number without them") {
    CHECK(*read_manifests("{a: 1, b: \"1\", c: true, d: 'true', e: null, f: yes, g: foo.*}") ==
          Texts{R"({"a":1,"b":"1","c":true,"d":"true","e":null,"f":"yes","g":"foo.*"})"});
    CHECK(read_manifests("---\n---\n# nothing\n")->empty());
    CHECK(read_manifests("")->empty());
}

TEST_CASE("RoleFolder: a role that may not hold grants nothing and is told of, and the others go on") {
    const support::TempDir folder;
    const support::FakeIntervals intervals;
    identity::ServiceRoles roles;
    Texts told;
    RoleFolder source(folder.path(), {.cluster = "example-nats"},
                      {.roles = roles,
                       .intervals = intervals,
                       .tell = [&](const std::string& what) { told.push_back(what); },
                       .permit = [](const identity::ServiceRole& role) -> base::Status {
                           if (role.publish.allow.front() != "bad") return {};
                           return base::Error{identity::Errc::bad_role, role.account.text()};
                       }});
    write(folder / "a.yaml", role_file("a", "bad"));
    write(folder / "b.yaml", role_file("b", "good"));
    REQUIRE(source.refresh());
    REQUIRE(source.refresh());
    CHECK_FALSE(roles.find({"nats-io", "a"}));
    CHECK(roles.find({"nats-io", "b"}));
    REQUIRE(told.size() == 1);
    CHECK(told.front().find("nats-io/a") != std::string::npos);
    write(folder / "b.yaml", role_file("b", "bad"));
    REQUIRE(source.refresh());
    CHECK(roles.size() == 0);
}

TEST_CASE(
    "Role folder: five files that come one right after the other are all loaded, whenever it is looked") {
    const std::size_t looked_after = GENERATE(0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U);
    Fixture fixture;
    std::size_t step = 0;
    const auto look = [&] {
        if (step++ == looked_after) (void)fixture.source.refresh();
    };
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        const std::string whole = role_file(name, "s");
        write(fixture.folder / (std::string(name) + ".yaml"), whole.substr(0, whole.size() / 2));
        look();
        write(fixture.folder / (std::string(name) + ".yaml"), whole);
        look();
    }
    REQUIRE(fixture.source.refresh());
    CHECK(fixture.roles.size() == 5);
}
