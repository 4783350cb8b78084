// The Debian packages, made from this build: what is in them, that they are the same each time, and what lintian says.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <support/process.h>
#include <support/programs.h>

using namespace natscreds;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
using support::TempDir;

namespace {

const std::vector<std::string> programs{"nats-chat", "nats-provisioner", "nats-pub", "nats-req",
                                        "nats-rply", "nats-sub",         "nsctl"};

support::Outcome run(std::vector<std::string> argv) {
    support::Outcome outcome = support::run({.argv = std::move(argv), .deadline = std::chrono::seconds(240)});
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.exit_code == 0);
    return outcome;
}

/// How the packages are made: as `--target package` makes them, but for the folder.
struct Making {
    std::string umask = "022";
};

/// Both packages, made in a folder of the test.
class Packages {
  public:
    explicit Packages(const Making& making = {}) {
        const std::string build = support::build_folder();
        run({"bash", "-c", "umask " + making.umask + " && exec \"$@\"", "bash", "env",
             "SOURCE_DATE_EPOCH=1700000000", "cmake", "-Dconfig=" + build + "/debian/cpack.cmake",
             "-Dcpack=cpack", "-Dsource=" + support::source_root(),
             "-Dmaintainer=Jane Doe <jane@natscreds.example>", "-Dfolder=" + folder_.path().string(), "-P",
             support::source_root() + "/cmake/debian/package.cmake"});
    }

    /// The file of a package.
    [[nodiscard]] std::string file(const std::string& package) const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with(package + "_") && name.ends_with(".deb")) found.push_back(entry.path());
        }
        REQUIRE(found.size() == 1);
        return found.front();
    }

    [[nodiscard]] std::string field(const std::string& package, const std::string& name) const {
        return run({"dpkg-deb", "--field", file(package), name}).out;
    }

    /// The files of a package, unpacked into a folder.
    [[nodiscard]] std::string unpacked(const std::string& package) const {
        const std::string root = (folder_ / ("unpacked-" + package)).string();
        run({"dpkg-deb", "--extract", file(package), root});
        return root;
    }

  private:
    TempDir folder_;
};

json spdx_of(const std::string& root, const std::string& package) {
    return json::parse(support::read_text(root + "/usr/share/doc/" + package + "/" + package + ".spdx.json"));
}

std::set<std::string> files_below(const std::string& root) {
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.is_regular_file()) files.insert("./" + entry.path().lexically_relative(root).string());
    }
    return files;
}

/// What each shared library that a program names is called in the SPDX document.
std::string library_of(const std::string& soname) {
    for (const auto& [begin, library] :
         std::vector<std::pair<std::string, std::string>>{{"libsodium.", "libsodium"},
                                                          {"libcrypto.", "OpenSSL"},
                                                          {"libssl.", "OpenSSL"},
                                                          {"libnats.", "nats.c"},
                                                          {"libcpp-httplib.", "cpp-httplib"},
                                                          {"libyaml-cpp.", "yaml-cpp"},
                                                          {"libspdlog.", "spdlog"},
                                                          {"libfmt.", "fmt"},
                                                          {"libprometheus-cpp", "prometheus-cpp"},
                                                          {"libsqlite3.", "sqlite3"},
                                                          {"libtomlplusplus.", "tomlplusplus"},
                                                          {"libutf8proc.", "utf8proc"},
                                                          {"libqrencode.", "libqrencode"},
                                                          {"libftxui-", "ftxui"},
                                                          {"libstdc++.", "libstdc++"},
                                                          {"libgcc_s.", "libstdc++"},
                                                          {"libm.", "glibc"},
                                                          {"libc.", "glibc"},
                                                          {"ld-linux", "glibc"}}) {
        if (soname.starts_with(begin)) return library;
    }
    return "unknown: " + soname;
}

/// The libraries that the programs below a folder ask for when they start.
std::set<std::string> libraries_needed(const std::string& folder) {
    std::set<std::string> libraries;
    for (const std::string& program : programs) {
        const std::string text = run({"readelf", "--wide", "--dynamic", folder + "/" + program}).out;
        for (std::size_t at = text.find("Shared library: ["); at != std::string::npos;
             at = text.find("Shared library: [", at + 1)) {
            const std::size_t begin = at + std::string("Shared library: [").size();
            libraries.insert(library_of(text.substr(begin, text.find(']', begin) - begin)));
        }
    }
    return libraries;
}

void check_natscreds(const Packages& packages) {
    const std::string list = run({"dpkg-deb", "--contents", packages.file("natscreds")}).out;
    for (const std::string& program : programs) {
        CHECK_THAT(list, ContainsSubstring(" ./usr/bin/" + program + "\n") ||
                             ContainsSubstring(" ./usr/bin/" + program + " -> nats-req\n"));
        CHECK_THAT(list, ContainsSubstring(" ./usr/share/man/man1/" + program + ".1.gz\n"));
        CHECK_THAT(list, ContainsSubstring(" ./usr/share/bash-completion/completions/" + program + "\n"));
        CHECK_THAT(list, ContainsSubstring(" ./usr/share/zsh/vendor-completions/_" + program + "\n"));
        CHECK_THAT(list, ContainsSubstring(" ./usr/share/fish/vendor_completions.d/" + program + ".fish\n"));
    }
    for (const std::string file :
         {"usr/lib/sysusers.d/natscreds.conf", "etc/natscreds/chat.toml", "usr/share/doc/natscreds/copyright",
          "usr/share/doc/natscreds/changelog.gz", "usr/share/doc/natscreds/changelog.Debian.gz",
          "usr/share/doc/natscreds/docs/operating.md", "usr/share/doc/natscreds/conf/policy/chat.toml"})
        CHECK_THAT(list, ContainsSubstring(" ./" + file + "\n"));
    CHECK_THAT(list,
               ContainsSubstring("lib/systemd/system/nats-provisioner.service\n"));  // in /usr from 13 on
    CHECK(run({"dpkg-deb", "--info", packages.file("natscreds"), "conffiles"}).out ==
          "/etc/natscreds/chat.toml\n");
    CHECK_THAT(packages.field("natscreds", "Depends"),
               ContainsSubstring("libsodium23") && ContainsSubstring("libc6"));
}

