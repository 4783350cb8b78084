// What is left of a store when a command is killed, at every step that it takes: the process is stopped by
// ptrace(2) before each system call that writes, and killed there.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/keystore.h>
#include <natscreds/cli/nsctl/nsctl.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/key_file.h>
#include <support/temp_dir.h>
#include <support/test_data.h>

using namespace natscreds;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

constexpr const char* scoped_key = "ACDM4AK56R6W36PMEHNBHSJRXZGYPANOGFASNRCHJTTY7CCOJGDFIZR3";

/// System calls that change what is on disk.
const std::set<std::uint64_t> writing{
    SYS_openat,    SYS_write,  SYS_fsync,    SYS_fchmod,  SYS_renameat,
    SYS_renameat2, SYS_linkat, SYS_unlinkat, SYS_mkdirat, SYS_ftruncate,
#ifdef SYS_rename
    SYS_rename,    SYS_link,   SYS_unlink,   SYS_mkdir,   SYS_rmdir,
#endif
};

/// A copy of the store that nsc made, with KUBECON as the current account.
class StoreFolder {
  public:
    StoreFolder() {
        fs::create_directories(folder_ / "home");
        const fs::path source = support::test_data("nsc-store");
        fs::copy(source / "stores", folder_ / "home/nats", fs::copy_options::recursive);
        fs::copy(source / "keys", folder_ / "keys", fs::copy_options::recursive);
        folder_.write("home/nsc.json", R"({"operator":"KO","account":"KUBECON"})");
        folder_.write("server.conf", "");
        folder_.write("tree.toml",
                      "[operator.nats]\ntags = ['t']\n[accounts.A.nats]\ndescription = 'd'\n"
                      "[accounts.NEW.nats]\nsigning_keys = [{ role = 'r', template.pub.allow = ['a'] }]\n"
                      "[accounts.B]\n[accounts.KUBECON]\n[users.NEW.ann]\niss = 'r'\n[users.NEW.bob]\n");
        folder_.write("names.txt", "chat-creds-request\nchat-access\n");
    }

    [[nodiscard]] const fs::path& path() const { return folder_.path(); }

    /// Where a word is FILE, NAMES or TREE, the command is given a file of this folder.
    [[nodiscard]] int run(Words words) const {
        std::ranges::replace(words, std::string("FILE"), (folder_ / "server.conf").string());
        std::ranges::replace(words, std::string("NAMES"), (folder_ / "names.txt").string());
        std::ranges::replace(words, std::string("TREE"), (folder_ / "tree.toml").string());
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        const auto variable = [this](std::string_view name) -> std::optional<std::string> {
            if (name == "NSC_HOME") return (folder_ / "home").string();
            if (name == "NKEYS_PATH") return (folder_ / "keys").string();
            return std::nullopt;
        };
        const base::SystemClock clock;
        base::SystemRandom random;
        nsctl::World world{{variable, folder_.path()}, clock, random, in, out, err, nsctl::Colour::off};
        return nsctl::run(words, world);
    }

  private:
    support::TempDir folder_;
};

/// A file that is opened to be read leaves the disk as it is.
bool writes(const __ptrace_syscall_info& info) {
    constexpr std::uint64_t to_write = O_CREAT | O_WRONLY | O_RDWR | O_TRUNC;
    const bool opens = info.entry.nr == SYS_openat;
    return writing.contains(info.entry.nr) && (!opens || (info.entry.args[2] & to_write) != 0);
}

/// Runs `body` in a copy of this process, which is killed before its n-th system call that writes. Whether it
/// came so far.
bool killed_at(int n, const std::function<int()>& body) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        raise(SIGSTOP);
        _exit(body());
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    for (int seen = 0;;) {
        REQUIRE(ptrace(PTRACE_SYSCALL, child, nullptr, nullptr) == 0);
        REQUIRE(waitpid(child, &status, 0) == child);
        if (WIFEXITED(status) || WIFSIGNALED(status)) return false;
        __ptrace_syscall_info info{};
        const auto size = ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
        const bool entry = size > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY;
        if (!entry || !writes(info) || ++seen < n) continue;
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        return true;
    }
}

/// Every file of the folder is whole, whichever it is.
void check_files(const fs::path& folder) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        const fs::path& path = entry.path();
        // What was being written beside its place has a dot in front, and belongs to nobody.
        if (!entry.is_regular_file() || path.filename().string().starts_with('.')) continue;
        INFO(path);
        if (path.extension() == ".jwt") REQUIRE(jwt::decode_any(support::read_text(path)));
        if (path.extension() == ".creds") REQUIRE(jwt::Credentials::load(path));
        if (path.extension() == ".nk")
            REQUIRE(nkeys::load_seed(path)->public_key().text() == path.stem().string());
    }
}

/// Kills the command at its first step, at its second, and so on until it is done before. `once_more` is what the
/// command exits with when it is run again after it was done.
void check_every_step(const Words& words, int once_more, const std::vector<Words>& before = {}) {
    CAPTURE(words);
    const support::FoldersInMemory in_memory;
    int steps = 0;
    for (bool killed = true; killed; ++steps) {
        const StoreFolder store;
        for (const Words& first : before)
            REQUIRE(store.run(first) == 0);
        killed = killed_at(steps + 1, [&] { return store.run(words); });
        CAPTURE(steps);
        check_files(store.path());
        const bool deleted = !fs::exists(store.path() / "home/nats/KO/.nsc");
        REQUIRE((deleted || store.run({"validate", "-A"}) == 0));
        const int exit_code = store.run(words);
        REQUIRE((exit_code == 0 || exit_code == once_more));
    }
    REQUIRE(steps > 4);
}

}  // namespace

