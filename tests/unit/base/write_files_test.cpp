#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/write_files.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::base;
namespace fs = std::filesystem;

namespace {

std::vector<FileToWrite> numbered(const fs::path& folder, int count) {
    std::vector<FileToWrite> files;
    for (int i = 0; i < count; ++i)
        files.push_back({folder / std::to_string(i), as_bytes("text")});
    return files;
}

std::size_t entries_in(const fs::path& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("write_files: more files than may be open at once are all there, 0600, and nothing else is") {
    const support::TempDir folder;
    REQUIRE(write_files(numbered(folder.path(), 1500), {}));
    CHECK(entries_in(folder.path()) == 1500);
    CHECK(support::read_text(folder / "1499") == "text");
    struct stat status {};
    REQUIRE(stat((folder / "700").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
}

TEST_CASE("write_files: one that is there already is refused by its name and stays, or is replaced") {
    const support::TempDir folder;
    folder.write("2", "before");
    const Status refused = write_files(numbered(folder.path(), 4), {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == std::errc::file_exists);
    CHECK(refused.error().detail == (folder / "2").string());
    CHECK(support::read_text(folder / "2") == "before");
    for (const fs::directory_entry& entry : fs::directory_iterator(folder.path()))
        CHECK_FALSE(entry.path().filename().string().starts_with('.'));
    REQUIRE(write_files(numbered(folder.path(), 4), {.existing = Existing::replace}));
    CHECK(support::read_text(folder / "2") == "text");
}

TEST_CASE("write_files: what a killed process left of any of them is removed") {
    const support::TempDir folder;
    folder.write(".3.aB3dEf", "a seed");
    folder.write(".9.aB3dEf", "another file's");
    REQUIRE(write_files(numbered(folder.path(), 4), {}));
    CHECK_FALSE(fs::exists(folder / ".3.aB3dEf"));
    CHECK(fs::exists(folder / ".9.aB3dEf"));
}

TEST_CASE("write_files: a folder that is missing fails, naming the file") {
    const support::TempDir folder;
    const Status failed = write_files(numbered(folder / "none", 2), {});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == std::errc::no_such_file_or_directory);
    CHECK(failed.error().detail == (folder / "none" / "0").string());
    CHECK(write_files({}, {}));
}
