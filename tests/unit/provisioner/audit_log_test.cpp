#include <csignal>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/provisioner/audit/audit_log.h>
#include <support/process.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

AuditRecord issued(const std::string& name) {
    AuditRecord record;
    record.time = noon;
    record.event = "issued";
    record.name = name;
    record.expires = noon + std::chrono::hours(1);
    return record;
}

void limit_files(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/// From here on, this process can have `count` more files open.
void limit_descriptors(int count) {
    const int next = dup(STDERR_FILENO);
    close(next);
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = static_cast<rlim_t>(next + count);
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// What this process has read so far, of anything.
std::uint64_t bytes_read() {
    std::istringstream counts(support::read_text("/proc/self/io"));
    std::string label;
    std::uint64_t bytes = 0;
    counts >> label >> bytes;
    return bytes;
}

struct Bench {
    void write(const std::vector<std::string>& names) {
        std::vector<AuditRecord> records;
        for (const std::string& name : names)
            records.push_back(issued(name));
        REQUIRE(log->append(records));
    }

    [[nodiscard]] std::vector<std::string> lines() const {
        std::ifstream stream(file);
        std::vector<std::string> all;
        for (std::string line; std::getline(stream, line);)
            all.push_back(line);
        return all;
    }

    void rewrite(const std::vector<std::string>& lines) const {
        std::ofstream stream(file, std::ios::trunc);
        for (const std::string& line : lines)
            stream << line << '\n';
    }

    support::TempDir folder;
    std::filesystem::path file = folder / "audit.jsonl";
    std::optional<AuditLog> log{AuditLog::open(file).value()};
};

}  // namespace

TEST_CASE("AuditLog: each line is a JSON object that carries the hash of the one before") {
    Bench bench;
    bench.write({"wallyqs"});
    bench.write({"derek", "waldemar"});
    CHECK(bench.lines().at(0) ==
          R"({"time":1700000000,"event":"issued","name":"wallyqs","generation":0,"expires":1700003600,)"
          R"("previous":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"})");
    const auto summary = verify_audit(bench.file, bench.log->head());
    REQUIRE(summary);
    CHECK(summary->lines == 3);
}

TEST_CASE("AuditLog: opened again, it goes on where it ended") {
    Bench bench;
    bench.write({"wallyqs"});
    const std::string head = bench.log->head();
    bench.log.reset();
    auto again = AuditLog::open(bench.file);
    REQUIRE(again);
    CHECK(again->head() == head);
    REQUIRE(again->append(std::vector{issued("derek")}));
    CHECK(verify_audit(bench.file, again->head())->lines == 2);
}

TEST_CASE("AuditLog: a line that was not finished is cut off, for nothing was issued on it") {
    Bench bench;
    bench.write({"wallyqs"});
    bench.log.reset();
    std::ofstream(bench.file, std::ios::app) << R"({"time":170)";
    CHECK(verify_audit(bench.file, std::nullopt).error().code == AuditErrc::unfinished);
    const auto again = AuditLog::open(bench.file);
    CHECK(verify_audit(bench.file, again->head())->lines == 1);
}

TEST_CASE("AuditLog: a start with no other file to be opened leaves the audit whole") {
    Bench bench;
    bench.write({"wallyqs", "derek"});
    const std::string head = bench.log->head();
    bench.log.reset();
    const auto outcome = support::run_in_child([&] {
        limit_descriptors(1);
        const auto again = AuditLog::open(bench.file);
        if (!again) return 1;
        return again->head() == head ? 0 : 2;
    });
    CHECK(outcome.exit_code == 0);
    CHECK(bench.lines().size() == 2);
}

TEST_CASE("AuditLog: a start that finds every line finished changes nothing, as append-only files need") {
    Bench bench;
    bench.write({"wallyqs"});
    bench.log.reset();
    const std::filesystem::file_time_type long_ago{};
    std::filesystem::last_write_time(bench.file, long_ago);
    REQUIRE(AuditLog::open(bench.file));
    CHECK(std::filesystem::last_write_time(bench.file) == long_ago);
}

TEST_CASE("AuditLog: a start reads the end of the file, however long the file is") {
    Bench bench;
    for (int i = 0; i < 20; ++i)
        bench.write(std::vector<std::string>(1000, "wallyqs"));
    const std::string head = bench.log->head();
    bench.log.reset();
    const std::uint64_t before = bytes_read();
    const auto again = AuditLog::open(bench.file);
    CHECK(bytes_read() - before < 256 * 1024);
    CHECK(again->head() == head);
}

