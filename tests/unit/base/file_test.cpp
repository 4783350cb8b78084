#include <algorithm>
#include <csignal>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

#include <endian.h>
#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/file.h>
#include <natscreds/base/process.h>
#include <support/process.h>
#include <support/temp_dir.h>

using namespace natscreds::base;
using natscreds::support::read_text;
using natscreds::support::run_in_child;
using natscreds::support::TempDir;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t plenty = 1000;
constexpr WriteOptions replacing{.existing = Existing::replace};

unsigned mode_of(const fs::path& path) {
    return static_cast<unsigned>(fs::symlink_status(path).permissions());
}

std::size_t entries_of(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Root may write anywhere, so what is tested of permissions is tested as somebody else.
bool become_nobody() {
    constexpr uid_t nobody = 65534;
    return geteuid() != 0 || setresuid(nobody, nobody, nobody) == 0;
}

}  // namespace

TEST_CASE("read_file: a file of the most bytes allowed is read, of one more is refused") {
    const TempDir folder;
    const fs::path path = folder.write("file", "12345");
    CHECK(read_file(path, 5).value() == "12345");
    CHECK(read_file(path, 4).error().code == std::errc::file_too_large);
    CHECK(read_file(folder.write("empty", ""), 0).value().empty());
}

TEST_CASE("read_file: a file longer than one step of reading comes whole") {
    const TempDir folder;
    for (const std::size_t size : {65535U, 65536U, 65537U, 200000U}) {
        CAPTURE(size);
        std::string content(size, 'x');
        content.back() = 'y';
        const fs::path path = folder.write("file", content);
        CHECK(read_file(path, size).value() == content);
        CHECK(read_file(path, size - 1).error().code == std::errc::file_too_large);
    }
}

TEST_CASE("read_file: a missing file and a folder fail with the system's error and the path") {
    const TempDir folder;
    const Error missing = read_file(folder / "none", plenty).error();
    CHECK(missing.code == std::errc::no_such_file_or_directory);
    CHECK(missing.detail == (folder / "none").string());
    CHECK(read_file(folder.path(), plenty).error().code == std::errc::is_a_directory);
}