TEST_CASE(
    "nsctl: killed at any step of adding, it leaves a store that is valid, and adding can be done again") {
    check_every_step({"add", "user", "u", "--tag", "a"}, 1);
    check_every_step({"add", "account", "N"}, 1);
    check_every_step({"add", "operator", "NO", "--sys", "--generate-signing-key"}, 1);
}

TEST_CASE(
    "nsctl: killed at any step of an edit, it leaves a store that is valid, and the edit can be made again") {
    check_every_step({"edit", "user", "chat-access", "--tag", "a"}, 0);
    check_every_step({"edit", "account", "--tag", "a", "--sk", "generate"}, 0);
    check_every_step({"generate", "config", "--mem-resolver", "--config-file", "FILE", "--force"}, 0);
    check_every_step({"select", "account", "A"}, 0);
}

TEST_CASE(
    "nsctl: killed at any step of giving new keys or names, it leaves a store that is valid, and it can be "
    "made again") {
    check_every_step({"reissue", "operator"}, 0);
    check_every_step({"reissue", "operator", "--convert-to-signing-key"}, 0);
    check_every_step({"rename", "account", "A", "C"}, 1);
}

TEST_CASE(
    "nsctl: killed at any step of a deletion, it leaves a store that is valid, and it can be made again") {
    check_every_step({"delete", "user", "chat-creds-request", "--rm-nkey", "--rm-creds"}, 1);
    check_every_step({"delete", "account", "A", "--rm-nkey", "--rm-creds"}, 1);
    check_every_step({"delete", "operator", "KO", "--force"}, 1);
}

TEST_CASE("nsctl: killed at any step of adding or deleting many users, the same command finishes it") {
    check_every_step({"add", "users", "--count", "2", "--name", "dev-{}", "--skip-existing"}, 0);
    check_every_step({"delete", "users", "--from", "NAMES", "--skip-missing", "--rm-nkey", "--rm-creds"}, 0);
    check_every_step({"revocations", "add-users", "--from", "NAMES"}, 0);
}

TEST_CASE("nsctl: killed at any step of applying a tree's file, the same command finishes it") {
    check_every_step({"apply", "TREE"}, 0);
}

namespace {

/// The store's operator names a server, which is not there.
const Words without_servers{"edit", "operator", "--rm-service-url", "nats://localhost:4222"};

const std::vector<Words> rotations{{"rotate", "operator"},
                                   {"rotate", "account", "KUBECON"},
                                   {"rotate", "signing-key", scoped_key},
                                   {"rotate", "user", "chat-access"}};

}  // namespace

TEST_CASE("nsctl: killed at any step of rotating a key, the same command goes on with the same new key") {
    for (const Words& rotation : rotations)
        check_every_step(rotation, 0, {without_servers});
}

TEST_CASE("nsctl: killed at any step of taking an old key away, the same command finishes it") {
    for (const Words& rotation : rotations) {
        Words finish = rotation;
        finish.insert(finish.end(), {"--finish", "--force", "--rm-nkey"});
        check_every_step(finish, 1, {without_servers, rotation});
    }
}

namespace {

/// The keystore with a passphrase, of which the key is quickly made.
class SealedKeys {
  public:
    explicit SealedKeys(const StoreFolder& store)
        : keys_(store.path() / "keys", accounts::GitIgnore::leave_out,
                {.unlocker = std::make_shared<nkeys::Unlocker>([]() -> base::Result<base::Secret> {
                     return base::Secret::copy_of(base::as_bytes("secret"));
                 }),
                 .random = &random_,
                 .cost = {.passes = 1, .mebibytes = 8}}) {}

    [[nodiscard]] const accounts::KeyStore& operator*() const noexcept { return keys_; }

    /// Sealed or not, each is the key that it is called after.
    void check_all() const {
        const auto found = keys_.keys();
        REQUIRE(found->size() > 5);
        for (const nkeys::PublicKey& key : *found) {
            if (key.kind() != nkeys::Kind::curve) REQUIRE(keys_.load(key));
        }
    }

  private:
    base::SystemRandom random_;
    accounts::KeyStore keys_;
};

}  // namespace

TEST_CASE(
    "keystore: killed at any step of sealing or opening, no seed is lost, and the same command finishes it") {
    const support::FoldersInMemory in_memory;
    const bool opening = GENERATE(false, true);
    const auto change = [opening](const accounts::KeyStore& keys) {
        return opening ? keys.open_all() : keys.seal_all();
    };
    int steps = 0;
    for (bool killed = true; killed; ++steps) {
        CAPTURE(steps, opening);
        const StoreFolder store;
        const SealedKeys keys(store);
        if (opening) REQUIRE((*keys).seal_all());
        killed = killed_at(steps + 1, [&] { return change(*keys) ? 0 : 1; });
        keys.check_all();
        REQUIRE(change(*keys));
        keys.check_all();
        const auto sealing = (*keys).sealing();
        REQUIRE(sealing->sealed == !opening);
        REQUIRE((opening ? sealing->sealed_seeds : sealing->plain_seeds) == 0);
    }
    REQUIRE(steps > 4);
}