// A sealed file in memory cannot be made shorter, as an append-only file cannot.
TEST_CASE("AuditLog: behind half a line that cannot be cut off nothing is written") {
    const auto outcome = support::run_in_child([] {
        const int memory = memfd_create("audit", MFD_ALLOW_SEALING | MFD_CLOEXEC);
        const std::filesystem::path file = "/proc/self/fd/" + std::to_string(memory);
        AuditLog log = AuditLog::open(file).value();
        if (!log.append(std::vector{issued("wallyqs")})) return 1;
        const auto whole = std::filesystem::file_size(file);
        if (fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK) != 0) return 2;
        limit_files(whole + 20);
        if (log.append(std::vector{issued("derek")})) return 3;
        limit_files(RLIM_INFINITY);
        const base::Status refused = log.append(std::vector{issued("derek")});
        if (refused || refused.error().detail.find("cannot be cut off") == std::string::npos) return 4;
        if (std::filesystem::file_size(file) != whole + 20) return 5;
        return 0;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("AuditLog: a file that somebody made shorter has neither zeros nor half a line after a failure") {
    const support::TempDir folder;
    const auto outcome = support::run_in_child([&] {
        const std::filesystem::path file = folder / "audit.jsonl";
        AuditLog log = AuditLog::open(file).value();
        if (!log.append(std::vector{issued("wallyqs")})) return 1;
        std::filesystem::resize_file(file, 0);
        limit_files(20);
        if (log.append(std::vector{issued("derek")})) return 2;
        return std::filesystem::file_size(file) == 0 ? 0 : 3;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("AuditLog: one process has the file") {
    const Bench bench;
    CHECK_FALSE(AuditLog::open(bench.file));
}

// A limit on the size of files fails in the middle of a line, as a full disk does.
TEST_CASE("AuditLog: of what could not be written nothing is left, and later all is well") {
    const support::TempDir folder;
    const auto outcome = support::run_in_child([&] {
        const std::filesystem::path file = folder / "audit.jsonl";
        AuditLog log = AuditLog::open(file).value();
        if (!log.append(std::vector{issued("wallyqs")})) return 1;
        const auto size = std::filesystem::file_size(file);
        limit_files(size + 20);
        if (log.append(std::vector{issued("derek"), issued("waldemar")})) return 2;
        if (std::filesystem::file_size(file) != size) return 3;
        limit_files(RLIM_INFINITY);
        if (!log.append(std::vector{issued("derek")})) return 4;
        return verify_audit(file, log.head()) ? 0 : 5;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("verify_audit: a line that was changed, taken out, put in or moved is found") {
    Bench bench;
    bench.write({"a", "b", "c", "d"});
    const std::string head = bench.log->head();
    std::vector<std::string> lines = bench.lines();
    const int mischief = GENERATE(0, 1, 2, 3);
    if (mischief == 0) lines[1].replace(lines[1].find("\"b\""), 3, "\"x\"");
    if (mischief == 1) lines.erase(lines.begin() + 1);
    if (mischief == 2) lines.insert(lines.begin() + 1, lines[1]);
    if (mischief == 3) std::swap(lines[1], lines[2]);
    bench.rewrite(lines);
    CHECK(verify_audit(bench.file, head).error().code == AuditErrc::broken_chain);
    CHECK(verify_audit(bench.file, std::nullopt).error().code == AuditErrc::broken_chain);
}

TEST_CASE("verify_audit: lines cut off the end are found by the head, and only by it") {
    Bench bench;
    bench.write({"a", "b", "c"});
    const std::string head = bench.log->head();
    std::vector<std::string> lines = bench.lines();
    lines.pop_back();
    bench.rewrite(lines);
    CHECK(verify_audit(bench.file, std::nullopt)->lines == 2);
    CHECK(verify_audit(bench.file, head).error().code == AuditErrc::other_head);
}

TEST_CASE("verify_audit: the number is that of the changed line, whatever was changed in it") {
    Bench bench;
    bench.write({"a", "b", "c", "d"});
    std::vector<std::string> lines = bench.lines();
    const std::size_t changed = GENERATE(0U, 1U, 2U);
    const std::string what = GENERATE("\"name\"", "\"previous\":\"");
    lines[changed].insert(lines[changed].find(what) + what.size(), what == "\"name\"" ? " " : "x");
    bench.rewrite(lines);
    CAPTURE(changed, what);
    const auto refused = verify_audit(bench.file, std::nullopt);
    CHECK(refused.error().code == AuditErrc::broken_chain);
    CHECK(refused.error().detail.ends_with("audit.jsonl:" + std::to_string(changed + 1)));
}

TEST_CASE(
    "verify_audit: a hash that was noted stays good while lines are added, and finds a changed last line") {
    Bench bench;
    bench.write({"a"});
    const std::string noted = bench.log->head();
    bench.write({"b", "c"});
    CHECK(verify_audit(bench.file, noted)->after_expected == 2);
    const std::string last = bench.log->head();
    std::vector<std::string> lines = bench.lines();
    lines[2].replace(lines[2].find("\"c\""), 3, "\"x\"");
    bench.rewrite(lines);
    CHECK(verify_audit(bench.file, noted));
    CHECK(verify_audit(bench.file, last).error().code == AuditErrc::other_head);
}

TEST_CASE("verify_audit: a folder, and what cannot be opened, is no audit of no lines") {
    const support::TempDir folder;
    CHECK(verify_audit(folder.path(), std::nullopt).error().code == std::errc::is_a_directory);
    CHECK(verify_audit(folder / "none", std::nullopt).error().code == std::errc::no_such_file_or_directory);
    // Reading at address 0 fails in a file that can be opened.
    CHECK(verify_audit("/proc/self/mem", std::nullopt).error().code == std::errc::io_error);
}

TEST_CASE("AuditLog: a file that is no audit is refused and stays as it was") {
    const support::TempDir folder;
    const std::string text =
        GENERATE(as<std::string>(), "no line end", "one line\n", "{\"time\":1}\n{\"time\":2",
                 std::string(4 * 1024 * 1024, 'x'), std::string(4 * 1024 * 1024, 'x') + "\n");
    folder.write("audit.jsonl", text);
    CHECK(AuditLog::open(folder / "audit.jsonl").error().code == AuditErrc::not_a_record);
    CHECK(std::filesystem::file_size(folder / "audit.jsonl") == text.size());
}

TEST_CASE("AuditLog: what is wrong with the end of the file is said") {
    Bench bench;
    bench.write({"a", "b", "c"});
    CHECK(bench.log->remark().empty());
    bench.log.reset();
    SECTION("an unfinished line") {
        std::ofstream(bench.file, std::ios::app) << R"({"time":170)";
        const AuditLog again = AuditLog::open(bench.file).value();
        CHECK(again.remark().find("11 bytes") != std::string::npos);
    }
    SECTION("a last line that does not follow the line before") {
        std::vector<std::string> lines = bench.lines();
        lines.erase(lines.begin() + 1);
        bench.rewrite(lines);
        const AuditLog again = AuditLog::open(bench.file).value();
        CHECK(again.remark().find("audit verify") != std::string::npos);
    }
}

TEST_CASE("AuditLog: its end is found in a file of any length, with lines of any length") {
    Bench bench;
    const std::size_t length = GENERATE(10U, 65'400U, 65'536U, 200'000U);
    for (int i = 0; i < 5; ++i)
        bench.write({std::string(length, 'n')});
    const std::string head = bench.log->head();
    bench.log.reset();
    const AuditLog again = AuditLog::open(bench.file).value();
    CHECK(again.head() == head);
    CHECK(again.remark().empty());
}

TEST_CASE("verify_audit: lines of any length are whole, wherever a block that is read ends") {
    Bench bench;
    const std::size_t length = GENERATE(1U, 150U, 65'400U, 65'536U, 200'000U);
    for (std::size_t i = 0; i < 5; ++i)
        bench.write({std::string(length + i, 'n'), "short", std::string(700, 'm')});
    std::vector<std::string> more(300, "many");
    bench.write(more);
    const auto summary = verify_audit(bench.file, bench.log->head());
    REQUIRE(summary);
    CHECK(summary->lines == 315);
}

TEST_CASE("verify_audit: a line that is no record is named by its number") {
    Bench bench;
    bench.write({"a"});
    std::vector<std::string> lines = bench.lines();
    lines.emplace_back("hello");
    bench.rewrite(lines);
    const auto refused = verify_audit(bench.file, std::nullopt);
    CHECK(refused.error().code == AuditErrc::not_a_record);
    CHECK(refused.error().detail.ends_with("audit.jsonl:2"));
    CHECK_FALSE(verify_audit(bench.folder / "none", std::nullopt));
}