TEST_CASE("read_secret_file: what is read is whole, whatever its length, also from a pipe") {
    const TempDir folder;
    const std::size_t length = GENERATE(0U, 3999U, 4000U, 4001U, 8000U, 8001U, 50'000U);
    std::string text(length, 'x');
    for (std::size_t i = 0; i < length; ++i)
        text[i] = static_cast<char>('a' + i % 23);
    const auto read = read_secret_file(folder.write("secret", text), 50'000);
    REQUIRE(read);
    CHECK(as_text(read->expose()) == text);
    if (length > 0) CHECK_FALSE(read_secret_file(folder / "secret", length - 1));
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    std::jthread writing([&] {
        for (std::string_view rest = text; !rest.empty();
             rest.remove_prefix(std::min<std::size_t>(rest.size(), 700)))
            (void)!write(ends[1], rest.data(), std::min<std::size_t>(rest.size(), 700));
        close(ends[1]);
    });
    const auto piped = read_secret_file("/dev/fd/" + std::to_string(ends[0]), 50'000);
    close(ends[0]);
    REQUIRE(piped);
    CHECK(as_text(piped->expose()) == text);
}

TEST_CASE("read_secret_file: a short file needs little locked memory, however long one may be") {
    const TempDir folder;
    const fs::path file = folder.write("short", "secret");
    fs::permissions(folder.path(), fs::perms::all);
    const auto outcome = run_in_child([&] {
        constexpr rlim_t some_pages = 5 * 4096;
        const rlimit limit{some_pages, some_pages};
        if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || !become_nobody()) return 2;
        tell_of_unlocked_secrets();
        return read_secret_file(file, 100 * 4096) ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err.empty());
}

TEST_CASE("read_secret_file: it keeps to the same limits") {
    const TempDir folder;
    const fs::path path = folder.write("file", "12345");
    const auto secret = read_secret_file(path, 5);
    REQUIRE(secret);
    CHECK(as_text(secret->expose()) == "12345");
    CHECK(read_secret_file(path, 4).error().code == std::errc::file_too_large);
    CHECK(read_secret_file(folder.write("empty", ""), 0).value().empty());
    CHECK(read_secret_file(folder / "none", plenty).error().code == std::errc::no_such_file_or_directory);
    CHECK(read_secret_file(folder.path(), plenty).error().code == std::errc::is_a_directory);
}

TEST_CASE("readable_by_others: the group's and everybody's right to read count, other rights do not") {
    const TempDir folder;
    const fs::path path = folder.write("file", "");
    struct Example {
        mode_t mode;
        bool readable;
    };
    for (const auto& [mode, readable] : {Example{0600, false}, Example{0640, true}, Example{0604, true},
                                         Example{0633, false}, Example{0400, false}}) {
        CAPTURE(mode);
        REQUIRE(chmod(path.c_str(), mode) == 0);
        CHECK(readable_by_others(path).value() == readable);
    }
    CHECK(readable_by_others(folder / "none").error().code == std::errc::no_such_file_or_directory);
}

namespace {

/// Gives a file an access control list as acl(5) has it: {tag, rights, id}.
void set_list(const fs::path& path, const std::vector<posix_acl_xattr_entry>& entries) {
    const posix_acl_xattr_header header{.a_version = htole32(POSIX_ACL_XATTR_VERSION)};
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes.append(reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof entries[0]);
    INFO("the folder for temporary files has to be on a file system with access control lists");
    REQUIRE(setxattr(path.c_str(), "system.posix_acl_access", bytes.data(), bytes.size(), 0) == 0);
}

}  // namespace

TEST_CASE("readable_by_others: a list that lets us read, and nobody else, is none of the others' business") {
    const TempDir folder;
    const fs::path path = folder.write("chat.nk", "");
    constexpr std::uint32_t none = ACL_UNDEFINED_ID;
    // As systemd writes the credentials of a service: root's, of mode 0400, and readable by the service.
    const auto list_for = [](std::uint32_t user, std::uint16_t group, std::uint16_t mask,
                             std::uint16_t other) {
        return std::vector<posix_acl_xattr_entry>{{ACL_USER_OBJ, ACL_READ, none},
                                                  {ACL_USER, ACL_READ, user},
                                                  {ACL_GROUP_OBJ, group, none},
                                                  {ACL_MASK, mask, none},
                                                  {ACL_OTHER, other, none}};
    };
    const std::uint32_t us = geteuid();
    set_list(path, list_for(us, 0, ACL_READ, 0));
    CHECK((mode_of(path) & 0777) == 0440);
    CHECK(readable_by_others(path).value() == false);

    set_list(path, list_for(us + 1, 0, ACL_READ, 0));
    CHECK(readable_by_others(path).value() == true);
    set_list(path, list_for(us + 1, 0, 0, 0));
    CHECK(readable_by_others(path).value() == false);
    set_list(path, list_for(us, ACL_READ, ACL_READ, 0));
    CHECK(readable_by_others(path).value() == true);
    set_list(path, list_for(us, 0, ACL_READ, ACL_READ));
    CHECK(readable_by_others(path).value() == true);
}

TEST_CASE("write_file: a new file has the content and is its owner's only, whatever the umask") {
    const TempDir folder;
    const mode_t before = umask(0);
    REQUIRE(write_file(folder / "open", as_bytes("text"), {}));
    umask(0777);
    REQUIRE(write_file(folder / "shut", as_bytes("text"), {}));
    umask(before);
    CHECK(read_text(folder / "open") == "text");
    CHECK(mode_of(folder / "open") == 0600);
    CHECK(mode_of(folder / "shut") == 0600);
}

TEST_CASE("write_file: another mode is set when it is asked for") {
    const TempDir folder;
    REQUIRE(write_file(folder / "file", as_bytes("text"), {.mode = 0644}));
    CHECK(mode_of(folder / "file") == 0644);
}

TEST_CASE("write_file: a file that is there stays unless it may be replaced") {
    const TempDir folder;
    const fs::path path = folder.write("file", "old");
    CHECK(write_file(path, as_bytes("new"), {}).error().code == std::errc::file_exists);
    CHECK(read_text(path) == "old");
    REQUIRE(write_file(path, as_bytes("new"), replacing));
    CHECK(read_text(path) == "new");
    CHECK(mode_of(path) == 0600);
}

TEST_CASE("write_file: who has the old file open goes on reading the old content") {
    const TempDir folder;
    const fs::path path = folder.write("file", "old");
    const int reader = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(reader >= 0);
    REQUIRE(write_file(path, as_bytes("new"), replacing));
    char content[3];
    REQUIRE(read(reader, content, sizeof content) == 3);
    close(reader);
    CHECK(std::string_view(content, 3) == "old");
}

TEST_CASE("write_file: a link is followed where files are replaced, and is in the way where they are not") {
    const TempDir folder;
    fs::create_directory(folder / "elsewhere");
    fs::create_symlink("elsewhere/target", folder / "link");
    CHECK(write_file(folder / "link", as_bytes("text"), {}).error().code == std::errc::file_exists);
    CHECK_FALSE(fs::exists(folder / "elsewhere/target"));
    for (const char* text : {"first", "second"}) {
        REQUIRE(write_file(folder / "link", as_bytes(text), replacing));
        CHECK(fs::is_symlink(folder / "link"));
        CHECK(read_text(folder / "elsewhere/target") == text);
        CHECK(entries_of(folder / "elsewhere") == 1);
    }
    fs::create_symlink("loop", folder / "loop");
    CHECK(write_file(folder / "loop", as_bytes("text"), replacing).error().code ==
          std::errc::too_many_symbolic_link_levels);
}

TEST_CASE("write_file: another user's link is not followed") {
    if (geteuid() != 0) SKIP("only root can make another user's link");
    const TempDir folder;
    fs::create_symlink(folder / "target", folder / "link");
    REQUIRE(lchown((folder / "link").c_str(), 65534, 65534) == 0);
    CHECK(write_file(folder / "link", as_bytes("text"), replacing).error().code ==
          std::errc::permission_denied);
    CHECK_FALSE(fs::exists(folder / "target"));
}

TEST_CASE(
    "write_file: a file that is replaced keeps a mode that is narrow, and loses one that lets everybody in") {
    const TempDir folder;
    const fs::path path = folder.write("file", "old");
    for (const auto& [before, after] :
         {std::pair{0640U, 0640U}, {0660U, 0660U}, {0400U, 0600U}, {0644U, 0600U}, {0606U, 0600U}}) {
        CAPTURE(before);
        fs::permissions(path, fs::perms(before));
        REQUIRE(write_file(path, as_bytes("new"), replacing));
        CHECK(mode_of(path) == after);
    }
    fs::permissions(path, fs::perms(0664));
    REQUIRE(write_file(path, as_bytes("new"), {.existing = Existing::replace, .mode = 0644}));
    CHECK(mode_of(path) == 0664);
}

TEST_CASE("write_file: a file that is replaced keeps its owner and group, or stays as it is") {
    if (geteuid() != 0) SKIP("only root can make another user's file");
    const TempDir folder;
    const auto outcome = run_in_child([&] {
        const fs::path path = folder.write("file", "old");
        if (chown(path.c_str(), 1234, 2345) != 0) return 1;
        if (!write_file(path, as_bytes("new"), replacing)) return 2;
        struct stat status {};
        if (stat(path.c_str(), &status) != 0 || status.st_uid != 1234 || status.st_gid != 2345) return 3;
        fs::permissions(folder.path(), fs::perms::all);
        if (!become_nobody()) return 4;
        return write_file(path, as_bytes("newer"), replacing) ? 5 : 0;
    });
    CHECK(outcome.exit_code == 0);
    CHECK(read_text(folder / "file") == "new");
}

TEST_CASE("write_file: what is no regular file is not replaced") {
    const TempDir folder;
    REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(write_file(folder / "pipe", as_bytes("text"), replacing).error().code ==
          std::errc::invalid_argument);
    CHECK(fs::is_fifo(folder / "pipe"));
    CHECK_FALSE(write_file("/dev/null", as_bytes("text"), replacing));
    CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE(
    "write_file: what a killed process left is removed at the next write, what is being written is not") {
    const TempDir folder;
    const fs::path path = folder / "me.creds";
    folder.write(".me.creds.aB3dEf", "a seed");
    folder.write(".me.creds.being1", "another's");
    folder.write(".me.creds.backup2", "not ours");
    folder.write(".you.creds.aB3dEf", "another file's");
    const int writer = open((folder / ".me.creds.being1").c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(flock(writer, LOCK_EX) == 0);
    REQUIRE(write_file(path, as_bytes("text"), replacing));
    CHECK_FALSE(fs::exists(folder / ".me.creds.aB3dEf"));
    CHECK(fs::exists(folder / ".me.creds.being1"));
    CHECK(fs::exists(folder / ".me.creds.backup2"));
    CHECK(fs::exists(folder / ".you.creds.aB3dEf"));
    close(writer);
    REQUIRE(write_file(path, as_bytes("text"), replacing));
    CHECK_FALSE(fs::exists(folder / ".me.creds.being1"));
}

TEST_CASE("write_file: nothing else is left in the folder, whether it succeeds or fails") {
    const TempDir folder;
    REQUIRE(write_file(folder / "file", as_bytes("text"), {}));
    REQUIRE(write_file(folder / "file", as_bytes("text"), replacing));
    REQUIRE_FALSE(write_file(folder / "file", as_bytes("text"), {}));
    CHECK(entries_of(folder.path()) == 1);
    fs::create_directory(folder / "folder");
    REQUIRE_FALSE(write_file(folder / "folder", as_bytes("text"), replacing));
    REQUIRE_FALSE(write_file(folder / "folder", as_bytes("text"), {}));
    CHECK(entries_of(folder.path()) == 2);
    CHECK(fs::is_directory(folder / "folder"));
}

TEST_CASE("write_file: a folder that is missing or may not be written fails, naming the file") {
    const TempDir folder;
    const Error missing = write_file(folder / "none" / "file", as_bytes("text"), {}).error();
    CHECK(missing.code == std::errc::no_such_file_or_directory);
    CHECK(missing.detail == (folder / "none" / "file").string());
    const auto outcome = run_in_child([&] {
        if (!become_nobody()) return 2;
        // The folder is another's, or below one that is.
        const Status status = write_file("/sys/file", as_bytes("text"), {});
        return !status && status.error().detail == "/sys/file" ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("write_file: a disk that is full leaves the old file as it was") {
    const TempDir folder;
    const fs::path path = folder.write("file", "old");
    const auto outcome = run_in_child([&] {
        // A file may not grow beyond the limit, as on a full disk; the signal would end the process.
        const rlimit limit{8, 8};
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || std::signal(SIGXFSZ, SIG_IGN) == SIG_ERR) return 2;
        return write_file(path, as_bytes("more than eight bytes"), replacing) ? 1 : 0;
    });
    CHECK(outcome.exit_code == 0);
    CHECK(read_text(path) == "old");
    CHECK(entries_of(folder.path()) == 1);
}

TEST_CASE("write_file: a name without a folder is written where the program is") {
    const TempDir folder;
    const auto outcome = run_in_child([&] {
        fs::current_path(folder.path());
        return write_file("file", as_bytes("text"), {}) ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
    CHECK(read_text(folder / "file") == "text");
}

TEST_CASE("make_private_folder: it and the new ones above it are the owner's only") {
    const TempDir folder;
    REQUIRE(make_private_folder(folder / "a" / "b" / "c"));
    for (const char* made : {"a", "a/b", "a/b/c"}) {
        CAPTURE(made);
        CHECK(mode_of(folder / made) == 0700);
    }
}

TEST_CASE("make_private_folder: one that is there stays as it is") {
    const TempDir folder;
    fs::create_directory(folder / "open");
    REQUIRE(chmod((folder / "open").c_str(), 0755) == 0);
    CHECK(make_private_folder(folder / "open"));
    CHECK(make_private_folder(folder / "open" / ""));
    CHECK(mode_of(folder / "open") == 0755);
    CHECK(make_private_folder("/"));
}

TEST_CASE("make_private_folder: a file in the way is an error that names it") {
    const TempDir folder;
    const fs::path file = folder.write("file", "");
    CHECK(make_private_folder(file).error().code == std::errc::file_exists);
    CHECK(make_private_folder(file).error().detail == file.string());
    CHECK(make_private_folder(file / "below").error().code == std::errc::not_a_directory);
}