void check_development(const Packages& packages) {
    const std::string list = run({"dpkg-deb", "--contents", packages.file("libnatscreds-dev")}).out;
    CHECK_THAT(list, ContainsSubstring("/natscreds/jwt/token.h\n") &&
                         ContainsSubstring("/libnatscreds_jwt.a\n") &&
                         ContainsSubstring("/cmake/natscreds/natscredsConfig.cmake\n"));
    CHECK_THAT(list, !ContainsSubstring("/bin/") && !ContainsSubstring("/etc/"));
    CHECK_THAT(packages.field("libnatscreds-dev", "Depends"), ContainsSubstring("libsodium-dev") &&
                                                                  ContainsSubstring("libssl-dev") &&
                                                                  ContainsSubstring("nlohmann-json3-dev"));
}

/// What the systemd unit hands over and keeps.
void check_configuration(const std::string& root) {
    const std::string text = support::read_text(root + "/etc/natscreds/chat.toml");
    for (const std::string path :
         {"/run/credentials/nats-provisioner.service/chat.nk",
          "/run/credentials/nats-provisioner.service/provisioner.creds",
          "/var/lib/nats-provisioner/audit.jsonl", "sqlite:/var/lib/nats-provisioner/names.db"})
        CHECK_THAT(text, ContainsSubstring('"' + path + '"'));
}

void check_no_source_path(const std::string& root) {
    for (const std::string& file : files_below(root)) {
        CAPTURE(file);
        CHECK(support::read_text(root + "/" + file).find(support::source_root()) == std::string::npos);
    }
}

/// Each file with its sums, which the tools of others say too, and none beside them.
void check_spdx_files(const json& document, const std::string& root, const std::string& package) {
    const std::string itself = "./usr/share/doc/" + package + "/" + package + ".spdx.json";
    std::string sha1;
    std::string sha256;
    std::set<std::string> files{itself};
    for (const json& file : document.at("files")) {
        const std::string name = file.at("fileName");
        files.insert(name);
        sha1 += file.at("checksums").at(0).at("checksumValue").get<std::string>() + "  " + name + "\n";
        sha256 += file.at("checksums").at(1).at("checksumValue").get<std::string>() + "  " + name + "\n";
    }
    CHECK(files == files_below(root));
    for (const auto& [tool, sums] : {std::pair{"sha1sum", sha1}, std::pair{"sha256sum", sha256}}) {
        const support::Outcome outcome =
            support::run({.argv = {tool, "--check", "--strict", "--quiet"}, .input = sums, .folder = root});
        INFO(outcome.out << outcome.err);
        CHECK(outcome.exit_code == 0);
    }
}

/// The names of the libraries; no two parts have one id, and each that is spoken of is there.
std::set<std::string> check_spdx_parts(const json& document) {
    std::set<std::string> ids{"SPDXRef-DOCUMENT"};
    std::set<std::string> libraries;
    for (const json& part : document.at("packages")) {
        CHECK(ids.insert(part.at("SPDXID")).second);
        CHECK_FALSE(part.at("versionInfo").get<std::string>().empty());
        libraries.insert(part.at("name"));
    }
    for (const json& file : document.at("files"))
        CHECK(ids.insert(file.at("SPDXID")).second);
    for (const json& relation : document.at("relationships"))
        CHECK(ids.contains(relation.at("relatedSpdxElement")));
    return libraries;
}

void check_with_lintian(const Packages& packages) {
    const support::Outcome outcome =
        support::run({.argv = {"lintian", "--allow-root", "--fail-on", "error", "--tag-display-limit", "0",
                               packages.file("natscreds"), packages.file("libnatscreds-dev")},
                      .deadline = std::chrono::seconds(240)});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.exit_code == 0);
}

}  // namespace

TEST_CASE("Debian package: each has what it promises, and lists all in SPDX; lintian finds no error") {
    const Packages packages;
    check_with_lintian(packages);
    check_natscreds(packages);
    check_development(packages);
    for (const std::string package : {"natscreds", "libnatscreds-dev"}) {
        CAPTURE(package);
        const std::string root = packages.unpacked(package);
        check_no_source_path(root);
        const json document = spdx_of(root, package);
        CHECK(document.at("spdxVersion") == "SPDX-2.3");
        check_spdx_files(document, root, package);
        const std::set<std::string> libraries = check_spdx_parts(document);
        if (package != "natscreds") continue;
        check_configuration(root);
        const std::set<std::string> needed = libraries_needed(root + "/usr/bin");
        CHECK(needed.size() >= 12);
        CHECK(std::ranges::includes(libraries, needed));
    }
}

TEST_CASE("Debian package: made again, under another umask, it is the same bytes") {
    const Packages first;
    const Packages again({.umask = "077"});
    for (const std::string package : {"natscreds", "libnatscreds-dev"})
        CHECK(support::read_text(first.file(package)) == support::read_text(again.file(package)));
}
