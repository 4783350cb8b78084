#include <catch2/catch_test_macros.hpp>

#include <natscreds/jwt/token.h>
#include <support/issuing_service.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

using namespace natscreds;
using support::Outcome;

namespace {

Outcome run(std::vector<std::string> argv) {
    Outcome outcome = support::run({.argv = std::move(argv), .deadline = std::chrono::seconds(300)});
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.exit_code == 0);
    return outcome;
}

}  // namespace

TEST_CASE("Package: nkeys and jwt are built and installed where there is nothing but what they need") {
    const support::TempDir folder;
    const std::string prefix = (folder / "prefix").string();
    const std::string build = (folder / "build").string();
    // Of what pkg-config knows, libsodium alone.
    const std::string modules = (folder / "modules").string();
    std::filesystem::create_directory(modules);
    const std::string found = run({"pkg-config", "--variable=pcfiledir", "libsodium"}).out;
    std::filesystem::copy_file(found.substr(0, found.find('\n')) + "/libsodium.pc",
                               modules + "/libsodium.pc");

    run({"env", "PKG_CONFIG_LIBDIR=" + modules, "cmake", "-G", "Ninja", "-S", support::source_root(), "-B",
         build, "-DNATSCREDS_LIBRARIES_ONLY=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON",
         "-DCMAKE_DISABLE_FIND_PACKAGE_spdlog=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_tomlplusplus=ON",
         "-DCMAKE_DISABLE_FIND_PACKAGE_Catch2=ON"});
    run({"cmake", "--build", build});
    run({"cmake", "--install", build, "--prefix", prefix, "--component", "development"});
    run({"cmake", "-G", "Ninja", "-S", support::source_root() + "/tests/release/consumer", "-B",
         build + "/consumer", "-DCMAKE_PREFIX_PATH=" + prefix, "-DUSES=jwt;nkeys",
         "-DEXAMPLE=" + support::source_root() + "/examples/token.cpp"});
    // What was not built is not promised.
    const Outcome connecting = support::run(
        {.argv = {"cmake", "-G", "Ninja", "-S", support::source_root() + "/tests/release/consumer", "-B",
                  build + "/connecting", "-DCMAKE_PREFIX_PATH=" + prefix, "-DUSES=access",
                  "-DEXAMPLE=" + support::source_root() + "/examples/own_credentials.cpp"}});
    CHECK(connecting.exit_code != 0);
    CHECK(connecting.err.find("without access") != std::string::npos);
}

TEST_CASE("Package: with the programs come their manual pages and completion for three shells") {
    const support::TempDir folder;
    const std::string prefix = (folder / "prefix").string();
    run({"cmake", "--install", support::build_folder(), "--prefix", prefix});
    for (const std::string program :
         {"nsctl", "nats-req", "nats-rply", "nats-sub", "nats-pub", "nats-chat", "nats-provisioner"}) {
        CAPTURE(program);
        const auto installed = [&](const std::string& file) {
            return support::read_text(prefix + "/" + file);
        };
        const auto printed = [&](const std::string& options) {
            return run({"sh", "-c", prefix + "/bin/" + program + " " + options}).out;
        };
        CHECK(installed("share/man/man1/" + program + ".1") == printed("--man"));
        CHECK(installed("share/bash-completion/completions/" + program) == printed("--completion bash"));
        CHECK(installed("share/zsh/site-functions/_" + program) == printed("--completion zsh"));
        CHECK(installed("share/fish/vendor_completions.d/" + program + ".fish") ==
              printed("--completion fish"));
    }
}

TEST_CASE("Package: another project finds the installed libraries and signs a token with them") {
    const support::TempDir folder;
    const std::string prefix = (folder / "prefix").string();
    const std::string build = (folder / "build").string();

    run({"cmake", "--install", support::build_folder(), "--prefix", prefix, "--component", "development"});
    run({"cmake", "-G", "Ninja", "-S", support::source_root() + "/tests/release/consumer", "-B", build,
         "-DCMAKE_PREFIX_PATH=" + prefix, "-DUSES=jwt;nkeys",
         "-DEXAMPLE=" + support::source_root() + "/examples/token.cpp"});
    run({"cmake", "--build", build});
    std::string text = run({build + "/consumer"}).out;

    const auto decoded = jwt::decode<jwt::UserClaims>(text);
    REQUIRE(decoded);
    CHECK(decoded->content.name == "wallyqs");
    CHECK(decoded->claims().pub.allow == std::vector<std::string>{"chat.>"});
}

TEST_CASE("Package: another project's program asks for credentials of its own and works with them") {
    const support::TempDir folder;
    const std::string prefix = (folder / "prefix").string();
    const std::string build = (folder / "build").string();
    run({"cmake", "--install", support::build_folder(), "--prefix", prefix, "--component", "development"});
    run({"cmake", "-G", "Ninja", "-S", support::source_root() + "/tests/release/consumer", "-B", build,
         "-DCMAKE_PREFIX_PATH=" + prefix, "-DUSES=access",
         "-DEXAMPLE=" + support::source_root() + "/examples/own_credentials.cpp"});
    run({"cmake", "--build", build});

    const support::TrustTree tree;
    const support::NatsServer server(support::nats_servers().front(), {.config = tree.config()});
    const auto program = [&] {
        return support::run(
            {.argv = {"env", "NATS_URL=" + server.url(), "NATS_CREDS=" + tree.requester_creds(),
                      build + "/consumer", "wallyqs"}});
    };
    const Outcome alone = program();
    CHECK(alone.exit_code == 1);
    CHECK(alone.err.find("nobody answers") != std::string::npos);
    support::IssuingService service({.server = server.url(), .tree = tree, .life = std::chrono::hours(1)});
    const Outcome served = program();
    INFO(served.err);
    CHECK(served.exit_code == 0);
}
